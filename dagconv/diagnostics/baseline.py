"""Keeps warnings that were there before apart from new ones; errors, and what is written, are never touched.

A finding is known again by its file, code, DAG, task and key, so that lines may move.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from dagconv.diagnostics.model import Severity
from dagconv.diagnostics.report import Report
from dagconv.diagnostics.rule import Diagnostic
from dagconv.diagnostics.selection import selected

_VERSION = 1
_MEMBERS = ("file", "code", "dag_id", "task_id", "key")
Identity = tuple["str | None", ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """The report without what the baseline holds, how many that were, and the codes that it holds for nothing."""

    report: Report
    hidden: int
    gone: tuple[tuple[str, int], ...]


def baseline_text(report: Report) -> str:
    """The file for all warnings of a report, one line per entry, in an order that does not change."""
    counts = sorted(_warnings(report).items(), key=lambda item: [part or "" for part in item[0]])
    rows = [json.dumps({**dict(zip(_MEMBERS, identity, strict=True)), "count": count}) for identity, count in counts]
    body = "\n    " + ",\n    ".join(rows) + "\n  " if rows else ""
    return f'{{\n  "version": {_VERSION},\n  "warnings": [{body}]\n}}\n'


def read_baseline(text: str) -> Counter[Identity]:
    """Raises ValueError for a text that `baseline_text` did not write."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("version") != _VERSION or not isinstance(data.get("warnings"), list):
        raise ValueError(f"not a baseline of version {_VERSION}")
    found: Counter[Identity] = Counter()
    for entry in data["warnings"]:
        count = entry.get("count") if isinstance(entry, dict) else None
        members = [entry.get(name) for name in _MEMBERS] if isinstance(entry, dict) else []
        if type(count) is not int or count < 1 or not all(isinstance(part, str | type(None)) for part in members):
            raise ValueError("an entry is malformed")
        found[tuple(members)] += count
    return found


def apply_baseline(report: Report, baseline: Counter[Identity]) -> Applied:
    """Takes as many warnings of each kind away as the baseline holds."""
    left = Counter(baseline)
    hidden = 0

    def shows(found: Diagnostic, path: str) -> bool:
        nonlocal hidden
        identity = _identity(found, path)
        if found.severity is not Severity.WARNING or not left[identity]:
            return True
        left[identity] -= 1
        hidden += 1
        return False

    kept = selected(report, shows)
    gone: Counter[str] = Counter()
    for identity, count in left.items():
        gone[str(identity[1])] += count
    return Applied(kept, hidden, tuple(sorted((code, count) for code, count in gone.items() if count)))


def _warnings(report: Report) -> Counter[Identity]:
    return Counter(_entries(report))


def _entries(report: Report) -> Iterator[Identity]:
    for file in report.files:
        yield from (_identity(one, file.path) for one in file.diagnostics if one.severity is Severity.WARNING)
    for one in report.diagnostics:
        if one.severity is Severity.WARNING:
            yield _identity(one, one.location.file if one.location else "")


def _identity(found: Diagnostic, path: str) -> Identity:
    return path, found.code, found.dag_id, found.task_id, found.key
