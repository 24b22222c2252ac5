"""The passes that keep code for a package, each alone: whose code is carried, what is handed over, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagconv.ir import code as ir_code
from dagconv.ir.code import Entry
from dagconv.ir.schedule import Cron
from dagconv.ir.task import Mapping
from dagconv.ir.value import (
    CallableValue,
    Code,
    EntryValue,
    ListValue,
    MapValue,
    Parameter,
    ParameterValue,
    TupleValue,
    XComValue,
)
from dagconv.ir.workflow import Group
from dagconv.lower.carry_code import BASH, EMPTY, PYTHON, STANDARD, TASKFLOW, carry_code
from dagconv.lower.hand_over_dates import hand_over_dates
from dagconv.lower.lowering import Fate
from dagconv.lower.pack_callables import pack_callables
from dagconv.lower.pack_commands import pack_commands
from dagconv.lower.pack_operators import pack_operators

BRANCH = STANDARD + "operators.python.BranchPythonOperator"
ACCEPTED = frozenset({"packaged-operators"})


@pytest.fixture
def packing(ir):
    """Runs passes over tasks for which a package may be written."""

    def packing(*steps, tasks, generation="", options=None, **fields):
        def run(lowering):
            lowering.code, lowering.generation = ir_code.Testified(), generation
            for step in steps:
                step(lowering)

        return ir.run(run, ir.workflow(*tasks, **fields), **(options or {}))

    return packing


def codes(lowering):
    return [found.code for found in lowering.diagnostics]


def function(*parameters, traits=()):
    given = tuple(Parameter(name, "POSITIONAL_OR_KEYWORD") for name in parameters)
    return CallableValue("etl", "load", code=Code("etl.py", 1, "load", "load", given, traits=traits))


# carry_code


@pytest.mark.parametrize(("path", "carried"), [(PYTHON, True), (TASKFLOW, True), (BASH, True), ("x.Y", False)])
def test_code_is_carried_of_operators_that_run_it(ir, packing, path, carried):
    found = packing(carry_code, tasks=[ir.task("load", path)])
    assert (found.fates.get("load") is Fate.CARRIED) is carried


def test_nothing_is_carried_where_no_package_is_asked_for(ir):
    assert ir.run(carry_code, ir.workflow(ir.task("load", PYTHON))).fates == {}


def test_a_subclass_without_an_address_is_not_carried(ir, packing):
    found = packing(carry_code, tasks=[ir.task("load", "etl.Own", target=PYTHON, overrides=("execute",))])
    assert (found.fates, codes(found)) == ({"load": Fate.REFUSED}, ["DC548"])


def test_a_subclass_that_only_presets_arguments_is_carried_as_the_class_below_it(ir, packing):
    found = packing(carry_code, tasks=[ir.task("load", "etl.Own", target=PYTHON, overrides=("ui_color",))])
    assert found.fates == {"load": Fate.CARRIED}


def own(ir, task_id, file="etl.py", **fields):
    task = ir.task(task_id, "etl.Own", overrides=("execute",), **fields)
    return replace(task, operator=replace(task.operator, file=file))


def test_an_operator_of_the_users_is_written_by_its_name_among_the_entries(ir, packing):
    tasks = [own(ir, "one"), own(ir, "two"), own(ir, "three", file="other/etl.py")]
    found = packing(carry_code, pack_operators, tasks=tasks, options={"accept": ACCEPTED})
    module = found.entry_module
    paths = [task.operator.path for task in found.workflow.tasks]
    assert paths == [f"{module}.Own", f"{module}.Own", f"{module}.Own_2"]
    assert [(c.code, c.task_id, c.before, c.after) for c in found.changes][2] == (
        "DC545", "three", "etl.Own", f"{module}.Own_2"
    )  # fmt: skip


def test_an_operator_of_the_users_is_refused_where_it_is_not_accepted(ir, packing):
    found = packing(carry_code, pack_operators, tasks=[own(ir, "one")])
    assert found.fates == {"one": Fate.REFUSED}
    assert [finding.severity.value for finding in found.diagnostics] == ["error"]


def test_an_operator_of_the_package_is_carried_only_where_that_is_accepted(ir, packing):
    refused = packing(carry_code, tasks=[ir.task("choose", BRANCH)])
    assert (refused.fates, codes(refused)) == ({"choose": Fate.REFUSED}, ["DC532"])
    assert "--accept packaged-operators" in refused.diagnostics[0].help
    found = packing(carry_code, tasks=[ir.task("choose", BRANCH)], options={"accept": ACCEPTED})
    assert found.fates == {"choose": Fate.CARRIED}


def test_a_branch_beside_groups_may_return_one(ir, packing):
    found = packing(carry_code, tasks=[ir.task("choose", BRANCH)], options={"accept": ACCEPTED}, groups=(Group("g"),))
    assert codes(found) == ["DC533"]
    assert found.fates["choose"] is Fate.REFUSED


def test_latest_only_becomes_a_task_that_does_nothing(ir, packing):
    found = packing(carry_code, tasks=[ir.task("latest", STANDARD + "operators.latest_only.LatestOnlyOperator")])
    assert codes(found) == ["DC534"]
    assert found.workflow.tasks[0].operator.path == EMPTY
    assert [(change.field, change.after) for change in found.changes] == [("operator", EMPTY)]


# pack_callables


def packed(ir, packing, target, path=PYTHON, more=(), **args):
    tasks = [ir.task("group.load", path, args={"python_callable": target, **args}), *more]
    return packing(carry_code, pack_callables, tasks=tasks)


def test_a_function_with_plain_arguments_is_its_own_entry(ir, packing):
    found = packed(ir, packing, function("n"), op_args=TupleValue((1,)))
    assert codes(found) == ["DC510"]
    assert found.entries["group.load"] == Entry("group__load", function("n"))
    assert found.workflow.tasks[0].argument("python_callable").value == EntryValue("d_tasks.group__load")
    assert found.workflow.tasks[0].argument("op_args").value == ListValue((1,))


def test_a_taskflow_task_becomes_a_python_operator_and_this_is_declared(ir, packing):
    found = packed(ir, packing, function(), TASKFLOW)
    assert found.workflow.tasks[0].operator.path == PYTHON
    assert ("operator", TASKFLOW, PYTHON) in [(c.field, c.before, c.after) for c in found.changes]


def test_outputs_and_rendered_texts_are_given_by_the_entry(ir, packing):
    value = TupleValue((XComValue("first"), "{{ ds }}", TupleValue((2, 3))))
    found = packed(ir, packing, function("a"), op_kwargs=MapValue((("a", value),)), more=[ir.task("first")])
    (entry,) = found.entries.values()
    given = TupleValue((XComValue("first"), ParameterValue("text_1"), TupleValue((2, 3))))
    assert entry.keywords == (("a", given),)
    assert entry.passed == ("text_1",)
    assert found.workflow.tasks[0].argument("op_kwargs").value == MapValue((("text_1", "{{ ds }}"),))


def test_the_output_of_a_mapped_task_is_refused(ir, packing):
    mapped = ir.task("first", mapping=Mapping("expand", MapValue(())))
    found = packed(ir, packing, function("a"), op_args=ListValue((XComValue("first"),)), more=[mapped])
    assert codes(found) == ["DC513"]
    assert found.entries == {}
    assert found.fates["group.load"] is Fate.REFUSED


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (CallableValue("builtins", "print"), "DC511"),
        (function(traits=("bound",)), "DC511"),
        (function(traits=("async",)), "DC512"),
        ("a text", "DC511"),
    ],
)
def test_what_cannot_be_packed_is_refused(ir, packing, target, code):
    found = packed(ir, packing, target)
    assert (codes(found), found.entries) == ([code], {})
    assert found.fates["group.load"] is Fate.REFUSED


@pytest.mark.parametrize(
    ("argument", "spreads", "quiet"),
    [({"multiple_outputs": True}, True, False), ({"do_xcom_push": False}, False, True), ({}, False, False)],
)
def test_what_becomes_of_the_result_is_the_entrys(ir, packing, argument, spreads, quiet):
    found = packed(ir, packing, function(), **argument)
    (entry,) = found.entries.values()
    assert (entry.spreads, entry.quiet) == (spreads, quiet)
    assert not {"multiple_outputs", "do_xcom_push"} & {one.name for one in found.workflow.tasks[0].arguments}


# hand_over_dates

DAILY = Cron("@daily", "0 0 * * *", data_intervals=True)


def handed(ir, packing, *parameters, schedule=DAILY, **more):
    tasks = [ir.task("load", PYTHON, args={"python_callable": function(*parameters), **more.pop("args", {})})]
    return packing(carry_code, pack_callables, hand_over_dates, tasks=tasks, schedule=schedule, **more)


def test_a_date_that_means_another_moment_is_handed_over_as_a_text(ir, packing):
    found = handed(ir, packing, "ds", "n")
    assert codes(found) == ["DC510", "DC516"]
    assert found.workflow.tasks[0].argument("op_kwargs").value == MapValue((("ds", "{{ ds }}"),))


def test_dates_stay_as_they_are_where_they_mean_the_same(ir, packing):
    assert codes(handed(ir, packing, "ds", schedule=Cron("@daily", "0 0 * * *", data_intervals=False))) == ["DC510"]


def test_a_date_that_the_task_gives_itself_is_its_own(ir, packing):
    found = handed(ir, packing, "ds", args={"op_kwargs": MapValue((("ds", "2030-01-01"),))})
    assert codes(found) == ["DC510"]


@pytest.mark.parametrize("name", ["logical_date", "data_interval_start"])
def test_a_date_that_has_no_text_is_refused(ir, packing, name):
    found = handed(ir, packing, name)
    assert codes(found) == ["DC510", "DC517"]
    assert found.refused


def test_a_name_that_airflow_3_took_away_is_asked_for_by_older_sources_only(ir, packing):
    plain = Cron("@daily", "0 0 * * *", data_intervals=False)
    assert codes(handed(ir, packing, "inlets_", schedule=plain, generation="2")) == ["DC510"]
    assert codes(handed(ir, packing, "tomorrow_ds", schedule=plain)) == ["DC510"]
    assert codes(handed(ir, packing, "tomorrow_ds", schedule=plain, generation="2")) == ["DC510", "DC516"]


# pack_commands


def judged(ir, packing, command, **args):
    return packing(carry_code, pack_commands, tasks=[ir.task("run", BASH, args={"bash_command": command, **args})])


@pytest.mark.parametrize(
    ("command", "wanted", "scripts"),
    [
        ("echo done", [], set()),
        ("/usr/local/airflow/dags/jobs/run.sh --fast", [], {"jobs/run.sh"}),
        ("bash /usr/local/airflow/dags/../run.sh", ["DC526"], set()),
        ("bash /usr/local/airflow/dags/*.sh", ["DC526"], set()),
        ("cat ~/x", ["DC526"], set()),
        ("aws s3 ls", ["DC527"], set()),
        ("echo 'aws s3 ls' # aws", [], set()),
        ("A=1 docker run x", ["DC527"], set()),
        ("echo $(java -version)", ["DC527"], set()),
    ],
)
def test_what_a_command_names_has_to_be_on_the_worker(ir, packing, command, wanted, scripts):
    found = judged(ir, packing, command)
    assert (codes(found), found.scripts) == (wanted, scripts)


def test_paths_in_the_environment_count_too(ir, packing):
    assert codes(judged(ir, packing, "echo", env=MapValue((("A", "/srv/x"),)))) == ["DC526"]


def test_folders_and_code_of_the_source_are_refused(ir, packing):
    assert codes(judged(ir, packing, "echo", cwd="/srv")) == ["DC528"]
    found = judged(ir, packing, "echo", output_processor=function())
    assert codes(found) == ["DC528"]
    assert found.fates["run"] is Fate.REFUSED
    assert codes(judged(ir, packing, "echo", cwd=None)) == []
