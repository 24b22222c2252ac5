"""What a pass works on: the workflow so far, and the record of every finding and declared difference.

How differences are declared (the proof composes the declarations of one task and field in their order):
the DAG's `schedule` and `params` and a task's `mapping` by their canonical text; a setting or argument by its
value; a task that replaces a mapped one by `task_id` MISSING -> the id of the mapped task, whose fields it then
starts from.
"""

from __future__ import annotations

import builtins
import datetime
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dagconv.catalog.rendering import landing
from dagconv.diagnostics import Diagnostic, Effect, Rule, Severity
from dagconv.ir import codec
from dagconv.ir.change import Case, Change, Divergence
from dagconv.ir.code import Entry, Testified
from dagconv.ir.meaning import params_text, schedule_text
from dagconv.ir.rendering import OWN_MOMENT, Runs
from dagconv.ir.schedule import Schedule
from dagconv.ir.source_airflow import NOTHING_TELLS, SourceAirflow
from dagconv.ir.task import MISSING, Argument, Default, Operator, Origin, Task
from dagconv.ir.value import DatetimeValue, Value
from dagconv.ir.workflow import Param, Workflow
from dagconv.language.names import free_name


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of a conversion that change meaning. `now` is the conversion's moment, timezone-aware UTC; `root` is
    what was found about all DAGs of a root, `source_airflow` what the user says, which goes before; `variables` are
    texts by name, for `template_variables` fold and params; `secrets` those among the inputs, with what they are."""

    now: datetime.datetime
    region: str | None = None
    dst: str = "refuse"
    accept: frozenset[str] = frozenset()
    source_airflow: str | None = None
    root: SourceAirflow = NOTHING_TELLS
    source_provider: str | None = None
    configuration: Mapping[str, str] = field(default_factory=dict)
    template_variables: str = "refuse"
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    code_package: bool = False


# What the module of entries uses itself.
_NAMES_OF_ENTRIES = frozenset(dir(builtins)) | {
    *("Mapping", "XComNotFound", "get_current_context", "NOTSET", "ArgNotSet", "Output", "ResolveMixin"),
    *("Branch", "ShortCircuit", "FunctionSensor", "BranchPythonOperator", "ShortCircuitOperator", "PythonSensor"),
}


class Fate(enum.Enum):
    """What becomes of a task that is no ordinary one."""

    REFUSED = "refused"  # as a whole: no pass touches it or says more about it
    CARRIED = "carried"  # its code goes into a code package; every pass treats its arguments as those of others


@dataclass(slots=True)
class Lowering:
    """Mutable only while the passes of one workflow run, in order.

    `reported` are codes and keys already reported for default_args; `fates` has the ids of tasks that are no
    ordinary ones; `unrolled` a mapped task's id -> its instances' ids; `intervals_by` is the rule by which runs
    were found to cover an interval that the source does not say itself; `generation` is the Airflow that the source
    was written for, as `Era` has it, once that is settled, and `runs` what a run is to it. `code` is there
    where a code package may be written, and
    `entries` are what its tasks call, by task id; `other_keys` are keys of the context that mean something else on
    the service, `scripts` are files below the DAGs folder that go into the package, and `pulls_objects` tells that
    arguments are outputs as objects of its class Output; `spreading` tasks have each key of their result as an output;
    `classes` are operators of the package that tasks use, `operators` those of the user's by their names among the
    entries; `variables` are those whose values were written, by name.
    """

    workflow: Workflow
    options: Options
    source: Workflow = field(init=False)  # as it was read
    diagnostics: list[Diagnostic] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    reported: set[tuple[str, str]] = field(default_factory=set)
    fates: dict[str, Fate] = field(default_factory=dict)
    unrolled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    intervals_by: Rule | None = None
    generation: str = ""
    code: Testified | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    other_keys: frozenset[str] = frozenset()
    scripts: set[str] = field(default_factory=set)
    divergences: list[Divergence] = field(default_factory=list)
    runs: Runs = OWN_MOMENT
    pulls_objects: bool = False
    classes: set[str] = field(default_factory=set)
    operators: dict[str, Operator] = field(default_factory=dict)
    spreading: set[str] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.source = self.workflow

    @property
    def refused(self) -> bool:
        return any(d.effect is Effect.REFUSED and d.severity is Severity.ERROR for d in self.diagnostics)

    def report(self, rule: Rule, task_id: str | None = None, key: str | None = None, **params: object) -> None:
        """Says a finding at the place of a task or key in the source."""
        where = self.workflow.locate(task_id, key)
        diagnostic = rule.at(where, dag_id=self.workflow.dag_id, task_id=task_id, key=key, **params)  # type: ignore[arg-type]
        self.diagnostics.append(diagnostic)

    def report_argument(self, rule: Rule, task: Task, name: str, **params: object) -> None:
        """Says a finding about an argument; one that default_args gave is told once, at the DAG.

        Templates may use `{where}`.
        """
        argument = task.argument(name)
        if argument is None or argument.origin is not Origin.DEFAULT_ARGS:
            self.report(rule, task.task_id, name, where=f"task {task.task_id}", **params)
        elif (rule.code, name) not in self.reported:
            self.reported.add((rule.code, name))
            self.report(rule, None, name, where="default_args", **params)

    def declare(self, rule: Rule, task_id: str | None, field_name: str, before: Default, after: Default) -> None:
        """Declares a difference, exactly. A value that did not change needs no declaration and gets none."""
        if not codec.same(before, after):
            self.changes.append(Change(rule.code, task_id, field_name, before, after))

    def refuse(self, rule: Rule, task: Task, **params: object) -> None:
        """Refuses a task as a whole: the finding is the last word about it."""
        self.report(rule, task.task_id, None, **params)
        self.fates[task.task_id] = Fate.REFUSED

    @property
    def entry_module(self) -> str:
        """The module of entries, whose name no module of the source's has."""
        taken = {module.name.partition(".")[0] for module in self.code.modules} if self.code else set()
        return free_name(f"{self.workflow.dag_id}_tasks", taken, module=True)

    def add_entry(self, task_id: str, entry: Entry) -> Entry:
        """The entry under a name of its own, or one that is there already: an alias is needed once."""
        for known in self.entries.values():
            if entry.is_alias and codec.same(replace(entry, name=known.name), known):
                self.entries[task_id] = known
                return known
        taken = {known.name for known in self.entries.values()} | self.operators.keys() | _NAMES_OF_ENTRIES
        self.entries[task_id] = replace(entry, name=free_name(entry.name, taken))
        return self.entries[task_id]

    def add_operator(self, operator: Operator) -> str:
        """The path of a class of the user's among the entries."""
        for name, known in self.operators.items():
            if (known.path, known.file) == (operator.path, operator.file):
                return f"{self.entry_module}.{name}"
        taken = {known.name for known in self.entries.values()} | self.operators.keys() | _NAMES_OF_ENTRIES
        name = free_name(operator.path.rpartition(".")[2], taken)
        self.operators[name] = operator
        return f"{self.entry_module}.{name}"

    @property
    def tasks(self) -> Iterator[Task]:
        """The tasks that are not refused: those that passes look into. The graph has them all."""
        return (task for task in self.workflow.tasks if self.fates.get(task.task_id) is not Fate.REFUSED)

    def diverge(self, rule: Rule, task_id: str | None, field_name: str, case: Case, how: str) -> None:
        """Declares that the texts of an argument render otherwise than the source's in some runs, or, with a setting
        of the DAG, those of all tasks. What is rendered is an attribute, which may have another name."""
        task = self.workflow.task(task_id) if task_id is not None else None
        field_name = field_name if task is None else landing(task, field_name)
        self.divergences.append(Divergence(rule.code, task_id, field_name, case, how))

    def map_tasks(self, rewrite: Callable[[Task], Task]) -> None:
        """Replaces each task that is not refused by what `rewrite` makes of it."""
        self.spread_tasks(lambda task: (rewrite(task),))

    def spread_tasks(self, rewrite: Callable[[Task], Iterable[Task]]) -> None:
        """Replaces each task that is not refused by the tasks that `rewrite` makes of it, which share its fate."""
        tasks: list[Task] = []
        for task in self.workflow.tasks:
            fate = self.fates.get(task.task_id)
            made = (task,) if fate is Fate.REFUSED else tuple(rewrite(task))
            fate = self.fates.get(task.task_id)  # which rewriting may have decided
            tasks += made
            if fate is not None:
                self.fates.update((new.task_id, fate) for new in made)
        self.workflow = self.workflow.with_tasks(tuple(tasks))

    def set_argument(self, rule: Rule, task: Task, name: str, value: Value) -> Task:
        """The task with another value of an argument, the difference declared by `rule`.

        An argument that default_args gave keeps that origin, so that default_args can take over the new value.
        """
        old = task.argument(name)
        self.declare(rule, task.task_id, name, old.value if old else MISSING, value)
        if old is None:
            return task.with_argument(Argument(name, value, Origin.LOWERED, MISSING))
        origin = old.origin if old.origin is Origin.DEFAULT_ARGS else Origin.LOWERED
        return task.with_argument(replace(old, value=value, origin=origin))

    def drop_argument(self, rule: Rule, task: Task, name: str) -> Task:
        """The task without an argument, the difference declared by `rule`."""
        old = task.argument(name)
        if old is None:
            return task
        self.declare(rule, task.task_id, name, old.value, MISSING)
        return task.without_argument(name)

    def drop_setting(self, rule: Rule, name: str) -> None:
        """Takes away an argument of the DAG, the difference declared by `rule`."""
        old = self.workflow.setting(name)
        if old is not None:
            self.declare(rule, None, name, old.value, MISSING)
            kept = tuple(setting for setting in self.workflow.settings if setting.name != name)
            self.workflow = replace(self.workflow, settings=kept)

    def set_schedule(self, rule: Rule, schedule: Schedule) -> None:
        self.declare(rule, None, "schedule", schedule_text(self.workflow.schedule), schedule_text(schedule))
        self.workflow = replace(self.workflow, schedule=schedule)

    def set_params(self, rule: Rule, params: Iterable[Param]) -> None:
        changed = tuple(params)
        self.declare(rule, None, "params", params_text(self.workflow.params), params_text(changed))
        self.workflow = replace(self.workflow, params=changed)

    def drop_date(self, rule: Rule, name: str) -> None:
        """Takes away the DAG's `start_date` or `end_date`."""
        old: DatetimeValue | None = getattr(self.workflow, name)
        if old is not None:
            self.declare(rule, None, name, old, MISSING)
            self.workflow = (
                replace(self.workflow, start_date=None)
                if name == "start_date"
                else replace(self.workflow, end_date=None)
            )


def given(task: Task, name: str) -> Argument | None:
    """The argument if its value differs from its default: one that equals it says nothing, unless it was set
    afterwards, past the constructor that may make something else of the default."""
    argument = task.argument(name)
    if argument is None or argument.origin is Origin.ASSIGNED or argument.default is MISSING:
        return argument
    return None if codec.same(argument.value, argument.default) else argument
