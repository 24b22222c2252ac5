"""Groups, setups, classes and default_args: what changes its form keeps its meaning, and the rest is refused."""

from __future__ import annotations

import pytest

from dagconv.ir.task import Argument, Origin, Residue
from dagconv.ir.value import EnumValue
from dagconv.ir.workflow import Group
from dagconv.lower.flatten_groups import flatten_groups
from dagconv.lower.lower_default_args import lower_default_args
from dagconv.lower.lower_setup_teardown import lower_setup_teardown
from dagconv.lower.lower_subclasses import lower_subclasses
from dagconv.lower.refuse_code import refuse_code

TEARDOWN = {"trigger_rule": EnumValue("airflow.TriggerRule", "X", "all_done_setup_success", text=True)}


def codes(lowering):
    return [d.code for d in lowering.diagnostics]


def test_groups_and_labels_disappear_with_a_note_each(ir):
    workflow = ir.workflow(
        ir.task("g.a", group="g"),
        ir.task("g.b", group="g", upstream=("g.a",), edge_labels=(("g.a", "ok"),)),
        groups=(Group("g"),),
    )
    lowering = ir.run(flatten_groups, workflow)
    assert codes(lowering) == ["DC214", "DC215"]
    assert lowering.workflow.groups == ()
    assert [(t.task_id, t.group, t.upstream) for t in lowering.workflow.tasks] == [
        ("g.a", None, ()),
        ("g.b", None, ("g.a",)),
    ]


def test_a_workflow_without_groups_gets_no_note(ir):
    assert codes(ir.run(flatten_groups, ir.workflow(ir.task("a")))) == []


def test_a_teardown_that_decides_the_run_and_has_no_setup_becomes_all_done(ir):
    workflow = ir.workflow(
        ir.task("work"),
        ir.task("clean", upstream=("work",), teardown=True, on_failure_fail_dagrun=True, args=TEARDOWN),
    )
    lowering = ir.run(lower_setup_teardown, workflow)
    clean = lowering.workflow.task("clean")
    assert codes(lowering) == ["DC311"]
    assert (clean.teardown, clean.on_failure_fail_dagrun, clean.argument("trigger_rule").value) == (
        False,
        False,
        "all_done",
    )
    assert [c.field for c in lowering.changes] == ["teardown", "on_failure_fail_dagrun", "trigger_rule"]


@pytest.mark.parametrize("case", ["leaf", "with-setup", "hides-failure"])
def test_a_teardown_with_a_meaning_of_its_own_is_refused(ir, case):
    setup = ir.task("make", setup=True)
    work = ir.task("work", upstream=("make",))
    clean = {"args": TEARDOWN, "teardown": True}
    tasks = {
        "leaf": [work, ir.task("clean", upstream=("work",), **clean)],
        "with-setup": [
            setup,
            work,
            ir.task("clean", upstream=("make", "work"), on_failure_fail_dagrun=True, **clean),
        ],
        "hides-failure": [work, ir.task("clean", upstream=("work",), **clean), ir.task("end", upstream=("clean",))],
    }[case]
    lowering = ir.run(lower_setup_teardown, ir.workflow(*tasks))
    assert "DC312" in codes(lowering)
    assert lowering.workflow.task("clean").teardown


def test_a_setup_above_ordinary_rules_becomes_ordinary(ir):
    workflow = ir.workflow(ir.task("make", setup=True), ir.task("work", upstream=("make",)))
    lowering = ir.run(lower_setup_teardown, workflow)
    assert codes(lowering) == ["DC311"]
    assert not lowering.workflow.task("make").setup


def test_a_setup_above_another_trigger_rule_is_refused(ir):
    workflow = ir.workflow(
        ir.task("make", setup=True),
        ir.task("work", upstream=("make",)),
        ir.task("end", upstream=("work",), args={"trigger_rule": "all_done"}),
    )
    assert codes(ir.run(lower_setup_teardown, workflow)) == ["DC312"]


