"""`--diff`: what writing would change, as a unified diff on standard output."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence

from dagconv.cli.present import wants_color
from dagconv.diagnostics.render.terminal import safe
from dagconv.write import Output, OutputStatus

_COLORS = {"+": "32", "-": "31", "@": "36"}


def show_diff(outputs: Sequence[Output], *, color: str) -> None:
    """Prints one diff per output that is not what it should be; it can be applied with `patch`."""
    painted = wants_color(color, sys.stdout, os.environ)
    for output in outputs:
        if output.status in (OutputStatus.UNCHANGED, OutputStatus.BLOCKED):
            continue
        before = (output.before or "").splitlines(keepends=True)
        origin = output.path if output.before is not None else os.devnull
        for line in difflib.unified_diff(before, output.text.splitlines(keepends=True), origin, output.path):
            sys.stdout.write(_shown(line, painted))


def _shown(line: str, painted: bool) -> str:
    ended = line.endswith("\n")
    text = safe(line.rstrip("\n")) if painted else line.rstrip("\n")
    style = _COLORS.get(line[:1])
    text = f"\x1b[{style}m{text}\x1b[0m" if painted and style else text
    return text + ("\n" if ended else "\n\\ No newline at end of file\n")
