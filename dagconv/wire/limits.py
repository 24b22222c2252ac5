"""How much a child may take: what a request asks for, and what holds for all of them."""

from __future__ import annotations

from dataclasses import dataclass

# Processes that one file may have running at a time.
MAX_DESCENDANTS = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Per file: `timeout` in seconds, `memory_mb` on top of what Airflow itself needs."""

    timeout: float = 30.0
    memory_mb: int = 2048


DEFAULT_LIMITS = Limits()