@pytest.mark.parametrize(
    ("bases", "code"),
    [
        (("airflow.providers.standard.operators.python.PythonOperator",), "DC317"),
        (
            (
                "airflow.providers.standard.operators.python.ShortCircuitOperator",
                "airflow.providers.standard.operators.python.PythonOperator",
            ),
            "DC315",
        ),
        (
            (
                "airflow.sdk.bases.decorator.DecoratedOperator",
                "airflow.providers.standard.operators.python.PythonOperator",
            ),
            "DC313",
        ),
        (("airflow.providers.standard.operators.bash.BashOperator",), "DC318"),
        (
            (
                "airflow.sdk.bases.decorator.DecoratedOperator",
                "airflow.providers.standard.operators.branch.BranchMixIn",
            ),
            "DC314",
        ),
        (
            (
                "airflow.providers.standard.decorators.branch_virtualenv._BranchPythonVirtualenvDecoratedOperator",
                "airflow.sdk.bases.decorator.DecoratedOperator",
                "airflow.providers.standard.operators.python.PythonVirtualenvOperator",
                "airflow.providers.standard.operators.branch.BranchMixIn",
            ),
            "DC551",
        ),
        (("airflow.providers.standard.sensors.python.PythonSensor",), "DC319"),
    ],
)
def test_operators_that_hold_code_are_refused_by_name(ir, bases, code):
    lowering = ir.run(refuse_code, ir.workflow(ir.task("a", "x.Y", bases=bases)))
    assert codes(lowering) == [code]


def test_an_amazon_operator_holds_no_code(ir):
    assert codes(ir.run(refuse_code, ir.workflow(ir.task("a")))) == []


def test_a_subclass_that_presets_arguments_becomes_its_base(ir):
    task = ir.task("a", "dags.ops.Listing", target="airflow.providers.amazon.aws.operators.s3.S3ListOperator")
    lowering = ir.run(lower_subclasses, ir.workflow(task))
    assert codes(lowering) == ["DC320"]
    assert lowering.workflow.tasks[0].operator.path.endswith("S3ListOperator")
    assert [(c.field, c.before) for c in lowering.changes] == [("operator", "dags.ops.Listing")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"target": "airflow.providers.amazon.aws.operators.s3.S3ListOperator", "overrides": ("execute",)}, "DC321"),
        ({"target": "airflow.sdk.bases.operator.BaseOperator", "overrides": ("execute",)}, "DC322"),
        ({"residues": (Residue("execute", None, "x"),)}, "DC347"),
    ],
)
def test_behaviour_of_the_users_own_is_refused(ir, fields, code):
    lowering = ir.run(
        lower_subclasses, ir.workflow(ir.task("a", "dags.ops.Own" if "target" in fields else "x.Y", **fields))
    )
    assert codes(lowering) == [code]
    assert lowering.changes == []


def test_default_args_keep_a_shared_value_and_push_the_rest_down(ir):
    shared = {"retries": 2, "owner": "x", "bucket": "b"}
    tasks = [ir.task(name, args=shared, origin=Origin.DEFAULT_ARGS) for name in "ab"]
    workflow = ir.workflow(*tasks, default_args=tuple(Argument(n, v) for n, v in shared.items()))
    lowering = ir.run(lower_default_args, workflow)
    assert [(a.name, a.value) for a in lowering.workflow.default_args] == [("retries", 2)]
    assert [a.origin for a in lowering.workflow.tasks[0].arguments] == [
        Origin.DEFAULT_ARGS,
        Origin.LOWERED,
        Origin.LOWERED,
    ]


def test_default_args_take_over_a_value_that_every_taker_was_lowered_to(ir):
    tasks = [ir.task("a", args={"retries": 3}, origin=Origin.DEFAULT_ARGS), ir.task("b", args={"retries": 0})]
    lowering = ir.run(lower_default_args, ir.workflow(*tasks, default_args=(Argument("retries", 9),)))
    assert [(a.name, a.value) for a in lowering.workflow.default_args] == [("retries", 3)]


def test_a_default_would_reach_a_task_without_the_argument_so_it_is_pushed_down(ir):
    tasks = [ir.task("a", args={"trigger_rule": "all_done"}, origin=Origin.DEFAULT_ARGS), ir.task("b")]
    workflow = ir.workflow(*tasks, default_args=(Argument("trigger_rule", "all_done"),))
    lowering = ir.run(lower_default_args, workflow)
    assert lowering.workflow.default_args == ()
    assert lowering.workflow.task("a").argument("trigger_rule").origin is Origin.LOWERED
