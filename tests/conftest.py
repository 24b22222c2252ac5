"""What holds for all tests."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from dagconv.diagnostics import Rule

# A shell that starts the tests in the background has SIGINT ignored, and every process started here would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Without byte code each of the many processes that are started here would compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Results that a user keeps are no business of the tests, nor theirs of the user.
_CACHE = tempfile.TemporaryDirectory(prefix="dagconv-tests-")
os.environ["XDG_CACHE_HOME"] = _CACHE.name

# The same examples in every run, and no verdict that depends on how busy the machine is or on how many are filtered.
settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.load_profile("suite")


@contextlib.contextmanager
def _without_words() -> Iterator[None]:
    from dagconv.rules import catalogue

    words = [(rule, rule.message, rule.help) for rule in catalogue()]
    for rule, *_ in words:
        _say(rule, rule.code, rule.code)
    try:
        yield
    finally:
        for rule, message, advice in words:
            _say(rule, message, advice)


def _say(rule: Rule, message: str, advice: str) -> None:
    object.__setattr__(rule, "message", message)  # the constants are frozen, which is as it should be
    object.__setattr__(rule, "help", advice)


@pytest.fixture
def without_words() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """Within it every rule's message and help are its code: whatever reads rendered words goes wrong."""
    return _without_words
