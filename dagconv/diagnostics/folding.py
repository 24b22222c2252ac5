"""Says once what is found many times: findings of one line, of one rule in a file, of a module that many files import.

The findings themselves stay as they are, per task and field; only what people read is folded.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dagconv.diagnostics.model import Effect, Severity
from dagconv.diagnostics.report import FileReport, Report
from dagconv.diagnostics.rule import Diagnostic

Entry = tuple["FileReport | None", Diagnostic]


@dataclass(frozen=True, slots=True)
class Fold:
    """Findings that are shown as one, the first of them in full; `file` is None for a finding of the call."""

    file: FileReport | None
    found: Diagnostic
    others: tuple[Diagnostic, ...] = ()
    importers: int = 0  # files of the call that import the module in which this stands

    @property
    def more(self) -> str:
        """What the first stands for besides itself, such as ` (and 6 more tasks)`; empty for one that stands alone."""
        if self.importers > 1:
            return f" (imported by {self.importers} files)"
        if not self.others:
            return ""
        tasks = {one.task_id for one in self.others} - {self.found.task_id, None}
        places = {one.location for one in self.others} - {self.found.location}
        if places:
            return f" (and at {_number(len(places), 'more place')})"
        return f" (and {_number(len(tasks), 'more task')})" if tasks else f" (and {len(self.others)} more like it)"


def fold(report: Report, *, notes: bool) -> tuple[list[Fold], int]:
    """The findings as people read them, the gravest first, and how many were left out: notes, unless asked for.

    A note says that nothing is lost or changed; what is lost or changed is always shown.
    """
    entries = [entry for entry in _entries(report) if notes or not is_note(entry[1])]
    groups: dict[tuple[object, ...], list[Entry]] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for file, found in entries:
        path = file.path if file else ""
        key = group_key(path, found)
        # Two of one task at one place differ in what they say, so each is shown; those of other tasks repeat them.
        each = () if _is_loss(found) else (key, path, found.dag_id, found.task_id)
        groups.setdefault((*key, seen[each]), []).append((file, found))
        seen[each] += bool(each)
    folds = sorted((_folded(group) for group in groups.values()), key=_order)
    return folds, sum(1 for _ in _entries(report)) - len(entries)


def is_note(found: Diagnostic) -> bool:
    return found.severity is Severity.INFO and found.effect is Effect.NOTED


def group_key(path: str, found: Diagnostic) -> tuple[object, ...]:
    """What findings of a file have in common that are shown as one.

    A loss or change is said once per rule and file, all else once per rule and place, whichever file met it there.
    """
    if _is_loss(found):
        return found.code, found.severity.value, path
    where = found.location
    if where is None or where.line is None:
        return found.code, found.severity.value, path, found.dag_id, found.task_id, found.key, found.params
    return found.code, found.severity.value, where.file, where.line, where.column, found.key


def group_name(path: str, found: Diagnostic) -> str:
    """The key as one text, for documents: the same for findings that people read as one, within one report."""
    return hashlib.sha256(repr(group_key(path, found)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _is_loss(found: Diagnostic) -> bool:
    return found.severity is not Severity.ERROR and found.effect in (Effect.CHANGED, Effect.DROPPED)


def _entries(report: Report) -> Iterator[Entry]:
    for file in report.files:
        for found in file.diagnostics:
            yield file, found
    for found in report.diagnostics:
        yield None, found


def _folded(group: Sequence[Entry]) -> Fold:
    ordered = sorted(group, key=lambda entry: entry[1].sort_key())
    (file, first), rest = ordered[0], ordered[1:]
    return Fold(file, first, tuple(found for _, found in rest), _importers(first, (file for file, _ in ordered)))


def _importers(found: Diagnostic, files: Iterable[FileReport | None]) -> int:
    where = found.location.file if found.location else ""
    return len({file.path for file in files if file is not None and file.path != where})


def _order(one: Fold) -> tuple[object, ...]:
    return one.found.severity.rank, one.file is None, one.found.sort_key()


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
