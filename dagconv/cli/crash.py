"""The text shown for a bug in dagconv: short, and ready to be pasted into a report."""

from __future__ import annotations

import platform
import traceback
from collections.abc import Sequence

from dagconv.load.failure import place_of

_FRAMES = 6


def crash_lines(error: BaseException, arguments: Sequence[str], version: str) -> list[str]:
    """Lines to print: what happened, where in dagconv, under which versions.

    Of the command line only the verb and the names of options are shown: values may be private. The whole
    traceback follows when the call had -v.
    """
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    places = [f"    {place_of(frame)}" for frame in frames[-_FRAMES:]]
    shown = [word.partition("=")[0] for word in arguments[:1]]
    shown += [word.partition("=")[0] for word in arguments[1:] if word.startswith("-") and len(word) > 1]
    lines = [
        "Internal error: this is a bug in dagconv, not in your DAGs. Please report these lines:",
        f"    dagconv {version}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"    call: {' '.join(shown)}",
        f"    {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
        *places,
    ]
    if {"-v", "-vv", "--verbose", "--debug"} & set(arguments):
        lines += ["", *"".join(traceback.format_exception(error)).splitlines()]
    return lines
