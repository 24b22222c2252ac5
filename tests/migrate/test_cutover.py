"""The order of a cutover, and what happens when a step of it fails (docs/faults.md, row 48)."""

from __future__ import annotations

import datetime
import signal
from typing import TYPE_CHECKING

import pytest

from dagconv.migrate.run.cutover import seconds_to_fire

if TYPE_CHECKING:
    from tests.migrate.conftest import Stand

UPDATE, REST = "mwaa-serverless:UpdateWorkflow", "mwaa:InvokeRestApi"


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
    assert "nothing to switch" in deployed.cli("cutover", "--auto-approve").out


def test_the_old_dag_is_paused_and_read_back_before_the_switch(deployed: Stand) -> None:
    start = len(deployed.state()["calls"])
    assert deployed.cli("cutover", "--canary", "1", "--pause-source", "--auto-approve").code == 0
    calls = [c for c in deployed.state()["calls"][start:] if c in (REST, UPDATE)]
    assert calls == [REST, REST, REST, UPDATE], "state, pause, read back; then the switch"


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
    assert deployed.cli("cutover", "--pause-source", "--auto-approve").code == 0
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
    request = {k: a[k] for k in ("RoleArn", "DefinitionS3Location")}
    deployed.aws("mwaa-serverless").update_workflow(WorkflowArn=a["arn"], TriggerMode="DISABLED", **request)
    assert deployed.cli("cutover", "--auto-approve").code == 0
    assert modes(deployed) == {"a": "DISABLED", "b": "SCHEDULED"}
    assert deployed.cli("cutover", "--include", "a", "--auto-approve").code == 0
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_a_long_dag_id_cannot_be_reached_by_the_rest_api(stand: Stand) -> None:
    name = "long-" + "x" * 70
    stand.deploy(name)
    stand.set_dags(name)
    ran = stand.cli("cutover", "--pause-source", "--auto-approve")
    assert (ran.code, "at most 64 characters" in ran.out) == (1, True)
    assert modes(stand) == {name: "MANUAL"}


@pytest.mark.parametrize("point", ["2:after", "3:before", "3:after", "4:after", "5:before"])
def test_a_cutover_that_was_killed_is_resumed(deployed: Stand, point: str) -> None:
    killed = deployed.cli("cutover", "--pause-source", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL
    ran = deployed.cli("cutover", "--resume")
    assert ran.code == 0, ran.text
    assert modes(deployed) == {"a": "SCHEDULED", "b": "SCHEDULED"}
    assert deployed.state()["paused"] == {"a": True, "b": True}
    assert all(w["versions"] == 2 for w in deployed.workflows().values())


@pytest.mark.parametrize("point", ["3:before", "4:after", "5:before"])
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
    assert stand.cli("cutover", "--auto-approve").code == 0
    assert stand.workflows()["a"]["Environment"] == {"Variables": {"STAGE": "prod"}}
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert stand.workflows()["a"]["Environment"] == {"Variables": {"STAGE": "prod"}}
    assert modes(stand) == {"a": "MANUAL"}


def test_schedules_that_fire_soon_are_let_fire_first(stand: Stand) -> None:
    now = datetime.datetime.fromtimestamp(stand.post("/_clock")["now"], datetime.timezone.utc)
    soon = now + datetime.timedelta(minutes=3)
    stand.deploy("a", schedule=f"{soon.minute} {soon.hour} * * *")
    before = stand.state()["waited"]
    ran = stand.cli("cutover", "--wait", "--auto-approve")
    assert (ran.code, "fires in" in ran.out) == (0, True)
    assert 60 < stand.state()["waited"] - before < 250


def test_next_fire_times() -> None:
    noon = datetime.datetime(2026, 11, 23, 12, 0, 30, tzinfo=datetime.timezone.utc).timestamp()
    assert seconds_to_fire("@hourly", noon) == 3570
    assert seconds_to_fire("1 12 * * *", noon) == 30
    assert seconds_to_fire("rate(5 minutes)", noon) is None
    assert seconds_to_fire("nonsense", noon) is None
