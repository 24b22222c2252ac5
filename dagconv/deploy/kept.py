"""What is kept of a workflow that is deleted, and how a rollback makes it anew from that."""

from __future__ import annotations

from dagconv.aws.services import World
from dagconv.deploy.definition import digest
from dagconv.deploy.deployment import Deployment, Kept, Network, idempotency_token, location_in
from dagconv.deploy.remote import RemoteWorkflow
from dagconv.deploy.steps.create_workflow import CreateWorkflow, Made
from dagconv.deploy.steps.step import Outcome, StepKey
from dagconv.deploy.steps.upload_object import UploadCode, UploadDefinition, Uploaded, UploadObject

_PACKAGE = "kept"


def kept_of(there: RemoteWorkflow) -> Kept | None:
    """None for a workflow whose definition lies nowhere."""
    config = there.config
    definition = location_in(config.get("DefinitionS3Location"))
    if definition is None:
        return None
    code = location_in((config.get("Code") or {}).get("S3Location"))
    network = config.get("NetworkConfiguration") or {}
    deployment = Deployment(
        name=there.name,
        dag_id=there.dag_id,
        definition=there.text,
        role=str(config.get("RoleArn", "")),
        bucket=definition.bucket,
        key=definition.key,
        trigger=there.trigger_mode,
        description=config.get("Description"),
        code=code.key if code else None,
        variables=dict((config.get("Environment") or {}).get("Variables") or {}),
        network=_network(network.get("SubnetIds"), network.get("SecurityGroupIds")),
        logging=(config.get("LoggingConfiguration") or {}).get("LogGroupName"),
        engine=config.get("EngineVersion"),
        encryption_key=(config.get("EncryptionConfiguration") or {}).get("KmsKeyId"),
        tags=dict(there.tags),
    )
    return Kept(there.arn, deployment, definition, code)


def make_anew(world: World, kept: Kept) -> Made:
    """The workflow as it was, under its name, with a new ARN; the same one when it is called again.

    Raises StepRefusedError, CallError.
    """
    wanted = kept.deployment
    done: dict[StepKey, Outcome] = {StepKey(UploadDefinition.kind, wanted.name): _definition(world, kept)}
    if kept.code is not None:
        done[StepKey(UploadCode.kind, _PACKAGE)] = Uploaded(kept.code, "", created=False)
    action = CreateWorkflow(wanted, idempotency_token("anew", kept.arn), _PACKAGE if kept.code else None)
    return action.apply(world, action.prepare(world, done), done)


def _definition(world: World, kept: Kept) -> Uploaded:
    """The object as it lies there, or else written anew under its key."""
    place, body = kept.definition, kept.deployment.definition.encode()
    there = world.store.head(place.bucket, place.key, place.version_id)
    if there is not None and digest(world.store.read(place.bucket, place.key, place.version_id)) == digest(body):
        return Uploaded(place, there.etag, created=False)
    upload = UploadObject(
        UploadDefinition, kept.deployment.name, kept.deployment.dag_id, place.bucket, place.key, body,
        kept.deployment.encryption_key,
    )  # fmt: skip
    return upload.apply(world, upload.prepare(world, {}), {})


def _network(subnets: object, groups: object) -> Network | None:
    if not isinstance(subnets, list) or not isinstance(groups, list) or not (subnets or groups):
        return None
    return Network(tuple(map(str, subnets)), tuple(map(str, groups)))
