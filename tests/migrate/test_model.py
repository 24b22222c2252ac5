"""Random sequences of migrations, interruptions and strangers' edits over two environments and three colleagues.

After each call: nothing of a stranger or of the other environment is changed, no DAG is scheduled twice, none is
stopped on both sides without `status` saying so, and every journal is readable. The judge reads the stand-in's state
alone. `make test-migrate-model` runs 2,000 sequences, `make test` a few.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.standin.stand import Stand

if TYPE_CHECKING:
    from tests.standin.stand import Ran

SEQUENCES = int(os.environ.get("DAGCONV_TEST_MODEL", "4"))
ENVIRONMENTS = ("Prod", "Staging")
DAGS = ("a", "b", "c")
CALLS = ("*:CreateWorkflow", "*:UpdateWorkflow", "*:DeleteWorkflow", "s3:PutObject", "mwaa:InvokeRestApi", "iam:U*")
KILLS = st.sampled_from((*(0,) * 14, 1, 2, 3, 4, 5, 6, 7, 9, 12))
FAULTS = st.sampled_from((*(None,) * 6, "drop_after", "drop_before", "500", "deny"))
NOTHING = {"colleague": 0, "kill": 0, "fault": None}
HOW = st.fixed_dictionaries(
    {
        "environment": st.sampled_from(ENVIRONMENTS),
        "colleague": st.sampled_from((0, 0, 0, 0, 1, 2)),
        "kill": KILLS,
        "fault": FAULTS,
        "call": st.sampled_from(CALLS),
        "count": st.sampled_from((1, 2, 8)),
    }
)


class Migrations(RuleBasedStateMachine):
    """`running` are the DAGs of each environment that ran when they were put there."""

    variables: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="model-")
        self.stand = Stand(self.variables, Path(self._folder.name))
        self.stand.post("/_reset")
        self.stand.open()
        self.paused: dict[str, dict[str, bool]] = {name: {} for name in ENVIRONMENTS}
        self.now = "Prod"
        self.strangers: dict[str, Any] = {}
        self.markers = 0

    def teardown(self) -> None:
        assert self.stand.state()["broken"] == []
        self._folder.cleanup()

    @initialize()
    def dags(self) -> None:
        for environment in ENVIRONMENTS:
            for dag_id in DAGS[:2]:
                self._write(environment, dag_id)
            self.apply(prune=False, template="{dag_id}", how={**NOTHING, "environment": environment})

    @rule(environment=st.sampled_from(ENVIRONMENTS), dag_id=st.sampled_from(DAGS))
    def edit(self, environment: str, dag_id: str) -> None:
        self._write(environment, dag_id)

    @rule(environment=st.sampled_from(ENVIRONMENTS), dag_id=st.sampled_from(DAGS))
    def remove(self, environment: str, dag_id: str) -> None:
        folder = self.stand.folder / environment
        if len(list(folder.iterdir())) > 1:
            (folder / f"{dag_id}.yaml").unlink(missing_ok=True)

    @rule(prune=st.booleans(), template=st.sampled_from(("{dag_id}", "{dag_id}", "x-{dag_id}")), how=HOW)
    def apply(self, prune: bool, template: str, how: dict[str, Any]) -> None:
        environment = how["environment"]
        self._become(environment)
        plan = ("plan", "--environment", environment, "--definitions", environment, "--out", f"{environment}.json")
        name = template if environment == "Prod" else f"staging-{template}"
        planned = self._call(*plan, "--name-template", name, *(("--prune",) if prune else ()))
        if planned.code not in (0, 1):
            return
        doomed = re.search(r"(\d+) to delete", planned.out)
        assert doomed is not None
        approved = ("--approve-deletions", doomed[1]) if doomed[1] != "0" else ()
        self._change("apply", f"{environment}.json", *approved, **how)

    @rule(verb=st.sampled_from(("apply", "cutover")), how=HOW)
    def resume(self, verb: str, how: dict[str, Any]) -> None:
        self._change(verb, "--resume", "--environment", how["environment"], **how)

    @rule(canary=st.booleans(), how=HOW)
    def cutover(self, canary: bool, how: dict[str, Any]) -> None:
        options = ("--canary", "1") if canary else ()
        self._change("cutover", "--environment", how["environment"], "--pause-source", *options, **how)

    @rule(again=st.booleans(), how=HOW)
    def rollback(self, again: bool, how: dict[str, Any]) -> None:
        for _ in range(1 + again):
            self._change("rollback", "--environment", how["environment"], **how)

    @rule(how=HOW)
    def destroy(self, how: dict[str, Any]) -> None:
        self._change("destroy", "--environment", how["environment"], **how)

    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def unlock(self, environment: str) -> None:
        self._become(environment)
        self._call("unlock", "--environment", environment, "--auto-approve")

    @rule(name=st.sampled_from(("theirs", "a", "staging-b")))
    def stranger_creates(self, name: str) -> None:
        """By hand, from an object and a role of their own."""
        if any(workflow["name"] == name for workflow in self.stand.state()["workflows"]):
            return
        body = (self.stand.define("theirs", folder="theirs") / "theirs.yaml").read_bytes()
        self.stand.aws("s3").put_object(Bucket=self.stand.bucket, Key="theirs.yaml", Body=body)
        trust = {"Effect": "Allow", "Principal": {"Service": "airflow-serverless.amazonaws.com"}}
        document = {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
        if not self.strangers:
            self.stand.aws("iam").create_role(RoleName="theirs", AssumeRolePolicyDocument=json.dumps(document))
        self.stand.aws("mwaa-serverless").create_workflow(
            Name=name, RoleArn="arn:aws:iam::123456789012:role/theirs", TriggerMode="MANUAL",
            DefinitionS3Location={"Bucket": self.stand.bucket, "ObjectKey": "theirs.yaml"},
        )  # fmt: skip
        (made,) = [w for w in self.stand.state()["workflows"] if w["name"] == name and not w["deleting"]]
        self.strangers[made["arn"]] = made

    @rule(dag_id=st.sampled_from(DAGS))
    def stranger_describes(self, dag_id: str) -> None:
        """A workflow of ours gets a new version by hand that runs as before."""
        for workflow in self.stand.state()["workflows"]:
            if workflow["tags"].get("dagconv:dag-id") == dag_id and not workflow["deleting"]:
                members = ("RoleArn", "DefinitionS3Location", "TriggerMode")
                request = {name: workflow[name] for name in members}
                client = self.stand.aws("mwaa-serverless")
                client.update_workflow(WorkflowArn=workflow["arn"], Description="by hand", **request)

    def _write(self, environment: str, dag_id: str) -> None:
        self.markers += 1
        self.stand.define(dag_id, marker=str(self.markers), folder=environment)
        self.paused[environment].setdefault(dag_id, False)
        self._become(self.now)

    def _become(self, environment: str) -> None:
        """The stand-in plays one old environment at a time."""
        self.paused[self.now] |= self.stand.state()["paused"]
        self.now = environment
        arn = f"arn:aws:airflow:us-east-2:123456789012:environment/{environment}"
        self.stand.set(environment={"Name": environment, "Arn": arn}, dags=self.paused[environment])

    def _change(self, *arguments: str, **how: Any) -> None:
        self._become(how["environment"])
        if how["fault"] is not None:
            self.stand.fault(how["call"], how["fault"], count=how["count"])
        before = self._of_others(how["environment"])
        kill = {"DAGCONV_TEST_KILL_AT": f"{how['kill']}:after"} if how["kill"] else {}
        self._call(*arguments, "--auto-approve", "--state-dir", f"state-{how['colleague']}", env=kill)
        self.stand.post("/_clear")
        assert self._of_others(how["environment"]) == before
        self._judge()

    def _call(self, *arguments: str, env: dict[str, str] | None = None) -> Ran:
        ran = self.stand.cli(*arguments, env=env)
        assert ran.code in (0, 1, 2, -9), ran.text
        assert "damaged" not in ran.text
        return ran

    def _judge(self) -> None:
        self._become(self.now)
        found = [workflow for workflow in self.stand.state()["workflows"] if not workflow["deleting"]]
        by_arn = {workflow["arn"]: workflow for workflow in found}
        assert {arn: by_arn.get(arn) for arn in self.strangers} == self.strangers
        ours = [w for w in found if "dagconv:migration" in w["tags"] and w["TriggerMode"] == "SCHEDULED"]
        live = Counter((w["tags"]["dagconv:migration"].rpartition("/")[2], w["tags"]["dagconv:dag-id"]) for w in ours)
        assert max(live.values(), default=0) <= 1, "two workflows of one DAG are scheduled"
        for environment, paused in self.paused.items():
            on_both = [dag_id for dag_id, still in paused.items() if not still and (environment, dag_id) in live]
            assert not on_both, f"{on_both} run on both sides of {environment}"
            nowhere = [dag_id for dag_id, still in paused.items() if still and (environment, dag_id) not in live]
            if nowhere:
                self._assert_said(environment, nowhere)

    def _of_others(self, environment: str) -> list[dict[str, Any]]:
        """What does not belong to a migration, strangers' things included; what is on its way out ends by itself."""
        found = [workflow for workflow in self.stand.state()["workflows"] if not workflow["deleting"]]
        return [w for w in found if not w["tags"].get("dagconv:migration", "").endswith(f"/{environment}")]

    def _assert_said(self, environment: str, nowhere: list[str]) -> None:
        """By the status of one colleague: whoever paused them."""
        self._become(environment)
        states = [("--state-dir", f"state-{number}") for number in range(3)]
        told = "".join(self._call("status", "--environment", environment, *state).out for state in states)
        for dag_id in nowhere:
            assert f"NOWHERE  {dag_id}" in told, f"nobody says that {dag_id} of {environment} runs nowhere"


@pytest.mark.timeout(max(120, SEQUENCES * 60))
def test_no_sequence_loses_doubles_or_takes_a_job(server: dict[str, str]) -> None:
    machine = type("MigrationsHere", (Migrations,), {"variables": server})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SEQUENCES,
            phases=[Phase.generate],  # to shrink a sequence of real calls takes longer than to read it
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
