"""Which Airflow the DAGs of a root were written for, and what tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceAirflow:
    """Which Airflow the DAGs of a root were written for. `generation` is 1.10, 2, 3, or empty where nothing tells or
    what tells contradicts itself; `reason` is what was found and where, `contradiction` what was found against it."""

    generation: str = ""
    reason: str = ""
    contradiction: str = ""


NOTHING_TELLS = SourceAirflow()
