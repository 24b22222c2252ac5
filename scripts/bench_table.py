"""The bench's results as a Markdown table, and its place in README.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
_MARKS = ("<!-- written by scripts/bench.py --readme -->", "<!-- end of the bench -->")
HEAD = (
    "| Case | Ours: wall, CPU | Against: wall, CPU | Ratio: wall, CPU | At most | Floor | Checkout | 6bc459c |",
    "|---|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True)
class Cells:
    """Medians: seconds, and ratios to what the row is compared with, None where that did not run."""

    wall: float
    cpu: float
    wall_ratio: float | None
    cpu_ratio: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: what each job took (`ours`, `theirs`, `floor`, `dev`, `today`), and the bars."""

    name: str
    jobs: Mapping[str, Cells]
    wall: float | None
    cpu: float | None

    @property
    def is_kept(self) -> bool:
        ours = self.jobs["ours"]
        pairs = ((ours.wall_ratio, self.wall), (ours.cpu_ratio, self.cpu))
        return all(ratio is None or bar is None or ratio <= bar for ratio, bar in pairs)


def table(lines: Iterable[Line], notes: Sequence[str]) -> str:
    return "\n".join([*HEAD, *map(row_of, lines), "", *notes])


def write_readme(text: str, readme: Path = README) -> None:
    """Raises SystemExit when the page has no place for the table."""
    page = readme.read_text("utf-8")
    begin, end = map(re.escape, _MARKS)
    page, count = re.subn(f"{begin}.*?{end}", lambda _: f"{_MARKS[0]}\n\n{text}\n\n{_MARKS[1]}", page, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{readme.name} needs one place between {_MARKS[0]} and {_MARKS[1]}")
    readme.write_text(page, "utf-8")


def row_of(line: Line) -> str:
    ours, bars = line.jobs["ours"], _pair(line.wall, line.cpu)
    missed = "" if line.is_kept else " **missed**"
    cells = [
        line.name,
        _seconds(ours),
        _seconds(line.jobs.get("theirs")),
        _ratio(ours) + missed,
        bars,
        *(_ratio(line.jobs.get(job)) for job in ("floor", "dev", "today")),
    ]
    return "| " + " | ".join(cells) + " |"


def _seconds(cells: Cells | None) -> str:
    return f"{cells.wall:.3g} s, {cells.cpu:.3g} s" if cells else ""


def _ratio(cells: Cells | None) -> str:
    return _pair(cells.wall_ratio, cells.cpu_ratio) if cells else ""


def _pair(wall: float | None, cpu: float | None) -> str:
    return ", ".join(f"{value:.3g}" for value in (wall, cpu) if value is not None)
