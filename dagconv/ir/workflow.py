"""A DAG as it was constructed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dagconv.diagnostics.model import Location
from dagconv.ir.schedule import NO_SCHEDULE, Schedule
from dagconv.ir.task import MISSING, Argument, Default, Task
from dagconv.ir.value import DatetimeValue, Value


@dataclass(frozen=True, slots=True)
class Param:
    """One DAG parameter. `default` is MISSING when a run must supply it; `schema` is the JSON Schema given."""

    name: str
    default: Default = MISSING
    description: str | None = None
    schema: Value = None
    typed: bool = False  # given as a Param object rather than as a plain value


@dataclass(frozen=True, slots=True)
class Group:
    """A task group. `group_id` is the full id; `prefixed` whether it stands before its tasks' ids; `mapped` whether
    its tasks run once for each of several values."""

    group_id: str
    parent: str | None = None
    prefixed: bool = True
    tooltip: str = ""
    location: Location | None = None
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class Era:
    """Which Airflow the source was written for, as far as its file tells.

    `generation` is 1.10, 2, 3, `untold`, or empty where nobody looked, and `reason` the use that tells. `given` are
    the DAG's arguments that the source gives, by today's names; `relative` those of its dates that it counts from
    the day of the import, and `clock` those among them that move with its very moment.
    """

    generation: str = ""
    reason: str = ""
    given: tuple[str, ...] = ()
    relative: tuple[str, ...] = ()
    clock: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    """A DAG. `settings` are the other DAG arguments that differ from their defaults (catchup, tags, ...).

    `start_date` and `end_date` are the DAG's own; those of default_args stand in `default_args`.
    `argument_locations` tells where each argument of the DAG call stands. `region` is the Region that the file itself
    sets in the environment of its tasks.
    """

    dag_id: str
    description: str | None = None
    schedule: Schedule = NO_SCHEDULE
    start_date: DatetimeValue | None = None
    end_date: DatetimeValue | None = None
    default_args: tuple[Argument, ...] = ()
    params: tuple[Param, ...] = ()
    settings: tuple[Argument, ...] = ()
    groups: tuple[Group, ...] = ()
    tasks: tuple[Task, ...] = ()
    location: Location | None = None
    argument_locations: tuple[tuple[str, Location], ...] = ()
    era: Era = Era()  # frozen
    region: str | None = None

    def task(self, task_id: str) -> Task | None:
        for task in self.tasks:
            if task.task_id == task_id:
                return task
        return None

    def setting(self, name: str) -> Argument | None:
        for argument in self.settings:
            if argument.name == name:
                return argument
        return None

    def default_arg(self, name: str) -> Argument | None:
        for argument in self.default_args:
            if argument.name == name:
                return argument
        return None

    def locate(self, task_id: str | None, key: str | None) -> Location | None:
        """The closest source position known for a path in this workflow."""
        if task_id is not None:
            task = self.task(task_id)
            if task is None:
                return self.location
            argument = task.argument(key) if key else None
            return (argument.location if argument else None) or task.location or self.location
        for name, location in self.argument_locations:
            if name == key:
                return location
        for argument in (*self.settings, *self.default_args):
            if argument.name == key and argument.location:
                return argument.location
        return self.location

    def with_tasks(self, tasks: tuple[Task, ...]) -> Workflow:
        return replace(self, tasks=tasks)
