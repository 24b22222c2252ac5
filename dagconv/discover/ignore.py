"""`.airflowignore`: which files and folders Airflow leaves out, in the glob syntax of Airflow 3 or the older regexp.

The glob syntax is git's. It is read here, without the library that Airflow uses, so that the base install stays small;
a test holds both against each other.
"""

from __future__ import annotations

import enum
import os
import re
from dataclasses import dataclass
from pathlib import Path


class IgnoreSyntax(str, enum.Enum):
    GLOB = "glob"
    REGEXP = "regexp"


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line. `base` is the folder that paths are taken relative to; None compares the bare name."""

    text: str
    pattern: re.Pattern[str]
    origin: str  # the file that the line stands in
    line: int
    base: str | None
    ignores: bool = True
    syntax: IgnoreSyntax = IgnoreSyntax.GLOB

    def matches(self, path: str, is_folder: bool) -> bool:
        name = os.path.relpath(path, self.base) if self.base is not None else Path(path).name
        if self.syntax is IgnoreSyntax.REGEXP:
            return self.pattern.search(name) is not None
        return self.pattern.match(name + "/" if is_folder else name) is not None


class PatternError(ValueError):
    """The line is no pattern; `line` counts from 1."""

    def __init__(self, line: int, pattern: str, reason: str) -> None:
        super().__init__(reason)
        self.line, self.pattern, self.reason = line, pattern, reason


def parse_line(line: str, number: int, origin: str, root: str, syntax: IgnoreSyntax) -> IgnoreRule | None:
    """The rule of one line, None for a blank or comment. Raises PatternError.

    `root` is the folder that the search started in: regular expressions are held against paths relative to it,
    globs with a slash against paths relative to the ignore file (Airflow 3.0.6, utils.file).
    """
    text = re.sub(r"\s*#.*", "", line)
    if not text.strip():
        return None
    try:
        if syntax is IgnoreSyntax.REGEXP:
            return IgnoreRule(text, re.compile(text), origin, number, root, syntax=syntax)
        return _glob_rule(text, number, origin)
    except re.error as error:
        raise PatternError(number, text, str(error)) from error


def ignoring_rule(path: str, is_folder: bool, rules: list[IgnoreRule]) -> IgnoreRule | None:
    """The rule because of which a path is left out; among globs the last match decides, `!` takes back."""
    found: IgnoreRule | None = None
    for rule in rules:
        if rule.matches(path, is_folder):
            found = rule if rule.ignores else None
    return found


# Ways to say "every folder" that the library behind Airflow turns into a pattern which no relative path matches.
_EVERY_FOLDER = re.compile(r"\*/|/?(\*\*/)+(\*((/\*\*)+/?|/))?")


def _glob_rule(text: str, number: int, origin: str) -> IgnoreRule | None:
    ignores = not text.startswith("!")
    glob = text if ignores else text[1:]
    glob = glob if glob.endswith("\\ ") else glob.rstrip()
    if glob.strip() == "/":
        raise PatternError(number, text, "a lone slash matches nothing")
    if _EVERY_FOLDER.fullmatch(glob):
        raise PatternError(number, text, "Airflow matches nothing with 'every folder'")
    anchored = "/" in glob.rstrip("/")
    base = str(Path(origin).parent) if anchored else None
    return IgnoreRule(text, re.compile(_glob_regex(glob)), origin, number, base, ignores)


def _glob_regex(glob: str) -> str:
    """The regular expression of git's wildmatch for one pattern, over paths with `/` at the end of folders."""
    folder_only, glob = glob.endswith("/"), glob.rstrip("/")
    parts = glob.lstrip("/").split("/") if glob.startswith("/") else glob.split("/")
    if not glob.startswith("/") and len(parts) == 1:
        parts.insert(0, "**")
    regex = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            regex += (r".+" if index else r".*") if last else r"(?:.+/)?"
        else:
            regex += _segment_regex(part) + ("" if last else "/")
    if parts[-1] == "**":
        return rf"^{regex}$"
    return rf"^{regex}/.*$" if folder_only else rf"^{regex}(?:/.*)?$"


_GLOB_TOKEN = re.compile(r"\\(.)|(\*+)|(\?)|\[([!^]?)(\]?[^\]]*)\]|([^\\\[])", re.DOTALL)


def _segment_regex(part: str) -> str:
    if part == "*":
        return r"[^/]+"
    regex, rest = "", part
    while rest:
        match = _GLOB_TOKEN.match(rest)
        if match is None:
            raise re.error("a bracket or an escape has no end")
        escaped, stars, mark, negated, members, plain = match.groups()
        if stars:
            regex += r"[^/]*"
        elif mark:
            regex += r"[^/]"
        elif members is not None:
            regex += "[" + ("^" if negated else "") + members.replace("\\", "\\\\").replace("[", r"\[") + "]"
        else:
            regex += re.escape(escaped or plain)
        rest = rest[match.end() :]
    return regex
