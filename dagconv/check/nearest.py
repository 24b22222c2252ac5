"""The known words closest to a misspelt one, for help lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], count: int = 1) -> tuple[str, ...]:
    """Up to `count` known words that look like the given one, the closest first."""
    return tuple(difflib.get_close_matches(word.lower(), sorted(known), n=count, cutoff=0.7))


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing."""
    found = nearest(word, known)
    return f" (did you mean '{found[0]}'?)" if found else ""
