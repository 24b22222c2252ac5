"""Airflow Variables in templates, in each of the ways that the user may choose."""

from __future__ import annotations

import jinja2
import pytest

from dagconv.ir.value import MapValue
from dagconv.ir.workflow import Param
from dagconv.lower.lower_variables import lower_variables
from dagconv.lower.refuse_secrets import refuse_secrets

VALUES = {"bucket": "a-{{ ds }}'\"\\$x", "cfg": '{"path": {"in": [1, null, true]}}', "token": "x", "odd": "{"}


def lowered(ir, text, way, variables=VALUES, **fields):
    task = ir.task("a", args={"bucket": text}, template_fields=("bucket",))
    return ir.run(lower_and_refuse, ir.workflow(task, **fields), template_variables=way, variables=variables)


def lower_and_refuse(lowering):
    lower_variables(lowering)
    refuse_secrets(lowering)


def codes(lowering):
    return [found.code for found in lowering.diagnostics]


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{ var.value.bucket }}", VALUES["bucket"]),
        ("{{ var.value['bucket'] ~ 1 }}", VALUES["bucket"] + "1"),
        ("{{ var.value.get('bucket', 'other') }}", VALUES["bucket"]),
        ("{{ var.json.cfg.path['in'][0] + 1 }}", "2"),
        ("{{ var.json.get('cfg').path['in'][2] }}", "True"),
        ("{{ var.json.cfg }}", str({"path": {"in": [1, None, True]}})),
        ("{% raw %}{{ var.value.bucket }}{% endraw %}", "{{ var.value.bucket }}"),
    ],
)
def test_values_are_written_in_inert_and_with_their_types(ir, text, rendered):
    lowering = lowered(ir, text, "fold")
    assert (
        jinja2.Environment(undefined=jinja2.StrictUndefined)
        .from_string(lowering.workflow.tasks[0].argument("bucket").value)
        .render()
        == rendered
    )
    assert codes(lowering) == (["DC467"] if "raw" not in text else [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ var.value.nowhere }}", "DC469"),
        ("{{ var.value.token }}", "DC469"),
        ("{{ var.json.odd }}", "DC469"),
        ("{{ var.value[name] }}", "DC448"),
        ("{{ conn.warehouse.host }}", "DC449"),
    ],
)
@pytest.mark.parametrize("way", ["fold", "params"])
def test_what_cannot_be_written_is_refused_and_stays(ir, text, code, way):
    lowering = lowered(ir, text, way)
    assert codes(lowering) == [code]
    assert lowering.workflow.tasks[0].argument("bucket").value == text
    assert lowering.refused


def test_a_param_gets_a_name_that_nothing_else_has(ir):
    params = (Param("var_cfg", "x"), Param("var_json_cfg", "y"))
    lowering = lowered(ir, "{{ var.json.cfg.path }}{{ var.value.cfg }}", "params", params=params)
    text = lowering.workflow.tasks[0].argument("bucket").value
    assert text == "{{ params['var_json_cfg_2'].path }}{{ params['var_cfg_2'] }}"
    added = {param.name: param.default for param in lowering.workflow.params[2:]}
    assert added["var_cfg_2"] == VALUES["cfg"]
    assert isinstance(added["var_json_cfg_2"], MapValue)


def test_two_tasks_share_a_param(ir):
    tasks = [ir.task(n, args={"bucket": "{{ var.value.bucket }}"}, template_fields=("bucket",)) for n in "ab"]
    lowering = ir.run(lower_variables, ir.workflow(*tasks), template_variables="params", variables=VALUES)
    assert [param.name for param in lowering.workflow.params] == ["var_bucket"]


@pytest.mark.parametrize(("way", "found"), [("keep", []), ("refuse", ["DC448"])])
def test_what_is_kept_or_refused_is_not_touched(ir, way, found):
    lowering = lowered(ir, "{{ var.value.bucket }}", way)
    assert codes(lowering) == found
    assert lowering.changes == []
