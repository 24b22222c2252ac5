"""The order of a cutover, and what happens when a step of it fails (docs/faults.md, row 48)."""

from __future__ import annotations

import datetime
import os
import signal
from typing import TYPE_CHECKING

import pytest

from dagconv.language.cron import fires_after
from dagconv.migrate.survey.source import namesakes

if TYPE_CHECKING:
    from tests.standin.stand import Stand

UPDATE, REST = "mwaa-serverless:UpdateWorkflow", "mwaa:InvokeRestApi"


FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))  # else some of the records at which a call is killed


@pytest.fixture
def deployed(stand: Stand) -> Stand:
    stand.deploy("a", "b")
    stand.set_dags("a", "b")
    return stand


def modes(stand: Stand) -> dict[str, str]:
    return {name: workflow["TriggerMode"] for name, workflow in stand.workflows().items()}


def test_one_canary_and_then_the_rest(deployed: Stand) -> None:
    first = deployed.cli("cutover", "--canary", "1", "--pause-source", "--auto-approve")
    assert first.code == 0, first.text
    assert modes(deployed) == {"a": "SCHEDULED", "b": "MANUAL"}
    assert deployed.state()["paused"] == {"a": True, "b": False}
    assert deployed.cli("cutover", "--pause-source", "--auto-approve").code == 0
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}
    assert "nothing to switch" in deployed.cli("cutover", "--paused-by-hand", "--auto-approve").out


def test_the_old_dag_is_paused_and_read_back_before_the_switch(deployed: Stand) -> None:
    start = len(deployed.state()["calls"])
    assert deployed.cli("cutover", "--canary", "1", "--pause-source", "--auto-approve").code == 0
    calls = [c for c in deployed.state()["calls"][start:] if c in (REST, UPDATE)]
    assert calls == [*[REST] * 7, UPDATE], "all paused; paused, runs, pause, read back, runs, last; then the switch"


def test_the_old_dag_is_paused_before_and_let_go_when_switching_fails(deployed: Stand) -> None:
    body = {"code": "ValidationException", "message": "no", "Reason": "other"}
    deployed.fault(UPDATE, "error", value=body, count=1)
    ran = deployed.cli("cutover", "--pause-source", "--auto-approve")
    assert ran.code == 1
    assert deployed.state()["paused"] == {"a": False, "b": True}
    assert modes(deployed) == {"a": "MANUAL", "b": "SCHEDULED"}
    assert deployed.cli("cutover", "--resume").code == 0
    assert deployed.state()["paused"] == {"a": True, "b": True}
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_a_dag_that_cannot_be_paused_is_not_switched(deployed: Stand) -> None:
    deployed.set_dags("b")
    ran = deployed.cli("cutover", "--pause-source", "--auto-approve")
    assert (ran.code, "DAG a cannot be read in Prod" in ran.out) == (1, True)
    assert modes(deployed) == {"a": "MANUAL", "b": "SCHEDULED"}


def test_a_dag_that_was_paused_before_stays_paused_after_a_rollback(deployed: Stand) -> None:
    deployed.set_dags("a", "b", paused=True)
    assert deployed.cli("cutover", "--pause-source", "--include-paused", "--auto-approve").code == 0
    assert deployed.cli("rollback", "--auto-approve").code == 0
    assert deployed.state()["paused"] == {"a": True, "b": True}


def test_an_old_dag_is_not_let_go_while_its_workflow_runs_by_schedule(deployed: Stand) -> None:
    assert deployed.cli("cutover", "--pause-source", "--auto-approve").code == 0
    a = deployed.workflows()["a"]
    request = {k: a[k] for k in ("RoleArn", "DefinitionS3Location", "TriggerMode")}
    deployed.aws("mwaa-serverless").update_workflow(WorkflowArn=a["arn"], Description="theirs", **request)
    ran = deployed.cli("rollback", "--auto-approve")
    assert (ran.code, "leave DAG a where it runs now" in ran.out) == (1, True)
    assert modes(deployed) == {"a": "SCHEDULED"}, "changed by somebody, so it is left alone"
    assert deployed.state()["paused"] == {"a": True, "b": False}


def test_a_workflow_that_somebody_disabled_is_switched_on_by_name_only(deployed: Stand) -> None:
    a = deployed.workflows()["a"]
    deployed.set_dags("a", "b", paused=True)
    request = {k: a[k] for k in ("RoleArn", "DefinitionS3Location", "NetworkConfiguration")}
    deployed.aws("mwaa-serverless").update_workflow(WorkflowArn=a["arn"], TriggerMode="DISABLED", **request)
    assert deployed.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    assert modes(deployed) == {"a": "DISABLED", "b": "SCHEDULED"}
    assert deployed.cli("cutover", "--paused-by-hand", "--include", "a", "--auto-approve").code == 0
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}


