"""The known words closest to a misspelt one, for help lines; within a budget, since looking for them is slow."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from dagconv.catalog.operators import Operators

_MOST = 300  # a definition with more unknown words than this gets no more hints


@dataclass(slots=True)
class Hints:
    """Looks for near words as long as there is something `left` of the budget of one definition."""

    left: int = _MOST

    def nearest(self, word: str, known: Iterable[str], count: int = 1) -> tuple[str, ...]:
        """Up to `count` known words that look like the given one, the closest first."""
        if not self._take():
            return ()
        return tuple(difflib.get_close_matches(word.lower(), sorted(known), n=count, cutoff=0.7))

    def nearest_operators(self, operators: Operators, path: str, count: int) -> tuple[str, ...]:
        return operators.nearest(path, count) if self._take() else ()

    def _take(self) -> bool:
        self.left -= 1
        return self.left >= 0
