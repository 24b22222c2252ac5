"""Which findings are shown: `--select`, `--ignore`, per-file ignores; an error is always shown."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dagconv.diagnostics.model import Severity
from dagconv.diagnostics.report import Report
from dagconv.diagnostics.rule import Diagnostic


@dataclass(frozen=True, slots=True)
class Selection:
    """Codes may be whole (`DC301`), beginnings (`DC3`) or slugs; an empty `select` means every code.

    `per_file` maps file patterns, as `fnmatch` reads them, to further codes that are ignored there.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def shows(self, found: Diagnostic, path: str) -> bool:
        """Whether a finding in a file is shown. Errors are: the service would raise them, or nothing was written."""
        if found.severity is Severity.ERROR:
            return True
        if self.select and not _named(found, self.select):
            return False
        ignored = [*self.ignore]
        for pattern, codes in self.per_file.items():
            if fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path, f"*/{pattern}"):
                ignored += codes
        return not _named(found, tuple(ignored))


def selected(report: Report, shows: Callable[[Diagnostic, str], bool]) -> Report:
    """The report with only the findings that `shows` lets through, asked with the path of the finding's file."""
    files = tuple(
        replace(file, diagnostics=tuple(found for found in file.diagnostics if shows(found, file.path)))
        for file in report.files
    )
    rest = tuple(found for found in report.diagnostics if shows(found, found.location.file if found.location else ""))
    return replace(report, files=files, diagnostics=rest)


def _named(found: Diagnostic, names: tuple[str, ...]) -> bool:
    return any(found.rule.is_named(name) for name in names)