LONG = "long-" + "x" * 70


def test_a_dag_whose_path_is_too_long_is_paused_and_let_go_by_the_list_call(stand: Stand) -> None:
    stand.deploy(LONG)
    stand.set_dags(LONG, "other")
    ran = stand.cli("cutover", "--pause-source", "--auto-approve")
    assert ran.code == 0, ran.text
    assert (modes(stand), stand.state()["paused"]) == ({LONG: "SCHEDULED"}, {LONG: True, "other": False})
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert stand.state()["paused"] == {LONG: False, "other": False}


@pytest.mark.parametrize("other", [f"{LONG}_v2", f"a_{LONG}".upper()])
def test_a_long_id_that_stands_in_another_is_paused_by_hand(stand: Stand, other: str) -> None:
    stand.deploy(LONG)
    stand.set_dags(LONG, other)
    ran = stand.cli("cutover", "--pause-source", "--auto-approve")
    assert (ran.code, "cannot be paused alone" in ran.out, other in ran.out) == (1, True, True), ran.text
    assert (modes(stand), stand.state()["paused"]) == ({LONG: "MANUAL"}, {LONG: False, other: False})
    stand.set(dags={LONG: True, other: False})
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    assert (modes(stand), stand.state()["paused"]) == ({LONG: "SCHEDULED"}, {LONG: True, other: False})


def test_which_other_ids_the_list_call_for_an_id_finds() -> None:
    known = ("a_b", "x_a-b", "A_B_2", "ab", "a.c")
    assert namesakes("a_b", known) == ["A_B_2", "x_a-b"], "in any case, anywhere, and _ is any character"
    assert namesakes("a.b", ("aXb", "a.b")) == []


def test_how_the_old_dags_stop_must_be_said(deployed: Stand) -> None:
    for flags in ((), ("--pause-source", "--paused-by-hand")):
        ran = deployed.cli("cutover", *flags, "--auto-approve")
        assert (ran.code, "say how the old DAGs of Prod stop" in ran.err) == (2, True), ran.text
    assert modes(deployed) == {"a": "MANUAL", "b": "MANUAL"}


def test_a_pause_by_hand_is_looked_up_where_it_can_be_and_else_trusted_aloud(deployed: Stand) -> None:
    deployed.set(dags={"a": False})
    ran = deployed.cli("cutover", "--paused-by-hand", "--auto-approve")
    assert (ran.code, "! a  stays: DAG a is not paused in Prod" in ran.out) == (1, True), ran.text
    assert "Prod does not say so, it is taken on trust: b paused" in ran.out
    assert modes(deployed) == {"a": "MANUAL", "b": "SCHEDULED"}
    deployed.fault(REST, "deny")
    ran = deployed.cli("cutover", "--paused-by-hand", "--auto-approve")
    assert (ran.code, "taken on trust: a paused" in ran.out) == (0, True), ran.text
    assert deployed.state()["paused"] == {"a": False}, "nothing was asked of the old DAG"


def test_a_dry_run_shows_and_changes_nothing(deployed: Stand) -> None:
    before = deployed.state()
    ran = deployed.cli("cutover", "--pause-source", "--dry-run")
    assert (ran.code, "~ a" in ran.out, "~ b" in ran.out) == (0, True, True), ran.text
    for verb, shown in (("rollback", "- create:a"), ("destroy", "- a ")):
        ran = deployed.cli(verb, "--dry-run")
        assert (ran.code, shown in ran.out) == (0, True), ran.text
    after = deployed.state()
    assert (after["workflows"], after["paused"]) == (before["workflows"], before["paused"])
    assert deployed.cli("cutover", "--pause-source", "--auto-approve").code == 0, "no dry run is in the way"


@pytest.mark.parametrize("point", ["2:after", "3:before", "3:after", "4:after", "5:before"][:: 1 if FULL else 2])
def test_a_cutover_that_was_killed_is_resumed(deployed: Stand, point: str) -> None:
    killed = deployed.cli("cutover", "--pause-source", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL
    ran = deployed.cli("cutover", "--resume")
    assert ran.code == 0, ran.text
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}
    assert deployed.state()["paused"] == {"a": True, "b": True}
    assert all(w["versions"] == 2 for w in deployed.workflows().values())


