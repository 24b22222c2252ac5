"""A secret is found wherever it would be written, each with what it is, and the same text elsewhere is none."""

from __future__ import annotations

import pytest

from dagconv.diagnostics import Severity
from dagconv.ir.value import ListValue, MapValue
from dagconv.ir.workflow import Param
from dagconv.lower.refuse_written_secrets import refuse_written_secrets

SECRETS = {"hunter2": "the Variable db_password"}


def found(ir, value, **options):
    workflow = ir.workflow(ir.task("a", args={"x": value}))
    lowering = ir.run(refuse_written_secrets, workflow, secrets=SECRETS, **options)
    return [(one.severity, one.key, one.param("value")) for one in lowering.diagnostics]


@pytest.mark.parametrize(
    "value",
    ["hunter2", "-p hunter2 -v", ListValue(("a", MapValue((("k", "hunter2"),)))), MapValue((("hunter2", 1),))],
)
def test_a_given_secret_is_found_at_any_depth(ir, value):
    assert found(ir, value) == [(Severity.ERROR, "x", "the Variable db_password")]


def test_ids_params_and_numbers_hold_secrets_too(ir):
    workflow = ir.workflow(ir.task("run_hunter2", args={"x": 831246}), params=(Param("a", description="is hunter2"),))
    lowering = ir.run(refuse_written_secrets, workflow, secrets={**SECRETS, "831246": "the Variable pin_token"})
    assert [(one.task_id, one.key, one.param("value")) for one in lowering.diagnostics] == [
        (None, "params.a", "the Variable db_password"),
        ("run_hunter2", "task_id", "the Variable db_password"),
        ("run_hunter2", "x", "the Variable pin_token"),
    ]


def test_what_is_accepted_is_a_warning(ir):
    accepted = found(ir, "hunter2", accept=frozenset({"secrets-in-definition"}))
    assert accepted == [(Severity.WARNING, "x", "the Variable db_password")]


@pytest.mark.parametrize(
    ("text", "told"),
    [("x://u:pass@h", True), ("AKIAABCDEFGHIJKLMNOP", True), ("x://{{a}}:{{b}}@h", False), ("s3://b/hunter", False)],
)
def test_the_form_of_a_credential_tells_one(ir, text, told):
    assert [words for *_, words in found(ir, text)] == ["a text that looks like a credential"] * told
