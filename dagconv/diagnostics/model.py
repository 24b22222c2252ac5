"""One finding as plain data: what was found, where, and what dagconv did about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagconv.diagnostics.rule import Rule


class Severity(str, enum.Enum):
    """How much a finding matters for the exit code: errors always count, warnings with `--strict`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest, so that sorting by rank puts errors first."""
        return ("error", "warning", "info").index(self.value)


class Effect(str, enum.Enum):
    """What happened to the construct: nothing is written, it means something else, it is gone, or nothing."""

    REFUSED = "refused"
    CHANGED = "changed"
    DROPPED = "dropped"
    NOTED = "noted"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A span of a text file. Lines and columns count from 1, columns in code points; the end is exclusive."""

    file: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `message` is one line; `help` says the next step and may be empty."""

    rule: Rule
    message: str
    help: str = ""
    location: Location | None = None
    related: tuple[Location, ...] = ()
    dag_id: str | None = None
    task_id: str | None = None
    key: str | None = None
    severity: Severity = Severity.ERROR

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def effect(self) -> Effect:
        return self.rule.effect

    def moved(self, location: Location | None) -> Diagnostic:
        """The same finding at another place."""
        return replace(self, location=location)

    def sort_key(self) -> tuple[str, int, int, str, str, str, str]:
        """Order of a report: file, line, column, then code and names, so that output is deterministic."""
        where = self.location or Location("")
        return (
            where.file,
            where.line or 0,
            where.column or 0,
            self.code,
            self.dag_id or "",
            self.task_id or "",
            self.key or "",
        )
