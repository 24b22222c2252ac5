"""Damage to the reader: whatever field of the IR it leaves out or makes up, on both sides alike, the witness speaks up.

The damage is done to what the reader hands over, so that lowering, emission and the first comparison all believe it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING as REQUIRED
from dataclasses import fields, replace

import pytest

from dagconv.diagnostics import Diagnostic
from dagconv.emit.document import UnemittableError, emit_document
from dagconv.emit.writer import write_yaml
from dagconv.ir.schedule import NO_SCHEDULE, Cron
from dagconv.ir.task import MISSING, Argument, Operator, Task
from dagconv.ir.value import (
    CallableValue,
    EnumValue,
    ListValue,
    MapValue,
    PathValue,
    SetValue,
    TimedeltaValue,
    TupleValue,
    Value,
)
from dagconv.ir.workflow import Param, Workflow
from dagconv.prove.compare import Side, prove, prove_single

pytestmark = pytest.mark.airflow

Damage = Callable[[Workflow], Workflow]
PROVED = ["rich", "sparse", "lossy"]
# Fields that tell only where something stands, who said it, or what is drawn: no definition can be wrong by them.
SAYS_NOTHING_OF_MEANING = {
    ("Workflow", "location"),
    ("Workflow", "argument_locations"),
    ("Workflow", "era"),
    ("Workflow", "region"),  # the environment's, of which no definition says anything
    ("Workflow", "groups"),
    ("Task", "location"),
    ("Task", "group"),
    ("Task", "edge_labels"),
    ("Argument", "location"),
    ("Operator", "bases"),  # lowering decides by it what it declares
}


class Verdict:
    """What becomes of a DAG when the reader is damaged."""

    def __init__(self, found: list[Diagnostic], text: str = "", changes: tuple[object, ...] = ()) -> None:
        self.found, self.text, self.changes = found, text, changes


def convert_with(compiled, damage: Damage, lowered_of) -> Verdict:
    """The whole way with a damaged reader on both sides; the witness is not damaged."""
    source = damage(compiled.source.workflow)
    lowering = lowered_of(source)
    if lowering.refused:
        return Verdict(lowering.diagnostics)
    try:
        text = write_yaml(emit_document(lowering.workflow))
    except UnemittableError as error:
        return Verdict([error.diagnostic(source)])
    refused, dags = compiled.reload(text)
    found = list(refused) or prove_single(source, dags)
    if not found:
        (dag,) = dags
        again = Side(damage(dag.workflow), dag.witness, dag.schedule_text, text)
        found = prove(Side(source, compiled.source.witness), lowering.workflow, lowering.changes, again)
    return Verdict(found, text, tuple(lowering.changes))


def is_silently_wrong(compiled, verdict: Verdict) -> bool:
    """Whether something that means something else would be written, or something lost would not be told."""
    if verdict.found:
        return False
    told = set(map(repr, verdict.changes)) == set(map(repr, compiled.changes))
    return not told or (verdict.text != compiled.text and compiled.judge(verdict.text) != [])


def on_tasks(rewrite: Callable[[Task], Task]) -> Damage:
    return lambda workflow: workflow.with_tasks(tuple(map(rewrite, workflow.tasks)))


def on_arguments(rewrite: Callable[[Argument], Argument]) -> Damage:
    return on_tasks(lambda task: replace(task, arguments=tuple(map(rewrite, task.arguments))))


def on_params(rewrite: Callable[[Param], Param]) -> Damage:
    return lambda workflow: replace(workflow, params=tuple(map(rewrite, workflow.params)))


def on_operator(rewrite: Callable[[Operator], Operator]) -> Damage:
    return on_tasks(lambda task: replace(task, operator=rewrite(task.operator)))


def emptied(cls: type, name: str) -> object:
    (field,) = (f for f in fields(cls) if f.name == name)
    return field.default if field.default is not REQUIRED else None


def fields_in_turn() -> Iterator[object]:
    """Each optional field of workflow, task, operator, argument and param left out everywhere."""
    kinds = (
        (Workflow, lambda change: lambda workflow: replace(workflow, **change)),
        (Task, lambda change: on_tasks(lambda task: replace(task, **change))),
        (Operator, lambda change: on_operator(lambda operator: replace(operator, **change))),
        (Argument, lambda change: on_arguments(lambda argument: replace(argument, **change))),
        (Param, lambda change: on_params(lambda param: replace(param, **change))),
    )
    for cls, damage in kinds:
        for field in fields(cls):
            if field.default is not REQUIRED and (cls.__name__, field.name) not in SAYS_NOTHING_OF_MEANING:
                yield pytest.param(damage({field.name: field.default}), id=f"{cls.__name__}.{field.name}")


def frozen(kind: type, value: Value) -> Damage:
    """Every argument of a kind reads as the same value."""
    return on_arguments(lambda a: replace(a, value=value) if type(a.value) is kind else a)


def inside(rewrite: Callable[[Value], Value]) -> Damage:
    """What stands inside lists and mappings is read wrongly."""

    def walk(value: Value) -> Value:
        match value:
            case ListValue(items) | TupleValue(items) | SetValue(items):
                return rewrite(replace(value, items=tuple(map(walk, items))))
            case MapValue(entries):
                return rewrite(MapValue(tuple((key, walk(item)) for key, item in entries)))
            case _:
                return value

    return on_arguments(lambda argument: replace(argument, value=walk(argument.value)))


def without_last(value: Value) -> Value:
    if isinstance(value, ListValue | TupleValue | SetValue):
        return replace(value, items=value.items[:-1])
    return MapValue(value.entries[:-1]) if isinstance(value, MapValue) else value


def cut_below(depth: int) -> Damage:
    def cut(value: Value, level: int = 0) -> Value:
        match value:
            case ListValue(items):
                return ListValue(tuple(cut(item, level + 1) for item in items) if level < depth else ())
            case MapValue(entries):
                return MapValue(tuple((key, cut(item, level + 1)) for key, item in entries) if level < depth else ())
            case _:
                return value

    return on_arguments(lambda argument: replace(argument, value=cut(argument.value)))


MADE_UP: dict[str, Damage] = {
    "description": lambda workflow: replace(workflow, description="made up"),
    "schedule": lambda workflow: replace(workflow, schedule=Cron("0 0 * * *", "0 0 * * *")),
    "time-zone": lambda workflow: (
        replace(workflow, schedule=replace(workflow.schedule, timezone="UTC"))
        if isinstance(workflow.schedule, Cron)
        else workflow
    ),
    "start-date": lambda workflow: replace(workflow, start_date=None),
    "end-date": lambda workflow: replace(workflow, end_date=workflow.start_date),
    "upstream-of-all": on_tasks(lambda task: replace(task, upstream=("make",) if task.task_id != "make" else ())),
    "first-upstream": on_tasks(lambda task: replace(task, upstream=task.upstream[:1])),
    "one-task-less": lambda workflow: workflow.with_tasks(
        tuple(replace(t, upstream=()) for t in workflow.tasks[:-1] if t.mapping is None)
    ),
    "class": on_operator(
        lambda operator: replace(
            operator, **dict.fromkeys(("path", "target"), "airflow.providers.amazon.aws.operators.s3.S3ListOperator")
        )
    ),
    "texts": frozen(str, "made up"),
    "short-texts": on_arguments(lambda a: replace(a, value=a.value[:40]) if isinstance(a.value, str) else a),
    "booleans": frozen(bool, True),
    "false": frozen(bool, False),
    "integers": frozen(int, 1),
    "timedeltas": frozen(TimedeltaValue, TimedeltaValue(0, 60, 0)),
    "lists": frozen(ListValue, ListValue(("made up",))),
    "mappings": frozen(MapValue, MapValue(())),
    "enums": on_arguments(lambda a: replace(a, value="all_success") if isinstance(a.value, EnumValue) else a),
    "paths": frozen(PathValue, "made up"),
    "last-items": inside(without_last),
    "tuples-as-lists": inside(lambda value: ListValue(value.items) if isinstance(value, TupleValue) else value),
    "sets-as-lists": inside(lambda value: ListValue(value.items) if isinstance(value, SetValue) else value),
    "depth": cut_below(4),
    "param-values": on_params(lambda param: replace(param, default="made up")),
    "param-names": on_params(lambda param: replace(param, name=f"{param.name}_")),
    "params-but-one": lambda workflow: replace(workflow, params=workflow.params[:-1]),
    "group-prefix": lambda workflow: workflow.with_tasks(
        tuple(
            replace(
                task,
                task_id=task.task_id.rpartition(".")[2],
                upstream=tuple(sorted(up.rpartition(".")[2] for up in task.upstream)),
            )
            for task in workflow.tasks
        )
    ),
}


@pytest.mark.parametrize("dag", PROVED)
@pytest.mark.parametrize("damage", list(fields_in_turn()))
def test_field_that_is_not_read(dag: str, damage: Damage, compile_dag, lowered_of) -> None:
    compiled = compile_dag(dag)
    verdict = convert_with(compiled, damage, lowered_of)
    assert not is_silently_wrong(compiled, verdict), verdict.text


@pytest.mark.parametrize("dag", PROVED)
@pytest.mark.parametrize("name", MADE_UP)
def test_field_that_is_made_up(dag: str, name: str, compile_dag, lowered_of) -> None:
    compiled = compile_dag(dag)
    verdict = convert_with(compiled, MADE_UP[name], lowered_of)
    assert not is_silently_wrong(compiled, verdict), verdict.text


@pytest.mark.parametrize("dag", PROVED)
def test_each_argument_that_is_not_read(dag: str, compile_dag, lowered_of) -> None:
    compiled = compile_dag(dag)
    names = sorted({argument.name for task in compiled.source.workflow.tasks for argument in task.arguments})
    assert names

    def is_missed(name: str) -> bool:
        verdict = convert_with(compiled, on_tasks(lambda task: task.without_argument(name)), lowered_of)
        return is_silently_wrong(compiled, verdict)

    with ThreadPoolExecutor(2) as pool:
        wrong = [name for name, missed in zip(names, pool.map(is_missed, names), strict=True) if missed]
    assert wrong == []


@pytest.mark.parametrize("dag", PROVED)
def test_each_setting_that_is_not_read(dag: str, compile_dag, lowered_of) -> None:
    compiled = compile_dag(dag)
    for name in [setting.name for setting in compiled.source.workflow.settings]:
        verdict = convert_with(
            compiled,
            lambda workflow, name=name: replace(
                workflow, settings=tuple(s for s in workflow.settings if s.name != name)
            ),
            lowered_of,
        )
        assert not is_silently_wrong(compiled, verdict), name


def blind(workflow: Workflow) -> Workflow:
    """The DAG as a reader would tell it that takes every object for an ordinary one."""

    def plain(task: Task) -> Task:
        arguments = tuple(a for a in task.arguments if not isinstance(a.value, CallableValue))
        own = "." not in task.operator.target.removeprefix("refused.")
        target = "airflow.providers.amazon.aws.operators.s3.S3ListOperator" if own else task.operator.target
        return replace(
            task,
            operator=replace(task.operator, path=target, target=target, overrides=()),
            arguments=tuple(replace(a, default=MISSING) for a in arguments),
            residues=(),
            setup=False,
            teardown=False,
            on_failure_fail_dagrun=False,
            mapping=None,
        )

    blinded = workflow.with_tasks(tuple(map(plain, workflow.tasks)))
    return replace(blinded, schedule=NO_SCHEDULE, settings=())


@pytest.mark.parametrize(
    "dag",
    [
        *("behaviour", "rendering", "own_operator", "property", "callable", "residue", "method_of_one_object"),
        *("teardown", "mapped_over_result", "timetable", "assets"),
    ],
)
def test_what_must_be_refused_is_refused_by_a_blind_reader_too(dag: str, load, judge_blind, lowered_of) -> None:
    source = load(f"refused:{dag}")
    assert lowered_of(source.workflow).refused, "lowering itself should refuse this"
    codes = judge_blind(source, blind)
    # Without its arguments, which only its instances have, a mapped task cannot be made at all.
    assert codes == {"DC124"} if dag == "mapped_over_result" else "DC705" in codes, codes


def test_class_changed_in_place_is_refused(load, judge_blind) -> None:
    assert judge_blind(load("patched"), lambda workflow: workflow) == {"DC705"}
