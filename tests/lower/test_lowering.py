"""What becomes of a task is said once: no pass touches a refused one, and instances share the fate of theirs."""

from __future__ import annotations

import datetime
from dataclasses import replace

from dagconv.ir.task import Argument, Mapping
from dagconv.ir.value import CallableValue, ListValue, MapValue
from dagconv.lower.lowering import Fate, Lowering, Options
from dagconv.lower.passes import PASSES
from dagconv.lower.refuse_code import PYTHON
from dagconv.lower.unroll_mapping import unroll_mapping

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
ARGUMENTS = {
    "pool": "p",
    "owner": "o",
    "retries": 9,
    "aws_conn_id": "c",
    "depends_on_past": True,
    "deferrable": True,
    "bucket": ListValue((CallableValue("m", "f"),)),
    "on_failure_callback": CallableValue("m", "g"),
    "prefix": "{{ execution_date }} {{ own }} {{ var.value.x }} $HOME",
}
MAPPING = Mapping("expand", MapValue((("bucket", ListValue(("a", "b"))),)))


def _lowering(ir, refused):
    tasks = [
        ir.task(name, args=ARGUMENTS, template_fields=("prefix",), upstream=("mapped",), group="g")
        for name in ("first", "second")
    ]
    macros = Argument("user_defined_macros", MapValue((("own", 1),)))
    workflow = ir.workflow(*tasks, ir.task("mapped", mapping=MAPPING), settings=(macros,))
    lowering = Lowering(workflow, Options(NOW))
    if refused:
        lowering.refuse(PYTHON, tasks[0], value="f")
    return lowering


def _said(lowering, task_id):
    return [finding.code for finding in lowering.diagnostics if finding.task_id == task_id]


def test_no_pass_touches_a_refused_task_or_says_more_about_it(ir):
    lowering = _lowering(ir, refused=True)
    refused = lowering.workflow.task("first")
    for step in PASSES:
        step(lowering)
    assert lowering.workflow.task("first") is refused
    assert _said(lowering, "first") == ["DC317"]
    assert not [change for change in lowering.changes if change.task_id == "first"]


def test_the_same_task_gives_the_passes_much_to_do_where_it_is_not_refused(ir):
    lowering = _lowering(ir, refused=False)
    for step in PASSES:
        step(lowering)
    assert _said(lowering, "first") == _said(lowering, "second")
    assert {"DC306", "DC329", "DC340", "DC400", "DC416", "DC437", "DC440", "DC448"} <= set(_said(lowering, "first"))
    assert {"upstream", "prefix", "pool", "owner"} <= {c.field for c in lowering.changes if c.task_id == "first"}


def test_instances_of_a_carried_task_are_carried(ir):
    lowering = Lowering(ir.workflow(ir.task("mapped", mapping=MAPPING)), Options(NOW))
    lowering.fates["mapped"] = Fate.CARRIED
    unroll_mapping(lowering)
    assert lowering.fates["mapped__0"] is lowering.fates["mapped__1"] is Fate.CARRIED


def test_a_refused_mapped_task_stays_mapped(ir):
    task = ir.task("mapped", mapping=MAPPING)
    lowering = Lowering(ir.workflow(task, replace(task, task_id="other")), Options(NOW))
    lowering.refuse(PYTHON, task, value="f")
    unroll_mapping(lowering)
    assert [made.task_id for made in lowering.workflow.tasks] == ["mapped", "other__0", "other__1"]
