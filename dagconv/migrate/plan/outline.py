"""What a plan says of one DAG in a few words: schedule, next fire, operators and what is lost; pure."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dagconv.deploy.definition import body_of
from dagconv.language.cron import fires_after
from dagconv.migrate.plan.item import Item


@dataclass(frozen=True, slots=True)
class Outline:
    """`schedule` is None for manual only; `fires` is when it fires next after the plan was made, None where only the
    service knows. `operators` counts tasks by class name, `lost` findings about what is changed or dropped by code.
    """

    schedule: str | None
    fires: datetime.datetime | None
    operators: Mapping[str, int]
    lost: Mapping[str, int]

    @property
    def when(self) -> str:
        if self.schedule is None:
            return "manual only"
        return f"{self.schedule}, next {self.fires:%Y-%m-%d %H:%M} UTC" if self.fires else self.schedule


def outline_of(item: Item, made: str) -> Outline | None:
    """None for one without a definition. `made` is the plan's ISO time."""
    found = body_of(item.deployment.definition) if item.deployment is not None else None
    if found is None:
        return None
    tasks = found[1].get("tasks")
    each = tasks.values() if isinstance(tasks, Mapping) else ()
    operators = Counter(str(t.get("operator")).rpartition(".")[2] for t in each if isinstance(t, Mapping))
    lost = Counter(f.code for f in item.findings if f.effect in ("changed", "dropped"))
    fires = fires_after(item.scheduled, datetime.datetime.fromisoformat(made)) if item.scheduled else []
    return Outline(item.scheduled, fires[0] if fires else None, operators, lost)


def counted(counts: Mapping[str, int]) -> str:
    """`One x2, Other`, by name."""
    return ", ".join(f"{name} x{count}" if count > 1 else name for name, count in sorted(counts.items()))
