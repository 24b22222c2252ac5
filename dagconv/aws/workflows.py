"""The door to mwaa-serverless: one method a call, answers as the API gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from dagconv.aws.services import CallError, Cause, Json

# Carries one call out: operation name and its members to the answer.
Invoke = Callable[[str, Json], Json]


class AwsWorkflows:
    """`services.Workflows` over an `Invoke` bound to mwaa-serverless."""

    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def create(self, request: Json) -> Json:
        return self._invoke("CreateWorkflow", request)

    def update(self, request: Json) -> Json:
        return self._invoke("UpdateWorkflow", request)

    def delete(self, arn: str, version: str | None = None) -> None:
        self._invoke("DeleteWorkflow", _given(WorkflowArn=arn, WorkflowVersion=version))

    def get(self, arn: str, version: str | None = None) -> Json:
        return self._invoke("GetWorkflow", _given(WorkflowArn=arn, WorkflowVersion=version))

    def all(self) -> Iterator[Json]:
        return pages(self._invoke, "ListWorkflows", {}, "Workflows")

    def versions(self, arn: str) -> Iterator[Json]:
        return pages(self._invoke, "ListWorkflowVersions", {"WorkflowArn": arn}, "WorkflowVersions")

    def tags(self, arn: str) -> dict[str, str]:
        return dict(self._invoke("ListTagsForResource", {"ResourceArn": arn}).get("Tags", {}))

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        self._invoke("TagResource", {"ResourceArn": arn, "Tags": dict(tags)})

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        self._invoke("UntagResource", {"ResourceArn": arn, "TagKeys": list(keys)})

    def start_run(self, arn: str, token: str, parameters: Json) -> str:
        request: Json = {"WorkflowArn": arn, "ClientToken": token}
        if parameters:
            request["OverrideParameters"] = parameters
        run_id = self._invoke("StartWorkflowRun", request).get("RunId")
        if not run_id:
            raise CallError(Cause.UNKNOWN, "mwaa-serverless:StartWorkflowRun", "the answer names no run")
        return str(run_id)

    def stop_run(self, arn: str, run_id: str) -> None:
        self._invoke("StopWorkflowRun", {"WorkflowArn": arn, "RunId": run_id})

    def ui_url(self) -> str:
        """An address that lets its bearer into the Airflow UI: it is shown to the caller and kept nowhere."""
        return str(self._invoke("CreateAirflowUiUrl", {})["AuthorizedUrl"])

    def run(self, arn: str, run_id: str) -> Json:
        return self._invoke("GetWorkflowRun", {"WorkflowArn": arn, "RunId": run_id})

    def runs(self, arn: str) -> Iterator[Json]:
        return pages(self._invoke, "ListWorkflowRuns", {"WorkflowArn": arn}, "WorkflowRuns")

    def task_instances(self, arn: str, run_id: str) -> Iterator[Json]:
        return pages(self._invoke, "ListTaskInstances", {"WorkflowArn": arn, "RunId": run_id}, "TaskInstances")

    def task_instance(self, arn: str, run_id: str, task_instance_id: str) -> Json:
        request = {"WorkflowArn": arn, "RunId": run_id, "TaskInstanceId": task_instance_id}
        return self._invoke("GetTaskInstance", request)


def pages(invoke: Invoke, name: str, request: Json, member: str) -> Iterator[Json]:
    """The items of all pages.

    Raises CallError when the service gives the same NextToken twice, which would never end (docs/faults.md 40).
    """
    seen: set[str] = set()
    token: str | None = None
    while True:
        answer = invoke(name, {**request, **_given(NextToken=token)})
        yield from answer.get(member, [])
        token = answer.get("NextToken")
        if not token:
            return
        if token in seen:
            raise CallError(
                Cause.OTHER, f"mwaa-serverless:{name}", "the service repeats a NextToken; list is incomplete"
            )
        seen.add(token)


def _given(**members: object) -> Json:
    return {name: value for name, value in members.items() if value is not None}
