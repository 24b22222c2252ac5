"""The rehearsal's clock: it moves only when somebody waits, so a wait costs nothing and is counted."""

from __future__ import annotations

import threading
import time


class Ticker:
    """Seconds since the epoch. `waited` adds up what all callers asked to wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = float(int(time.time()))
        self.waited = 0.0
        self.waits = 0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds
            if seconds > 0:
                self.waited += seconds
                self.waits += 1
