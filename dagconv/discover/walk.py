"""Finds the files to load under the sources of a call, in a fixed order, following links but never a loop."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.diagnostics.report import FileReport, FileStatus, Report
from dagconv.discover import rules
from dagconv.discover.ignore import IgnoreRule, IgnoreSyntax, PatternError, ignoring_rule, parse_line
from dagconv.discover.source import SourceFile, examine
from dagconv.errors import UsageError

_IGNORE_FILE = ".airflowignore"
_LEFT_OUT = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class Discovery:
    """`files` are to be loaded; `skipped` are those left out, each with its reason; all sorted by path."""

    files: tuple[SourceFile, ...] = ()
    skipped: tuple[FileReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def completed(self, report: Report) -> Report:
        """The report on `files` with what is to say about the rest."""
        files = tuple(sorted((*report.files, *self.skipped), key=lambda file: file.path))
        return replace(report, files=files, diagnostics=(*self.diagnostics, *report.diagnostics))


def discover(
    sources: Sequence[str], ignore_syntax: IgnoreSyntax = IgnoreSyntax.GLOB, *, auto: bool = False
) -> Discovery:
    """Looks at the files named and under the folders named. Raises UsageError for a source that does not exist.

    With `auto` a file named is judged by what it mentions, as in a folder: whoever named it passed on a list.
    """
    for source in sources:
        if not os.path.lexists(source):
            raise UsageError(f"no such file or folder: {source}")
    search = _Search(ignore_syntax)
    # Files that are named come first: they are loaded whatever a folder's rules would say about them.
    for path in sorted((os.path.normpath(source) for source in sources), key=lambda path: Path(path).is_dir()):
        if Path(path).is_dir():
            search.folder(path)
        else:
            search.file(path, str(Path(path).parent), explicit=not auto)
    return Discovery(
        tuple(sorted(search.files, key=lambda file: file.path)),
        tuple(sorted(search.skipped, key=lambda file: file.path)),
        tuple(search.diagnostics),
    )


# What was not looked at, as against what was and is wrong.
_SET_ASIDE = {rules.NO_DAG_MENTIONED, rules.IGNORED, rules.FOLDER_LEFT_OUT}


@dataclass(slots=True)
class _Search:
    syntax: IgnoreSyntax
    files: list[SourceFile] = field(default_factory=list)
    skipped: list[FileReport] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)  # real path -> path by which it was first reached

    def folder(self, root: str) -> None:
        files, skipped = len(self.files), len(self.skipped)
        self._walk(root, root, [])
        reached = {found.rule for file in self.skipped[skipped:] for found in file.diagnostics}
        if len(self.files) == files and reached <= _SET_ASIDE:
            self.diagnostics.append(rules.NO_SOURCE.at(Location(root)))

    def file(self, path: str, root: str, *, explicit: bool) -> None:
        found = examine(path, root, explicit=explicit)
        if found is None:
            return
        if self._reached_before(path):
            return
        if isinstance(found, SourceFile):
            self.files.append(found)
        else:
            self._skip(path, found)

    def _walk(self, folder: str, root: str, inherited: list[IgnoreRule]) -> None:
        if self._reached_before(folder):
            return
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._skip(folder, rules.UNREADABLE.at(Location(folder), reason=error.strerror or "error"))
            return
        patterns = [*inherited, *self._patterns(folder, root)]
        for entry in entries:
            path = entry.path.removeprefix("./")
            if entry.name == _IGNORE_FILE:
                continue
            is_folder = _is_folder(entry)
            rule = ignoring_rule(path, is_folder, patterns)
            if rule is not None:
                if is_folder or entry.name.endswith((".py", ".zip")):
                    self._skip(path, rules.IGNORED.at(Location(path), where=rule.origin, pattern=rule.text))
            elif not is_folder:
                self.file(path, root, explicit=False)
            elif reason := _left_out(entry):
                self._skip(path, rules.FOLDER_LEFT_OUT.at(Location(path), reason=reason))
            else:
                self._walk(path, root, patterns)

    def _patterns(self, folder: str, root: str) -> list[IgnoreRule]:
        path = str(Path(folder) / _IGNORE_FILE)
        if not Path(path).is_file():
            return []
        try:
            lines = Path(path).read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            self.diagnostics.append(rules.UNREADABLE.at(Location(path), reason=str(error)))
            return []
        found = []
        for number, line in enumerate(lines, 1):
            try:
                rule = parse_line(line.rstrip("\r"), number, path, root, self.syntax)
            except PatternError as error:
                at = Location(path, error.line)
                self.diagnostics.append(rules.BAD_PATTERN.at(at, pattern=error.pattern, reason=error.reason))
            else:
                found += [rule] if rule else []
        return found

    def _reached_before(self, path: str) -> bool:
        real = os.path.realpath(path)
        if real not in self.seen:
            self.seen[real] = path
            return False
        if self.seen[real] != path:
            self._skip(path, rules.SEEN_BEFORE.at(Location(path), first=self.seen[real]))
        return True

    def _skip(self, path: str, why: Diagnostic) -> None:
        status = FileStatus.FAILED if why.severity is Severity.ERROR else FileStatus.SKIPPED
        self.skipped.append(FileReport(path, status, (), (why,)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _left_out(entry: os.DirEntry[str]) -> str:
    if entry.name.startswith("."):
        return "a hidden folder"
    if entry.name in _LEFT_OUT:
        return "a folder of tools"
    if (Path(entry.path) / "pyvenv.cfg").exists():
        return "a virtual environment"
    return ""
