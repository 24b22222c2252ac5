"""Text that is safe and aligned on a terminal: control characters escaped, columns counted in cells, colours."""

from __future__ import annotations

import unicodedata

TAB = "    "
_STYLES = {"error": "1;31", "warning": "1;33", "info": "1;36", "bold": "1", "dim": "2", "caret": "1;31"}


def safe(text: str) -> str:
    """The text with everything unprintable written as an escape: no finding may command the terminal."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return TAB if character == "\t" else character.encode("unicode_escape").decode("ascii")


def cells(text: str) -> int:
    """Terminal cells that a safe text takes: two for wide characters, none for combining ones."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def paint(text: str, style: str, color: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color and text else text
