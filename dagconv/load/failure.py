"""What is said about a file that dagconv itself failed on: the others are converted all the same."""

from __future__ import annotations

import platform
import traceback
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Effect, Location, Rule, Severity
from dagconv.diagnostics.source import Page
from dagconv.version import __version__

_PACKAGE = Path(__file__).parents[1]
_FRAMES = 3
INTERNAL_ERROR = Rule(
    code="DC180",
    slug="internal-error",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="dagconv itself failed on this file",
    message="a bug in dagconv ended the work on this file: {error}",
    help="report the line above with: dagconv {version}, Python {python}, {system}",
    why="Nothing is written for a file that dagconv could not work on to its end; other files are not touched by it.",
    example="any file that a stage of dagconv does not expect",
    fix="report it; until it is mended, leave what the line names out of the file",
    source=(Page("CONTRIBUTING.md", "What is asked of a change"),),
)


def internal_error(path: str, error: BaseException) -> Diagnostic:
    """The finding for the file at `path`; exit code 3 follows from it."""
    return INTERNAL_ERROR.at(
        Location(path),
        error=_shown(error),
        version=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
    )


def _shown(error: BaseException) -> str:
    """Class, text, and the innermost places in one line."""
    text = next(iter(str(error).splitlines()), "")
    places = [place_of(found) for found in traceback.extract_tb(error.__traceback__) if found.filename[0] != "<"]
    return f"{type(error).__name__}: {text} at {', '.join(reversed(places[-_FRAMES:]))}"


def place_of(frame: traceback.FrameSummary) -> str:
    """File, line and function, without the folders of this machine."""
    path = Path(frame.filename)
    shown = Path("dagconv", path.relative_to(_PACKAGE)) if _PACKAGE in path.parents else Path(*path.parts[-2:])
    return f"{shown}:{frame.lineno} in {frame.name}"
