"""Retries, timeouts and waiting: the service's limits, the smallest change that keeps them, and what stays."""

from __future__ import annotations

import pytest

from dagconv.ir.task import MISSING
from dagconv.ir.value import TimedeltaValue
from dagconv.lower.lower_retries import lower_retries
from dagconv.lower.lower_timeouts import lower_timeouts
from dagconv.lower.lower_waits import lower_waits

HOUR = TimedeltaValue(0, 3600, 0)
UNCHANGED_SENSOR = "airflow.providers.amazon.aws.sensors.s3.S3KeysUnchangedSensor"


def test_a_task_without_retries_says_zero_and_declares_nothing(ir):
    lowering = ir.run(lower_retries, ir.workflow(ir.task("a")))
    assert lowering.workflow.tasks[0].argument("retries").value == 0
    assert (lowering.diagnostics, lowering.changes) == ([], [])


@pytest.mark.parametrize(("before", "after", "code"), [(4, 3, "DC300"), (None, 0, "DC301"), (3, 3, None), (0, 0, None)])
def test_retries_stay_within_the_limit(ir, before, after, code):
    lowering = ir.run(lower_retries, ir.workflow(ir.task("a", args={"retries": before}, defaults={"retries": 0})))
    assert lowering.workflow.tasks[0].argument("retries").value == after
    assert [(c.code, c.before, c.after) for c in lowering.changes] == ([(code, before, after)] if code else [])


@pytest.mark.parametrize("before", [TimedeltaValue(0, 301, 0), 301, 300.5])
def test_a_long_retry_delay_is_cut_to_five_minutes(ir, before):
    lowering = ir.run(lower_retries, ir.workflow(ir.task("a", args={"retries": 1, "retry_delay": before})))
    assert lowering.workflow.tasks[0].argument("retry_delay").value == TimedeltaValue(0, 300, 0)
    assert [d.code for d in lowering.diagnostics] == ["DC302"]


@pytest.mark.parametrize("before", [TimedeltaValue(0, 300, 0), 300, 0])
def test_a_retry_delay_of_five_minutes_stays(ir, before):
    lowering = ir.run(lower_retries, ir.workflow(ir.task("a", args={"retry_delay": before})))
    assert lowering.workflow.tasks[0].argument("retry_delay").value == before
    assert lowering.changes == []


def test_a_missing_execution_timeout_becomes_the_services_hour_and_is_told_once(ir):
    lowering = ir.run(lower_timeouts, ir.workflow(ir.task("a"), ir.task("b")))
    assert [d.code for d in lowering.diagnostics] == ["DC309"]
    assert [(c.task_id, c.before, c.after) for c in lowering.changes] == [("a", MISSING, HOUR), ("b", MISSING, HOUR)]


def test_an_execution_timeout_above_an_hour_is_cut(ir):
    task = ir.task("a", args={"execution_timeout": TimedeltaValue(0, 7200, 0)})
    lowering = ir.run(lower_timeouts, ir.workflow(task))
    assert lowering.workflow.tasks[0].argument("execution_timeout").value == HOUR
    assert [d.code for d in lowering.diagnostics] == ["DC308"]


def test_a_task_that_waits_without_a_timeout_is_named(ir):
    lowering = ir.run(lower_timeouts, ir.workflow(ir.task("a", args={"wait_for_completion": True})))
    assert [d.code for d in lowering.diagnostics] == ["DC310", "DC309"]


@pytest.mark.parametrize(
    ("arguments", "mode", "code"),
    [
        ({}, "reschedule", "DC305"),
        ({"timeout": 3601}, "reschedule", "DC305"),
        ({"timeout": 3600}, None, None),
        ({"timeout": TimedeltaValue(0, 1800, 0)}, None, None),
        ({"execution_timeout": TimedeltaValue(0, 600, 0)}, None, None),
        ({"mode": "reschedule"}, "reschedule", None),
        ({"deferrable": True}, "reschedule", "DC306"),
        ({"deferrable": True, "timeout": 60}, "reschedule", "DC306"),
        ({"deferrable": False, "timeout": 60}, None, None),
    ],
)
def test_sensors_reschedule_when_they_can_outlive_an_hour(ir, arguments, mode, code):
    sensor = ir.sensor("a", args=arguments, defaults={"deferrable": False})
    lowering = ir.run(lower_waits, ir.workflow(sensor))
    argument = lowering.workflow.tasks[0].argument("mode")
    assert (argument.value if argument else None) == mode
    assert [d.code for d in lowering.diagnostics] == ([code] if code else [])


def test_a_sensor_that_can_only_poke_stays_as_it_is_with_a_warning(ir):
    lowering = ir.run(lower_waits, ir.workflow(ir.sensor("a", UNCHANGED_SENSOR)))
    assert [d.code for d in lowering.diagnostics] == ["DC307"]
    assert lowering.changes == []


def test_a_deferrable_operator_blocks_instead(ir):
    lowering = ir.run(lower_waits, ir.workflow(ir.task("a", args={"deferrable": True}, defaults={"deferrable": False})))
    assert [(c.code, c.field, c.before, c.after) for c in lowering.changes] == [("DC306", "deferrable", True, MISSING)]
    assert lowering.workflow.tasks[0].argument("mode") is None
