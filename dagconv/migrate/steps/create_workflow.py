"""Creates a workflow with a token of our own, so that a lost answer never makes a second one (C1 2, 17, 18, 30)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.definition import digest
from dagconv.deploy.remote import TAG_DAG, TAG_MANAGED, TAG_SHA
from dagconv.deploy.steps.step import Done, StepRefusedError, short
from dagconv.migrate.plan.item import Item

# How long a new trust policy may take to reach the service, and a deletion to end; seconds.
_TRUST_WAIT, _TRUST_STEP = 120.0, 5.0
_DELETION_WAIT, _DELETION_STEP = 300.0, 5.0
_NOT_ASSUMABLE = re.compile(
    r"(?i)\b(cannot|unable|not|failed).{0,60}\bassum|\bassum.{0,60}(cannot|unable|not authori|fail)"
)


@dataclass(frozen=True, slots=True)
class CreateWorkflow:
    """`bucket` holds the definition; its VersionId comes from the upload's outcome.

    The token is the plan's and the run's: the same plan applied anew after a rollback asks for a new workflow.
    """

    item: Item
    bucket: str
    account: str
    region: str
    partition: str
    run_id: str

    @property
    def step(self) -> str:
        return f"create:{self.item.name}"

    def prepare(self, world: World, done: Done) -> Json:
        token = "dagconv-" + digest(f"{self.item.token} {self.run_id}".encode())[:40]
        return {"name": self.item.name, "dag_id": self.item.dag_id, "token": token, "key": self.item.key}

    def apply(self, world: World, intent: Json, done: Done) -> Json:
        request = {
            "Name": self.item.name,
            "ClientToken": intent["token"],
            **with_locations(self.item.request, self.bucket, self.item.key, done, self.item.name),
        }
        waited = 0.0
        while True:
            try:
                return outcome_of(world.workflows.create(request))
            except CallError as error:
                if error.cause is Cause.CONFLICT:
                    found = self._adopt(world, error)
                    if found is not None:
                        return found
                    pause, limit = _DELETION_STEP, _DELETION_WAIT
                elif _is_not_assumable(error):
                    pause, limit = _TRUST_STEP, _TRUST_WAIT
                else:
                    raise
                if waited >= limit:
                    raise
                world.clock.sleep(pause)
                waited += pause

    def find(self, world: World, intent: Json, done: Done) -> Json | None:
        """Nothing is looked up: repeating the call with the same token is the safe way to find the workflow."""
        return None

    def find_by_name(self, world: World) -> Json | None:
        """For a rollback, which must not create: the workflow of this name, if it is the one that was asked for."""
        for summary in world.workflows.all():
            if summary.get("Name") != self.item.name:
                continue
            arn = summary["WorkflowArn"]
            tags = world.workflows.tags(arn)
            wanted = self.item.request["Tags"]
            if all(tags.get(name) == wanted[name] for name in (TAG_MANAGED, TAG_DAG, TAG_SHA)):
                return {"arn": arn, "version": summary.get("WorkflowVersion", ""), "warnings": [], "adopted": False}
        return None

    def check(self, world: World, outcome: Json) -> str:
        return missing(world, outcome["arn"])

    def _adopt(self, world: World, error: CallError) -> Json | None:
        """The workflow that holds the name, if it is ours with this definition; None while it is being deleted.

        Raises StepRefusedError when it is somebody else's.
        """
        identifier = str(error.detail.get("ResourceId", ""))
        if error.detail.get("ResourceType") == "token":
            raise StepRefusedError("the service knows our token for another request; make a new plan")
        arn = f"arn:{self.partition}:airflow-serverless:{self.region}:{self.account}:workflow/{identifier}"
        try:
            there = world.workflows.get(arn)
            tags = world.workflows.tags(arn)
        except CallError as missing:
            if missing.cause is Cause.NOT_FOUND:
                return None
            raise
        if there.get("WorkflowStatus") == "DELETING":
            return None
        if tags.get(TAG_MANAGED) != "true" or tags.get(TAG_DAG) != self.item.dag_id:
            raise StepRefusedError(
                f'the name "{self.item.name}" belongs to {arn}, which dagconv did not make from this DAG; '
                f"adopt it with `migrate import {self.item.name}` or choose another name"
            )
        wanted = self.item.request["Tags"][TAG_SHA]
        if tags.get(TAG_SHA) != wanted:
            raise StepRefusedError(f"{arn} was made from another definition of this DAG meanwhile; make a new plan")
        return {"arn": arn, "version": there.get("WorkflowVersion", ""), "warnings": [], "adopted": True}


def with_locations(request: Json, bucket: str, key: str, done: Done, name: str) -> Json:
    """The request with the uploaded objects pinned to the versions that were written."""
    location: Json = {"Bucket": bucket, "ObjectKey": key}
    if version := done[f"upload:{name}"]["version_id"]:
        location["VersionId"] = version
    members: Json = {**request, "DefinitionS3Location": location}
    if "Code" in request:
        code = dict(request["Code"]["S3Location"])
        if version := done["upload:code"]["version_id"]:
            code["VersionId"] = version
        members["Code"] = {"S3Location": code}
    return members


def missing(world: World, arn: str) -> str:
    """Why a workflow that the journal calls made cannot be counted on; empty when it is there (C1 44)."""
    try:
        status = world.workflows.get(arn).get("WorkflowStatus")
    except CallError as error:
        if error.cause is Cause.NOT_FOUND:
            return f"{arn} was made and is gone: somebody deleted it; plan again"
        raise
    return f"{arn} was made and is being deleted; plan again" if status == "DELETING" else ""


def outcome_of(answer: Json) -> Json:
    warnings: list[Any] = list(answer.get("Warnings", []))
    return {
        "arn": answer["WorkflowArn"],
        "version": answer.get("WorkflowVersion", ""),
        "warnings": warnings,
        "adopted": False,
    }


def undo_create(world: World, intent: Json, outcome: Json, known: set[str]) -> str:
    """Deletes the workflow that was made, unless somebody has changed it or taken it over since."""
    arn = outcome["arn"]
    if outcome.get("adopted"):
        return f"{short(arn)} was there before and stays"
    try:
        there = world.workflows.get(arn)
        tags = world.workflows.tags(arn)
    except CallError as error:
        if error.cause is Cause.NOT_FOUND:
            return f"{short(arn)} is gone already"
        raise
    if tags.get(TAG_MANAGED) != "true" or tags.get(TAG_DAG) != intent["dag_id"]:
        return f"{short(arn)} is no longer marked as ours and stays"
    if there.get("WorkflowVersion") not in known:
        return f"{short(arn)} was changed by somebody since and stays"
    if there.get("WorkflowStatus") != "DELETING":
        world.workflows.delete(arn)
    return f"deleted workflow {short(arn)} (its log group and run history are not brought back)"


def _is_not_assumable(error: CallError) -> bool:
    """Only this message is worth a wait; what else is invalid stays invalid (C1 30)."""
    return error.cause in (Cause.INVALID, Cause.DENIED) and _NOT_ASSUMABLE.search(error.message) is not None
