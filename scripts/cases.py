"""The cases of fixtures/ and the one format in which is written down what each is expected to give.

A case is a folder `AREA/CASE`. What is said of it stands in `want.diag.txt`: a line `PLACE: CODE SEVERITY MESSAGE` for
a finding, below it the help where that depends on the finding, and at the end `CODE xTIMES` for what is counted only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from dagconv.diagnostics import Diagnostic

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
WANT = "want.diag.txt"
# Said of nearly every DAG, so it is told in full only in the area that is about it.
COUNTED = {"DC309": "defaults"}
# Their messages show values of the moment in the area `faults`, which is about these; there the template stands.
VARYING = frozenset({"DC111", "DC117", "DC220", "DC247"})
_CODE = re.compile(r"^(?:\S+: )?(DC\d{3}) (?:x(\d+)$)?", re.MULTILINE)

Files = Mapping[str, str]
"""The files of a case that are written down, by name; one that is not there has the empty text."""


def cases_with(name: str, area: str = "*") -> list[str]:
    """The cases in which a file of this name lies, as `AREA/CASE`."""
    return sorted(file.parent.relative_to(FIXTURES).as_posix() for file in FIXTURES.glob(f"{area}/*/{name}"))


def findings_text(case: str, findings: Iterable[Diagnostic], folder: str = "") -> str:
    """The text of `want.diag.txt`; `folder` is where the files of the case lay, if that is not its own name."""
    area = case.partition("/")[0]
    rows, counted = [], Counter[str]()
    for one in findings:
        if COUNTED.get(one.code, area) != area:
            counted[one.code] += 1
            continue
        place = "-" if one.location is None else one.location
        message = one.rule.message if area == "faults" and one.code in VARYING else one.message
        rows.append(f"{place}: {one.code} {one.severity.value} {message}\n".replace(f"{folder or case}/", ""))
        if "{" in one.rule.help:
            rows.append(f"    help: {one.help}\n")
    return "".join([*rows, *(f"{code} x{times}\n" for code, times in sorted(counted.items()))])


def codes_of(text: str) -> Counter[str]:
    """How often each code stands in a `want.diag.txt`."""
    codes: Counter[str] = Counter()
    for code, times in _CODE.findall(text):
        codes[code] += int(times or 1)
    return codes


def read_file(case: str, name: str) -> str:
    """A file of a case with its line ends as they are; empty if it is not there."""
    path = FIXTURES / case / name
    return path.read_bytes().decode("utf-8") if path.exists() else ""


def write_files(case: str, files: Files) -> None:
    """Writes a case down; a file with nothing in it is removed, but for `want.diag.txt`."""
    for name, text in files.items():
        path = FIXTURES / case / name
        if text or name == WANT:
            path.write_bytes(text.encode("utf-8"))
        else:
            path.unlink(missing_ok=True)


def command(case: str) -> str:
    """What to run when a case gives something else on purpose."""
    return f"if this is wanted, run scripts/regen.py fixtures {case}, and read what it prints"
