"""Repeats a change whose outcome is unknown, after looking for its effect: a lost answer never makes it twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dagconv.aws.services import CallError, Cause, Clock

T = TypeVar("T")
_WAITS = (1.0, 2.0, 4.0)  # seconds


def repeat_unknown(act: Callable[[], T], find: Callable[[], T | None], clock: Clock) -> T:
    """What `act` gives, or what `find` sees of an earlier try. Raises CallError as `act` does."""
    for wait in _WAITS:
        try:
            return act()
        except CallError as error:
            if error.cause is not Cause.UNKNOWN:
                raise
        found = find()
        if found is not None:
            return found
        clock.sleep(wait)
    return act()
