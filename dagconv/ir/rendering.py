"""What the rendering witness renders: runs as data, which host and worker share (ADR 0009)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from dagconv.ir.schedule import NO_SCHEDULE, Schedule


@dataclass(frozen=True, slots=True)
class Occasion:
    """One run in which texts are rendered. `moment` is when it starts, ISO 8601 in UTC.

    `values` is what the run's conf and params and the outputs of tasks are: text, number, list, mapping, none, or
    nested, which answers every key and index by its path.
    """

    name: str
    scheduled: bool
    moment: str
    values: str

    @property
    def is_given_values(self) -> bool:
        """Whether somebody starts it with a conf, which overrides params."""
        return not self.scheduled and self.values != "none"

    @property
    def start(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.moment)


@dataclass(frozen=True, slots=True)
class Runs:
    """What a run means to the source: the Airflow that it was written for (1.10, 2 or 3), its schedule, and the texts
    of the Variables that were written into the definition, by name; others are made up."""

    generation: str
    schedule: Schedule
    variables: tuple[tuple[str, str], ...] = ()


# A run has its own moment as every date of its own, as on the service.
OWN_MOMENT = Runs("3", NO_SCHEDULE)


@dataclass(frozen=True, slots=True)
class Pair:
    """A task of the definition and what it was made from: a task of the source, or the instance of a mapped one."""

    task_id: str
    source_id: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """One rendered field of a task's object: a canonical text per occasion, of its value or of what it raised.

    `reads` are the names of the context that it read in any of them; `repeats` whether rendering it again gave the
    same.
    """

    task_id: str
    field: str
    raw: str
    results: tuple[str, ...]
    reads: tuple[str, ...] = ()
    repeats: bool = True


@dataclass(frozen=True, slots=True)
class Rendering:
    """What one side rendered."""

    fields: tuple[Rendered, ...]


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """What both sides are to render, and how the source's runs are to be understood.

    `instances` has, for each mapped task of the source, the tasks that the definition has in its place, in order.
    """

    dag_id: str
    runs: Runs
    occasions: tuple[Occasion, ...]
    pairs: tuple[Pair, ...]
    instances: tuple[tuple[str, tuple[str, ...]], ...] = ()
