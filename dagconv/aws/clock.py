"""Time for the migrator: the machine's, or in a rehearsal the stand-in's own, so that waits are counted, not waited."""

from __future__ import annotations

import json
import os
import time
import urllib.parse
import urllib.request

from dagconv.aws.services import Clock
from dagconv.errors import UsageError

# Set by a rehearsal for its children: where the virtual clock answers.
REHEARSAL_CLOCK = "DAGCONV_TEST_CLOCK"


class SystemClock:
    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RehearsalClock:
    """The rehearsal's clock over HTTP: a sleep moves it on and returns at once."""

    def __init__(self, url: str) -> None:
        """Raises UsageError unless the address is on this machine."""
        if urllib.parse.urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise UsageError(f"{REHEARSAL_CLOCK} must name an address of this machine")
        self._url = url

    def now(self) -> float:
        return self._ask(0.0)

    def sleep(self, seconds: float) -> None:
        self._ask(max(0.0, seconds))

    def _ask(self, seconds: float) -> float:
        body = json.dumps({"sleep": seconds}).encode()
        request = urllib.request.Request(self._url, data=body, method="POST")  # noqa: S310  # loopback, see __init__
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # loopback
            return float(json.load(answer)["now"])


def open_clock() -> Clock:
    url = os.environ.get(REHEARSAL_CLOCK)
    return RehearsalClock(url) if url else SystemClock()
