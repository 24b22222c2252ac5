"""What the service ignores is dropped, each loss with its code, and neutral values without a word."""

from __future__ import annotations

import pytest

from dagconv.ir.task import MISSING, Argument, Origin
from dagconv.ir.value import CallableValue, ListValue
from dagconv.lower.drop_aws_settings import drop_aws_settings
from dagconv.lower.drop_callbacks import drop_callbacks
from dagconv.lower.drop_history import drop_history
from dagconv.lower.drop_metadata import drop_metadata
from dagconv.lower.drop_queueing import drop_queueing

NOTIFY = CallableValue("dags.alerts", "notify")


@pytest.mark.parametrize(
    ("step", "name", "value", "code"),
    [
        (drop_callbacks, "on_failure_callback", NOTIFY, "DC323"),
        (drop_callbacks, "on_success_callback", ListValue((NOTIFY,)), "DC324"),
        (drop_callbacks, "email", "ops@example.com", "DC325"),
        (drop_history, "depends_on_past", True, "DC327"),
        (drop_history, "wait_for_downstream", True, "DC328"),
        (drop_queueing, "pool", "warehouse", "DC329"),
        (drop_queueing, "priority_weight", 7, "DC330"),
        (drop_queueing, "max_active_tis_per_dag", 1, "DC331"),
        (drop_queueing, "queue", "big", "DC332"),
        (drop_metadata, "owner", "finance", "DC333"),
        (drop_metadata, "doc_md", "text", "DC334"),
        (drop_metadata, "do_xcom_push", False, "DC336"),
        (drop_aws_settings, "verify", False, "DC344"),
        (drop_aws_settings, "aws_conn_id", "other", "DC340"),
    ],
)
def test_an_ignored_argument_is_dropped_and_declared_under_its_code(ir, step, name, value, code):
    lowering = ir.run(step, ir.workflow(ir.task("a", args={name: value, "bucket": "b"})))
    assert [d.code for d in lowering.diagnostics] == [code]
    assert [a.name for a in lowering.workflow.tasks[0].arguments] == ["bucket"]
    assert [(c.code, c.task_id, c.field, c.before, c.after) for c in lowering.changes] == [
        (code, "a", name, value, MISSING)
    ]
    assert lowering.diagnostics[0].help


def test_an_argument_that_equals_its_default_is_no_loss(ir):
    task = ir.task("a", args={"depends_on_past": False}, defaults={"depends_on_past": False})
    lowering = ir.run(drop_history, ir.workflow(task))
    assert lowering.diagnostics == []
    assert lowering.changes == []


def test_what_default_args_gave_is_told_once_and_declared_for_each_task(ir):
    tasks = [ir.task(name, args={"owner": "finance"}, origin=Origin.DEFAULT_ARGS) for name in "abc"]
    lowering = ir.run(drop_metadata, ir.workflow(*tasks))
    assert [(d.code, d.task_id) for d in lowering.diagnostics] == [("DC333", None)]
    assert [c.task_id for c in lowering.changes] == ["a", "b", "c"]


def test_a_harmless_value_goes_without_a_word(ir):
    lowering = ir.run(drop_queueing, ir.workflow(ir.task("a", args={"pool": "default_pool"})))
    assert lowering.diagnostics == []
    assert len(lowering.changes) == 1


@pytest.mark.parametrize(
    ("step", "name", "value", "code"),
    [
        (drop_callbacks, "on_failure_callback", NOTIFY, "DC207"),
        (drop_history, "catchup", True, "DC201"),
        (drop_history, "max_active_runs", 1, "DC202"),
        (drop_history, "fail_fast", True, "DC212"),
        (drop_queueing, "max_active_tasks", 2, "DC203"),
        (drop_metadata, "tags", ListValue(("a",)), "DC205"),
        (drop_metadata, "access_control", ListValue(()), "DC209"),
    ],
)
def test_a_dag_setting_is_dropped_and_declared_under_its_code(ir, step, name, value, code):
    lowering = ir.run(step, ir.workflow(settings=(Argument(name, value),)))
    assert [d.code for d in lowering.diagnostics] == [code]
    assert lowering.workflow.settings == ()
    assert [(c.code, c.task_id, c.field, c.before, c.after) for c in lowering.changes] == [
        (code, None, name, value, MISSING)
    ]


@pytest.mark.parametrize(
    ("regions", "options", "codes"),
    [
        (("eu-west-1",), {}, ["DC342"]),
        (("eu-west-1",), {"region": "eu-west-1"}, ["DC341"]),
        (("eu-west-1",), {"region": "us-east-1"}, ["DC343"]),
        (("eu-west-1", "us-east-1"), {}, ["DC343", "DC343"]),
        (("eu-west-1", "us-east-1"), {"region": "us-east-1"}, ["DC341", "DC343"]),
        ((None,), {}, []),
    ],
)
def test_a_region_is_refused_only_where_it_cannot_be_the_workflows(ir, regions, options, codes):
    tasks = [
        ir.task(f"t{i}", args={"region_name": region}, defaults={"region_name": None})
        for i, region in enumerate(regions)
    ]
    lowering = ir.run(drop_aws_settings, ir.workflow(*tasks), **options)
    assert sorted(d.code for d in lowering.diagnostics) == codes


def test_another_connection_is_named_and_kept(ir):
    lowering = ir.run(drop_aws_settings, ir.workflow(ir.task("a", args={"redshift_conn_id": "warehouse"})))
    assert [(d.code, d.key) for d in lowering.diagnostics] == [("DC346", "redshift_conn_id")]
    assert lowering.workflow.tasks[0].argument("redshift_conn_id") is not None
    assert lowering.changes == []
