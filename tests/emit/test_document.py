"""The shape of a definition: its keys, their order, and what is left out because it says nothing."""

from __future__ import annotations

import pytest

from dagconv.emit.document import UnemittableError, emit_date, emit_document, emit_schedule
from dagconv.ir.schedule import NO_SCHEDULE, Continuous, Cron, Delta, Rate
from dagconv.ir.task import Argument, Operator, Origin, Task
from dagconv.ir.value import DatetimeValue, OpaqueValue, TimedeltaValue
from dagconv.ir.workflow import Param, Workflow

LIST = Operator("a.List", "a.List")


def task(task_id, *arguments, upstream=(), operator=LIST):
    return Task(task_id, operator, arguments, upstream)


def body_of(*tasks, **fields):
    (body,) = emit_document(Workflow("dag", tasks=tasks, **fields)).values()
    return body


def test_keys_stand_in_the_order_in_which_people_read():
    body = body_of(
        task("a"),
        description="d",
        start_date=DatetimeValue("2030-01-01T00:00:00+00:00"),
        end_date=DatetimeValue("2031-01-01T00:00:00+00:00"),
        params=(Param("p", 1),),
        default_args=(Argument("retries", 2),),
    )
    assert list(body) == ["description", "schedule", "start_date", "end_date", "params", "default_args", "tasks"]


def test_tasks_stand_in_topological_order_and_otherwise_in_that_of_the_source():
    body = body_of(task("c", upstream=("a",)), task("b"), task("a"), task("d", upstream=("b", "c")))
    assert list(body["tasks"]) == ["b", "a", "c", "d"]
    assert body["tasks"]["d"]["dependencies"] == ["b", "c"]
    assert "dependencies" not in body["tasks"]["b"]


def test_value_at_its_default_is_left_out():
    said = task("a", Argument("x", 1, default=1), Argument("y", True, default=1), Argument("z", 1.0, default=1))
    assert body_of(said)["tasks"]["a"] == {"operator": "a.List", "y": True, "z": 1.0}


@pytest.mark.parametrize("value", [0, 1, 3])
def test_retries_are_said_because_the_services_default_is_another(value):
    said = task("a", Argument("retries", value, default=0))
    assert body_of(said)["tasks"]["a"]["retries"] == value


def test_argument_of_default_args_is_said_there_only():
    shared = Argument("retries", 2, Origin.DEFAULT_ARGS, 0)
    own = Argument("retries", 2, Origin.CALL, 0)
    other = Argument("retries", 0, Origin.CALL, 0)
    body = body_of(task("a", shared), task("b", own), task("c", other), default_args=(Argument("retries", 2),))
    assert "retries" not in body["tasks"]["a"]
    assert body["tasks"]["b"]["retries"] == 2
    assert body["tasks"]["c"]["retries"] == 0


def test_changed_argument_of_default_args_is_said_on_the_task():
    changed = Argument("retries", 3, Origin.DEFAULT_ARGS, 0)
    assert body_of(task("a", changed), default_args=(Argument("retries", 2),))["tasks"]["a"]["retries"] == 3


def test_class_written_is_the_one_below_the_users_own():
    own = Operator("dag.Mine", "a.List")
    assert body_of(task("a", operator=own))["tasks"]["a"]["operator"] == "a.List"


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (NO_SCHEDULE, None),
        (Cron("@daily", "0 0 * * *"), "@daily"),
        (Rate(1), "rate(1 minute)"),
        (Rate(90), "rate(90 minutes)"),
        (Rate(60), "rate(1 hour)"),
        (Rate(2880), "rate(2 days)"),
    ],
)
def test_schedule_in_the_services_words(schedule, text):
    assert emit_schedule(schedule) == text


@pytest.mark.parametrize(
    "schedule", [Continuous(), Delta(TimedeltaValue(0, 60, 0)), Cron("0 9 * * *", "0 9 * * *", "Asia/Tokyo")]
)
def test_schedule_without_words_is_not_written(schedule):
    with pytest.raises(UnemittableError) as error:
        emit_schedule(schedule)
    assert error.value.key == "schedule"


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2030-01-01T00:00:00+00:00", "2030-01-01"),
        ("2030-01-01T00:00:00", "2030-01-01"),
        ("2030-01-01T09:00:00+09:00", "2030-01-01"),
        ("2030-01-01T00:00:00+09:00", "2029-12-31T15:00:00"),
        ("2030-01-01T00:00:00.000001+00:00", "2030-01-01T00:00:00.000001"),
    ],
)
def test_date_is_said_in_utc_without_offset(date, text):
    assert emit_date(DatetimeValue(date)) == text


def test_value_without_a_form_names_task_key_and_class():
    with pytest.raises(UnemittableError) as error:
        emit_document(Workflow("dag", tasks=(task("a", Argument("client", OpaqueValue("boto3.Client"))),)))
    assert (error.value.task_id, error.value.key) == ("a", "client")
    assert "boto3.Client" in error.value.diagnostic(Workflow("dag")).message


def test_a_value_without_form_is_told_at_its_argument():
    task = Task("a", Operator("x.Y", "x.Y"), (Argument("client", OpaqueValue("boto3.Client")),))
    workflow = Workflow("d", tasks=(task,))
    with pytest.raises(UnemittableError) as error:
        emit_document(workflow)
    finding = error.value.diagnostic(workflow)
    assert (finding.code, finding.task_id, finding.key) == ("DC498", "a", "client")