@pytest.mark.parametrize("point", ["3:before", "4:after", "5:before"][:: 1 if FULL else 2])
def test_a_cutover_that_was_killed_is_rolled_back(deployed: Stand, point: str) -> None:
    killed = deployed.cli("cutover", "--pause-source", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL
    ran = deployed.cli("rollback", "--auto-approve")
    assert ran.code == 0, ran.text
    assert deployed.workflows() == {}
    assert deployed.state()["paused"] == {"a": False, "b": False}


def test_the_variables_of_a_workflow_survive_the_switch_and_its_rollback(stand: Stand) -> None:
    stand.deploy("a", plan=("--workflow-env", "STAGE=prod"))
    stand.define("a", marker="y")
    assert stand.plan("--workflow-env", "STAGE=prod").code == 0
    assert stand.apply().code == 0
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    assert stand.workflows()["a"]["Environment"] == {"Variables": {"STAGE": "prod"}}
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert stand.workflows()["a"]["Environment"] == {"Variables": {"STAGE": "prod"}}
    assert modes(stand) == {"a": "MANUAL"}


def test_c7_what_is_paused_in_the_old_environment_stays_off(deployed: Stand) -> None:
    deployed.set(dags={"a": False, "b": True})
    ran = deployed.cli("cutover", "--pause-source", "--auto-approve")
    assert (ran.code, "= b  0 5 * * *  is PAUSED" in ran.out) == (0, True), ran.text
    assert modes(deployed) == {"a": "SCHEDULED", "b": "MANUAL"}
    assert deployed.cli("cutover", "--pause-source", "--include-paused", "--auto-approve").code == 0
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_c7_the_plan_tells_what_is_paused_and_what_no_call_can_pause(stand: Stand) -> None:
    long, longer = LONG, f"{LONG}-2"
    stand.define("a", "b", long, longer)
    stand.set(dags={"a": False, "b": True, long: False, longer: False})
    planned = stand.plan()
    assert (planned.code, "1 DAGs are paused in Prod and stay off at the cutover: b" in planned.out) == (0, True)
    assert ("DC839" in planned.out, f"too long for InvokeRestApi: {long}" in planned.out) == (True, True)
    stand.set(dags={"a": False, "b": False})
    (stand.folder / f"defs/{longer}.yaml").unlink()
    planned = stand.plan()
    assert (planned.code, "DC838" in planned.out, "DC839" in planned.out) == (0, False, False)
    stand.fault(REST, "deny")
    assert stand.plan().code == 0


def pauses(stand: Stand) -> list[tuple[str, bool]]:
    """What was asked of the old environment's DAGs, in order."""
    asked = [r["request"] for r in stand.state()["requests"] if r["call"] == REST and r["request"]["Method"] == "PATCH"]
    return [(request["Path"], request["Body"]["is_paused"]) for request in asked]


def test_c8_a_run_in_progress_ends_before_the_pause(deployed: Stand) -> None:
    deployed.set(dag_runs=[{"dag_id": "a", "run_id": "scheduled__1", "seconds": 100}])
    before = deployed.state()["waited"]
    ran = deployed.cli("cutover", "--pause-source", "--auto-approve")
    assert (ran.code, "waiting for scheduled__1 of DAG a, 3600 s at most" in ran.err) == (0, True), ran.text
    assert 100 <= deployed.state()["waited"] - before < 120
    assert pauses(deployed) == [("/dags/a", True), ("/dags/b", True)]
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_c8_a_run_that_does_not_end_in_time_keeps_its_dag_where_it_is(deployed: Stand) -> None:
    deployed.set(dag_runs=[{"dag_id": "a", "run_id": "scheduled__1", "seconds": 100}])
    ran = deployed.cli("cutover", "--pause-source", "--wait", "30", "--auto-approve")
    assert (ran.code, "still has runs going on after 30 s (scheduled__1)" in ran.out) == (1, True), ran.text
    assert deployed.state()["paused"] == {"a": False, "b": True}
    assert modes(deployed) == {"a": "MANUAL", "b": "SCHEDULED"}


def test_c8_a_run_that_begins_in_between_is_let_go_at_once(deployed: Stand) -> None:
    begun = {"path": "/_set", "body": {"dag_runs": [{"dag_id": "a", "run_id": "scheduled__2", "seconds": 40}]}}
    deployed.fault(REST, "meanwhile", value=begun, nth=3)  # right after the runs of `a` were read
    ran = deployed.cli("cutover", "--canary", "1", "--pause-source", "--auto-approve")
    assert (ran.code, "waiting for scheduled__2 of DAG a" in ran.err) == (0, True), ran.text
    assert pauses(deployed) == [("/dags/a", True), ("/dags/a", False), ("/dags/a", True)]
    assert modes(deployed) == {"a": "SCHEDULED", "b": "MANUAL"}


def test_c8_runs_are_left_half_way_by_name_only(deployed: Stand) -> None:
    deployed.set(dag_runs=[{"dag_id": "a", "run_id": "scheduled__1", "seconds": 100}])
    ran = deployed.cli("cutover", "--pause-source", "--leave-runs", "--auto-approve")
    assert (ran.code, "DAG a leaves runs half-way: scheduled__1" in ran.err) == (0, True), ran.text
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_c8_a_kill_right_after_the_pause_leaves_no_run_behind(deployed: Stand) -> None:
    killed = deployed.cli("cutover", "--pause-source", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": "2:after"})
    assert killed.code == -signal.SIGKILL
    deployed.set(dags={"a": True, "b": False}, dag_runs=[{"dag_id": "a", "run_id": "scheduled__1", "seconds": 40}])
    ran = deployed.cli("cutover", "--resume")
    assert (ran.code, "waiting for scheduled__1" in ran.err) == (0, True), ran.text
    assert pauses(deployed)[0] == ("/dags/a", False)
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_c8_a_dag_whose_runs_cannot_be_read_after_its_pause_is_let_go(deployed: Stand) -> None:
    deployed.fault(REST, "deny", nth=6)  # the runs after the pause of `a`
    ran = deployed.cli("cutover", "--canary", "1", "--pause-source", "--auto-approve")
    assert (ran.code, deployed.state()["paused"]["a"], modes(deployed)["a"]) == (1, False, "MANUAL"), ran.text


def test_c8_what_ran_last_and_what_runs_first_is_said(stand: Stand) -> None:
    now = datetime.datetime.fromtimestamp(stand.post("/_clock")["now"], datetime.timezone.utc)
    hour = now.replace(minute=0, second=0)
    stand.deploy("a", "b", schedule="0 * * * *")
    stand.set_dags("a", "b")
    ends = {"a": hour, "b": hour - datetime.timedelta(hours=1)}
    runs = [{"dag_id": d, "run_id": f"s_{d}", "data_interval_end": end.isoformat()} for d, end in ends.items()]
    stand.set(dag_runs=runs)
    ran = stand.cli("cutover", "--pause-source", "--auto-approve")
    first = f"first on the service {hour + datetime.timedelta(hours=1):%Y-%m-%d %H:%M} UTC"
    assert f"DAG a: last in the old environment {hour.isoformat()}, {first}; no run is missed" in ran.err
    assert f"{first}; NOT RUN BY EITHER: {hour:%Y-%m-%d %H:%M}" in ran.err


def test_h14_a_workflow_that_is_not_what_was_deployed_is_not_switched(deployed: Stand) -> None:
    a = deployed.workflows()["a"]
    request = {k: a[k] for k in ("RoleArn", "DefinitionS3Location", "TriggerMode")}
    deployed.aws("mwaa-serverless").update_workflow(WorkflowArn=a["arn"], Description="theirs", **request)
    ran = deployed.cli("cutover", "--pause-source", "--auto-approve")
    assert (ran.code, "! a  is not what was deployed: Description: differs" in ran.out) == (1, True), ran.text
    assert modes(deployed) == {"a": "MANUAL", "b": "SCHEDULED"}
    assert deployed.state()["paused"] == {"a": False, "b": True}


def test_an_airflow_that_cannot_pause_is_said_before(deployed: Stand) -> None:
    assert "DC837" not in deployed.plan().out
    deployed.set(environment={"AirflowVersion": "2.2.2"})
    assert "DC837" in deployed.plan().out
    ran = deployed.cli("cutover", "--pause-source", "--auto-approve")
    assert (ran.code, "airflow dags pause DAG_ID" in ran.err) == (2, True)
    assert deployed.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0


def test_next_fire_times() -> None:
    noon = datetime.datetime(2026, 11, 23, 12, 0, 30, tzinfo=datetime.timezone.utc)
    assert [(fire - noon).total_seconds() for fire in fires_after("@hourly", noon)] == [3570]
    assert [(fire - noon).total_seconds() for fire in fires_after("1 12 * * *", noon)] == [30]
    assert fires_after("rate(5 minutes)", noon) == fires_after("nonsense", noon) == []
