"""mwaa-serverless of the stand-in: workflows, versions, tokens, quotas and deletion as the service keeps them."""

from __future__ import annotations

import json
import random
import string
import threading
from collections.abc import Callable
from typing import Any

from dagconv.aws import shapes
from dagconv.standin.answer import Refusal, invalid, not_found, over_quota
from dagconv.standin.backing import ACCOUNT, Backing
from dagconv.standin.judge import Judge, Judgement
from dagconv.standin.logs import Streams
from dagconv.standin.records import Knobs, Version, Workflow
from dagconv.standin.runs import FINAL, Run, read_tasks
from dagconv.standin.scheduler import fires_between
from dagconv.standin.ticker import Ticker
from dagconv.standin.variables import check_variables


class Workflows:
    """One method per operation, named as the API names it; all under one lock."""

    def __init__(self, backing: Backing, ticker: Ticker, judge: Judge) -> None:
        self._backing = backing
        self._ticker = ticker
        self._judge = judge
        self._lock = threading.RLock()
        self._streams = Streams(backing)
        served = (
            self.CreateWorkflow, self.UpdateWorkflow, self.DeleteWorkflow, self.GetWorkflow, self.ListWorkflows,
            self.ListWorkflowVersions, self.TagResource, self.UntagResource, self.ListTagsForResource,
            self.StartWorkflowRun, self.StopWorkflowRun, self.GetWorkflowRun, self.ListWorkflowRuns,
            self.ListTaskInstances, self.GetTaskInstance, self.CreateAirflowUiUrl,
        )  # fmt: skip
        self._operations = {method.__name__: method for method in served}
        self.forget()

    def forget(self) -> None:
        """The state of a fresh account."""
        self._dice = random.Random(7)  # noqa: S311  # repeatable names
        self._all: dict[str, Workflow] = {}
        self._tokens: dict[str, tuple[str, dict[str, Any]]] = {}
        self._streams.forget()
        self.knobs = Knobs()

    def handle(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Raises Refusal."""
        method = self._operations.get(operation)
        if method is None:
            raise invalid(f"{operation} is not part of the rehearsal", reason="unknownOperation")
        with self._lock:
            self._bury()
            self._fire()
            return method(request)

    def write_logs(self) -> None:
        """Brings every stream up to now."""
        with self._lock:
            for workflow in self._all.values():
                for run in workflow.runs.values():
                    for instance in run.instances(self._ticker.now()):
                        self._write_log(workflow, run, instance)

    def snapshot(self) -> list[dict[str, Any]]:
        """All workflows for assertions: name, arn, versions, tags and the latest version's members."""
        with self._lock:
            self._bury()
            return [
                {"name": w.name, "arn": w.arn, "versions": len(w.versions), "tags": w.tags, **w.latest.members}
                | {"deleting": w.deleting_since is not None, "runs": len(w.runs), **w.fixed}
                for w in self._all.values()
            ]

    def CreateWorkflow(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  # operations keep their names
        return self._once(request, self._create)

    def UpdateWorkflow(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow = self._find(request["WorkflowArn"])
        if workflow.deleting_since is not None:
            raise _conflict(workflow, "is being deleted")
        if len(workflow.versions) >= self.knobs.version_quota:
            raise over_quota(f"{workflow.name} has {self.knobs.version_quota} versions", workflow.identifier)
        version, warnings = self._version(request)
        workflow.versions.append(version)
        return {
            "WorkflowArn": workflow.arn,
            "ModifiedAt": version.created,
            "WorkflowVersion": version.number,
            "Warnings": warnings,
        }

    def DeleteWorkflow(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow = self._find(request["WorkflowArn"])
        number = request.get("WorkflowVersion")
        if number is None:
            workflow.deleting_since = workflow.deleting_since or self._ticker.now()
            return {"WorkflowArn": workflow.arn}
        version = self._find_version(workflow, number)
        if version is workflow.latest:
            raise invalid("The latest version cannot be deleted", ("WorkflowVersion", "is the latest"))
        workflow.versions.remove(version)
        return {"WorkflowArn": workflow.arn, "WorkflowVersion": number}

    def GetWorkflow(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow = self._find(request["WorkflowArn"])
        version = self._find_version(workflow, request.get("WorkflowVersion"))
        schedule = version.dag.get("schedule")
        return {
            "WorkflowArn": workflow.arn,
            "WorkflowVersion": version.number,
            "Name": workflow.name,
            "CreatedAt": workflow.created,
            "ModifiedAt": version.created,
            "WorkflowStatus": self._status(workflow),
            "WorkflowDefinition": version.text,
            **workflow.fixed,
            **version.members,
            **({"ScheduleConfiguration": {"CronExpression": schedule}} if isinstance(schedule, str) else {}),
        }

    def ListWorkflows(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        items = [
            {
                "WorkflowArn": w.arn,
                "WorkflowVersion": w.latest.number,
                "Name": w.name,
                "CreatedAt": w.created,
                "ModifiedAt": w.latest.created,
                "WorkflowStatus": self._status(w),
                "TriggerMode": w.latest.members["TriggerMode"],
            }
            for w in self._all.values()
            if self._ticker.now() - w.created >= self.knobs.list_lag
        ]
        return self._page("Workflows", items, request)

    def ListWorkflowVersions(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow = self._find(request["WorkflowArn"])
        items = [
            {
                "WorkflowVersion": v.number,
                "WorkflowArn": workflow.arn,
                "IsLatestVersion": v is workflow.latest,
                "CreatedAt": v.created,
                "DefinitionS3Location": v.members["DefinitionS3Location"],
                "TriggerMode": v.members["TriggerMode"],
            }
            for v in workflow.versions
        ]
        return self._page("WorkflowVersions", items, request)

    def TagResource(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._find(request["ResourceArn"]).tags.update(request["Tags"])
        return {}

    def UntagResource(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        for key in request["TagKeys"]:
            self._find(request["ResourceArn"]).tags.pop(key, None)
        return {}

    def ListTagsForResource(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Tags": self._find(request["ResourceArn"]).tags}

    def StartWorkflowRun(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._once(request, self._start)

    def StopWorkflowRun(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow, run = self._find_run(request)
        if run.state(self._ticker.now()) not in FINAL:
            run.stopped_at = run.stopped_at or self._ticker.now()
        return {"WorkflowArn": workflow.arn, "RunId": run.run_id, "Status": run.state(self._ticker.now())}

    def GetWorkflowRun(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow, run = self._find_run(request)
        now = self._ticker.now()
        state = run.state(now)
        detail: dict[str, Any] = {
            "WorkflowArn": workflow.arn,
            "WorkflowVersion": run.version,
            "RunId": run.run_id,
            "RunType": run.kind,
            "CreatedAt": run.started,
            "StartedOn": run.started,
            "ModifiedAt": now,
            "RunState": state,
            "TaskInstances": [i["TaskInstanceId"] for i in run.instances(now)],
        }
        if (ended := run.ended(now)) is not None:
            detail |= {"CompletedOn": ended, "Duration": int(ended - run.started)}
        if state == "FAILED":
            detail["ErrorMessage"] = run.script.rendering_error or "Workflow execution failed"
        head = {name: detail[name] for name in ("WorkflowArn", "WorkflowVersion", "RunId", "RunType")}
        return {**head, "OverrideParameters": run.overrides, "RunDetail": detail}

    def ListWorkflowRuns(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow = self._find(request["WorkflowArn"])
        items = [
            {
                "RunId": r.run_id,
                "WorkflowArn": r.workflow_arn,
                "WorkflowVersion": r.version,
                "RunType": r.kind,
                "RunDetailSummary": {"Status": r.state(self._ticker.now()), "CreatedOn": r.started},
            }
            for r in workflow.runs.values()
        ]
        return self._page("WorkflowRuns", items, request)

    def ListTaskInstances(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow, run = self._find_run(request)
        items = [
            {
                "WorkflowArn": workflow.arn,
                "WorkflowVersion": run.version,
                "RunId": run.run_id,
                **{k: i[k] for k in ("TaskInstanceId", "Status", "OperatorName")},
            }
            for i in run.instances(self._ticker.now())
        ]
        return self._page("TaskInstances", items, request)

    def GetTaskInstance(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        workflow, run = self._find_run(request)
        for instance in run.instances(self._ticker.now()):
            if instance["TaskInstanceId"] == request["TaskInstanceId"]:
                stream = self._write_log(workflow, run, instance)
                head = {"WorkflowArn": workflow.arn, "RunId": run.run_id, "WorkflowVersion": run.version}
                return {**head, **instance, "LogStream": stream}
        raise not_found("TaskInstance", request["TaskInstanceId"])

    def CreateAirflowUiUrl(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        lasts = float(request.get("ExpiresInSeconds", 60))
        session = f"{self._dice.getrandbits(128):032x}"
        return {
            "AuthorizedUrl": f"https://ui.example.com/?token={session}",
            "SessionId": session,
            "UrlExpiresAt": self._ticker.now() + lasts,
            "SessionExpiresAt": self._ticker.now() + 3600,
        }

    def _create(self, request: dict[str, Any]) -> dict[str, Any]:
        for workflow in self._all.values():
            if workflow.name == request["Name"]:
                raise _conflict(workflow, "is being deleted" if workflow.deleting_since is not None else "exists")
        if len(self._all) >= self.knobs.workflow_quota:
            raise over_quota(f"The account has {self.knobs.workflow_quota} workflows", request["Name"])
        version, warnings = self._version(request)
        suffix = "".join(self._dice.choices(string.ascii_letters + string.digits, k=10))
        arn = f"arn:aws:airflow-serverless:{self._backing.region}:{ACCOUNT}:workflow/{request['Name']}-{suffix}"
        fixed = {k: request[k] for k in ("EncryptionConfiguration",) if k in request}
        workflow = Workflow(request["Name"], arn, version.created, fixed, [version], dict(request.get("Tags", {})))
        if not self.knobs.late_groups:
            self._backing.ensure_group(_log_group(workflow))
        self._all[arn] = workflow
        return {
            "WorkflowArn": arn,
            "CreatedAt": version.created,
            "RevisionId": "1",
            "WorkflowStatus": "READY",
            "WorkflowVersion": version.number,
            "IsLatestVersion": True,
            "Warnings": warnings,
        }

    def _version(self, request: dict[str, Any]) -> tuple[Version, list[str]]:
        check_variables(request.get("Environment", {}).get("Variables", {}))
        self._backing.require_trust(request["RoleArn"])
        data, object_key = self._backing.definition(request["DefinitionS3Location"])
        if "Code" in request:
            self._backing.definition(request["Code"]["S3Location"])
        workflow_key = request.get("EncryptionConfiguration", {}).get("KmsKeyId")
        if object_key and "WorkflowArn" not in request and workflow_key != object_key:
            raise invalid(f"The definition is encrypted with {object_key}, the workflow with another key")
        judgement: Judgement = self._judge(data)
        if judgement.errors:
            raise invalid(judgement.errors[0][1], *judgement.errors)
        members = {name: request[name] for name in version_members() if name in request}
        members.setdefault("TriggerMode", "SCHEDULED")
        number = f"{self._dice.getrandbits(128):032x}"
        version = Version(number, self._ticker.now(), members, data.decode(), judgement.dag)
        return version, [*judgement.warnings, *self.knobs.extra_warnings]

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        workflow = self._find(request["WorkflowArn"])
        version = self._find_version(workflow, request.get("WorkflowVersion"))
        now = self._ticker.now()
        if sum(run.state(now) not in FINAL for run in workflow.runs.values()) >= self.knobs.run_quota:
            raise over_quota(f"{workflow.name} has {self.knobs.run_quota} runs going on", workflow.identifier)
        run_id = self._add_run(workflow, version, now, "ON_DEMAND", request.get("OverrideParameters", {}))
        return {"RunId": run_id, "Status": "STARTING", "StartedAt": now}

    def _add_run(self, workflow: Workflow, version: Version, at: float, kind: str, overrides: dict[str, Any]) -> str:
        run_id = "".join(self._dice.choices(string.ascii_letters + string.digits, k=16))
        script = self.knobs.script(workflow.name)
        tasks = read_tasks(version.dag, script)
        workflow.runs[run_id] = Run(run_id, workflow.arn, version.number, at, tasks, overrides, script, kind)
        return run_id

    def _fire(self) -> None:
        """Starts the runs of all schedules that are due; only the newest version has a schedule (contract 1.5)."""
        now = self._ticker.now()
        for workflow in self._all.values() if self.knobs.scheduler else ():
            latest = workflow.latest
            after = max(workflow.fired_until, latest.created)
            workflow.fired_until = now
            if latest.members["TriggerMode"] == "SCHEDULED" and workflow.deleting_since is None:
                for fire in fires_between(latest.dag, after, now):
                    self._add_run(workflow, latest, fire, "SCHEDULED", {})

    def _once(self, request: dict[str, Any], act: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """A token that was seen gives the same answer for the same request, a conflict for another."""
        token = request.get("ClientToken")
        body = json.dumps(request, sort_keys=True)
        if token in self._tokens:
            known, answer = self._tokens[token]
            if known != body:
                raise Refusal(
                    "ConflictException", "ClientToken was used for another request", 409,
                    ResourceId=str(request.get("Name", token)), ResourceType="token",
                )  # fmt: skip
            return answer
        answer = act(request)
        if token is not None:
            self._tokens[token] = (body, answer)
        return answer

    def _write_log(self, workflow: Workflow, run: Run, instance: dict[str, Any]) -> str:
        """The stream as the launch post shows it: the group's name and the stream's, with doubled slashes."""
        group = _log_group(workflow)
        task, attempt = instance["TaskId"], instance["AttemptNumber"]
        stream = f"workflow_id={workflow.identifier}/run_id={run.run_id}/task_id={task}/attempt={attempt}.log"
        if workflow.deleting_since is None:
            scripted = self.knobs.log_lines.get(f"{workflow.name}/{task}")
            self._streams.write(group, stream, instance, self._ticker.now(), scripted)
        return f"/{group}/{stream}"

    def _page(self, member: str, items: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
        start = int(request.get("NextToken", "0"))
        end = start + min(self.knobs.page_size, request.get("MaxResults", 100))
        return {member: items[start:end], **({"NextToken": str(end)} if end < len(items) else {})}

    def _find(self, arn: str) -> Workflow:
        if arn not in self._all:
            raise not_found("Workflow", arn)
        return self._all[arn]

    def _find_version(self, workflow: Workflow, number: str | None) -> Version:
        for version in workflow.versions:
            if version.number == number or (number is None and version is workflow.latest):
                return version
        raise not_found("WorkflowVersion", str(number))

    def _find_run(self, request: dict[str, Any]) -> tuple[Workflow, Run]:
        workflow = self._find(request["WorkflowArn"])
        if request["RunId"] not in workflow.runs:
            raise not_found("WorkflowRun", request["RunId"])
        return workflow, workflow.runs[request["RunId"]]

    def _status(self, workflow: Workflow) -> str:
        return "READY" if workflow.deleting_since is None else "DELETING"

    def _bury(self) -> None:
        now = self._ticker.now()
        gone = [
            a
            for a, w in self._all.items()
            if w.deleting_since is not None and now - w.deleting_since >= self.knobs.deletion_seconds
        ]
        for arn in gone:
            del self._all[arn]


def version_members() -> list[str]:
    """Members of a version; those that UpdateWorkflow leaves out are gone. Only Environment is documented to be
    (contract 6.3): the stand-in takes the harshest reading for the others, a schedule switched on included.
    """
    shape = shapes.operation("mwaa-serverless", "UpdateWorkflow").input_shape
    return [name for name in shape.members if name != "WorkflowArn"]  # type: ignore[union-attr]  # it has members


def _log_group(workflow: Workflow) -> str:
    given = workflow.latest.members.get("LoggingConfiguration", {}).get("LogGroupName")
    return str(given or f"/aws/mwaa-serverless/{workflow.identifier}/")


def _conflict(workflow: Workflow, state: str) -> Refusal:
    return Refusal(
        "ConflictException", f"Workflow {workflow.name} {state}", 409,
        ResourceId=workflow.identifier, ResourceType="workflow",
    )  # fmt: skip
