"""Damage to lowering: a declaration that is missing, wrong or idle is refused, and so is a loss that none tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dagconv.catalog.service import service
from dagconv.ir import codec
from dagconv.ir.change import Change
from dagconv.ir.task import MISSING, Task
from dagconv.ir.value import ListValue, MapValue, TimedeltaValue
from dagconv.ir.workflow import Workflow

pytestmark = pytest.mark.airflow

DAGS = ["rich", "sparse", "lossy"]
OTHER = "another value"
# An enum's member and its text are one value in the table already, as Airflow takes them.
SAME_IN_THE_TABLE = {"DC406"}
SERVICE_DEFAULTS = (("retries", 1), ("execution_timeout", TimedeltaValue(0, 3600, 0)))


def codes(compiled, changes: list[Change] | None = None, lowered: Workflow | None = None) -> set[str]:
    return {d.code for d in compiled.judge(changes=changes, lowered=lowered)}


def kinds(changes: tuple[Change, ...]) -> Iterator[tuple[int, Change]]:
    """One change of each kind, since most are declared for every task alike."""
    seen = set()
    for index, change in enumerate(changes):
        kind = (change.code, change.field)
        if kind not in seen and change.code not in SAME_IN_THE_TABLE:
            seen.add(kind)
            yield index, change


@pytest.mark.parametrize("dag", ["sparse", "lossy"])
def test_each_declaration_is_needed(dag: str, compile_dag) -> None:
    compiled = compile_dag(dag)
    assert len(compiled.changes) > 2
    for index, change in kinds(compiled.changes):
        others = [*compiled.changes[:index], *compiled.changes[index + 1 :]]
        found = codes(compiled, others)
        assert found & {"DC702", "DC703"}, change


@pytest.mark.parametrize("dag", ["sparse", "lossy"])
def test_each_declaration_is_exact_before(dag: str, compile_dag) -> None:
    compiled = compile_dag(dag)
    for index, change in kinds(compiled.changes):
        if change.field != "task_id":
            wrong = replace(change, before=OTHER)
            found = codes(compiled, [*compiled.changes[:index], wrong, *compiled.changes[index + 1 :]])
            assert "DC703" in found, change


@pytest.mark.parametrize("dag", ["sparse", "lossy"])
def test_each_declaration_is_exact_after(dag: str, compile_dag) -> None:
    compiled = compile_dag(dag)
    last = {(change.task_id, change.field): index for index, change in enumerate(compiled.changes)}
    for index, change in kinds(compiled.changes):
        if last[change.task_id, change.field] == index:
            wrong = replace(change, after=OTHER)
            found = codes(compiled, [*compiled.changes[:index], wrong, *compiled.changes[index + 1 :]])
            assert "DC702" in found, change


@pytest.mark.parametrize("dag", ["sparse", "lossy"])
def test_declaration_given_twice_is_idle(dag: str, compile_dag) -> None:
    compiled = compile_dag(dag)
    for _, change in kinds(compiled.changes):
        if change.field != "task_id":
            assert "DC703" in codes(compiled, [*compiled.changes, change]), change


IDLE: dict[str, tuple[str | None, str, object, object]] = {
    "nothing-to-nothing": ("drop", "prefix", MISSING, MISSING),
    "value-to-itself": ("drop", "force_delete", True, True),
    "wrong-value": ("drop", "force_delete", False, True),
    "argument-that-is-not-there": ("drop", "aws_conn_id", "other", MISSING),
    "dag-setting-that-is-not-there": (None, "catchup", True, MISSING),
    "description-that-is-not-there": (None, "description", "text", MISSING),
    "class-of-another": ("drop", "operator", "a.B", "c.D"),
    "edges-that-are-not-there": ("drop", "upstream", ListValue(("other",)), ListValue(("make",))),
    "one-for-true": ("drop", "force_delete", 1, True),
    "residue-that-is-not-there": ("drop", "residue:bucket_name", "other", MISSING),
    "setup-that-is-not-there": ("drop", "setup", True, False),
}


@pytest.mark.parametrize("name", IDLE)
def test_idle_declaration_is_refused(name: str, compile_dag) -> None:
    compiled = compile_dag("sparse")
    idle = Change("DC300", *IDLE[name])
    assert "DC703" in codes(compiled, [*compiled.changes, idle])


def test_declaration_about_a_task_that_is_not_there_is_refused(compile_dag) -> None:
    compiled = compile_dag("sparse")
    assert "DC702" in codes(compiled, [*compiled.changes, Change("DC300", "nobody", "bucket", MISSING, "b")])


@pytest.mark.parametrize("dag", DAGS)
def test_argument_that_a_pass_drops_without_a_word(dag: str, compile_dag) -> None:
    compiled = compile_dag(dag)
    dropped = 0
    for task in compiled.lowered.tasks:
        for argument in task.arguments:
            # A value at its default says nothing, be it Airflow's or the service's.
            if codec.same(argument.value, argument.default) or (argument.name, argument.value) in SERVICE_DEFAULTS:
                continue
            dropped += 1
            lowered = with_task(compiled.lowered, task.without_argument(argument.name))
            assert "DC702" in codes(compiled, lowered=lowered), (task.task_id, argument.name)
    assert dropped > 2


@pytest.mark.parametrize("dag", DAGS)
def test_argument_that_a_pass_changes_without_a_word(dag: str, compile_dag) -> None:
    compiled = compile_dag(dag)
    for task in compiled.lowered.tasks:
        for argument in task.arguments:
            if argument.name in service().ignored_task_keys:  # refused where it is written, DC704
                continue
            lowered = with_task(compiled.lowered, task.with_argument(replace(argument, value=OTHER)))
            assert "DC702" in codes(compiled, lowered=lowered), (task.task_id, argument.name)


def with_task(workflow: Workflow, new: Task) -> Workflow:
    return workflow.with_tasks(tuple(new if task.task_id == new.task_id else task for task in workflow.tasks))


LOSSES: dict[str, Callable[[Workflow], Workflow]] = {
    "description": lambda w: replace(w, description=None),
    "schedule": lambda w: replace(w, schedule=replace(w.schedule, expression="0 0 * * *", text="0 0 * * *")),
    "start": lambda w: replace(w, start_date=None),
    "end": lambda w: replace(w, end_date=None),
    "params": lambda w: replace(w, params=()),
    "one-param": lambda w: replace(w, params=w.params[1:]),
    "task": lambda w: w.with_tasks(w.tasks[:-1]),
    "edges": lambda w: w.with_tasks(tuple(replace(task, upstream=()) for task in w.tasks)),
    "class": lambda w: w.with_tasks(
        tuple(replace(t, operator=replace(t.operator, path=f"{t.operator.path}s")) for t in w.tasks)
    ),
    "name": lambda w: replace(w, dag_id="poor"),
    "order-of-a-list": lambda w: with_task(
        w, w.task("clean").with_argument(replace(w.task("clean").argument("keys"), value=ListValue(("tmp/a", "tmp/b"))))
    ),
    "nested": lambda w: with_task(
        w, w.task("batch").with_argument(replace(w.task("batch").argument("container_overrides"), value=MapValue(())))
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss_that_no_pass_declares(name: str, compile_dag) -> None:
    compiled = compile_dag("rich")
    assert "DC702" in codes(compiled, lowered=LOSSES[name](compiled.lowered))
