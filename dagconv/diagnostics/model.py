"""What findings are made of: how grave, what became of the construct, and a place in a file."""

from __future__ import annotations

import enum
from dataclasses import dataclass


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


class Means(str, enum.Enum):
    """What mends a refusal and leaves the source as it is; the cheapest first."""

    INPUTS = "inputs"  # values that the file reads while it is imported
    PACKAGES = "packages"  # modules that are not installed
    ACCEPT = "accept"  # a loss that --accept takes
    CODE = "code"  # a code package beside the definition
    SOURCE = "source"  # nothing but work on the source


@dataclass(frozen=True, slots=True)
class Remedy:
    """How the findings of a rule are mended; of what is missing `noun` says the kind, parameter `param` the name."""

    means: Means
    noun: str = ""
    param: str = ""


IN_SOURCE = Remedy(Means.SOURCE)


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
