"""Reads everything that a plan needs: the environment and its files, the bucket, the role, the workflows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from dagconv.aws.services import CallError, Cause, Json, World, belongs_to
from dagconv.deploy.definition import Definition, Origin, digest, digest_file
from dagconv.deploy.log_access import LOG_ACTIONS, LogAccess, groups_arn, lacking_in, stream_of
from dagconv.deploy.names import map_names
from dagconv.deploy.remote import Owner, RemoteWorkflow, bears, named_migration, read_remote
from dagconv.errors import UsageError
from dagconv.migrate.survey.download import Download, download_dags, names_below
from dagconv.migrate.survey.given import read_given, replace_converted
from dagconv.migrate.survey.inventory import Environment, Inventory, Package, Surveyed, Wishes
from dagconv.migrate.survey.source import can_pause, paused_dags

_LOCAL_PREFIX = "file:"
_INPUTS = ("*.py", "*.zip", ".airflowignore", "*.yaml", "*.yml")


class Converter(Protocol):
    """Converts every DAG file of a folder as the environment's Airflow reads it."""

    def __call__(self, folder: Path, environment: Environment | None) -> Iterable[Definition]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where DAGs come from: the environment's bucket, a local folder of DAGs, finished definitions, or two of them.

    `migration` names a migration that has no environment; `beside` are files and folders that decide what the DAGs
    mean.
    """

    environment: str | None = None
    migration: str | None = None
    source: Path | None = None
    definitions: Path | None = None
    bucket: str | None = None
    role_arn: str | None = None
    code: Path | None = None
    beside: tuple[Path, ...] = ()


def survey(
    world: World, sources: Sources, wishes: Wishes, convert: Converter | None, scratch: Path, generation: str
) -> Inventory:
    """Raises UsageError when the call lacks what is needed, CallError when something essential cannot be read."""
    caller = world.identity.caller()
    environment = read_environment(world, sources.environment) if sources.environment else None
    mark = _mark(sources, environment)
    bucket = sources.bucket or (environment.bucket if environment else "")
    if not bucket:
        raise UsageError("name the bucket for the definitions: --bucket NAME, or --environment NAME")
    role_arn = sources.role_arn or (environment.role_arn if environment else "")
    if not role_arn:
        raise UsageError("name the workflows' role: --role-arn ARN, or --environment NAME")
    bucket_facts = world.store.describe(bucket)
    definitions, surveyed, inputs = _read_definitions(world, sources, environment, convert, scratch)
    for path in sources.beside:
        inputs |= {f"{_LOCAL_PREFIX}{path.absolute()}": digest_file(path)} if path.is_file() else _hashes(path, _INPUTS)
    workflows, known = _read_workflows(world, definitions, wishes, mark)
    trust, reason = _read_role(world, role_arn)
    customer_key, multi_region = _read_key(world, wishes.kms_key or bucket_facts.kms_key)
    return Inventory(
        caller=caller,
        owner=Owner(mark, bucket, wishes.prefix),
        environment=environment,
        bucket=bucket,
        bucket_facts=bucket_facts,
        role_arn=role_arn,
        trust=trust,
        trust_reason=reason,
        definitions=tuple(definitions),
        surveyed=tuple(surveyed),
        workflows=workflows,
        workflows_known=known,
        inputs=inputs,
        generation=generation,
        paused=_read_paused(world, environment),
        customer_key=customer_key,
        multi_region_key=multi_region,
        code=_read_code(sources.code),
        logs=_read_log_access(world, role_arn, wishes.log_group),
    )


def stale_inputs(world: World, inputs: Iterable[tuple[str, str]], bucket: str) -> list[str]:
    """Files that changed since the plan was made: local ones by hash, those of the bucket by ETag
    (docs/faults.md 54).
    """
    changed = []
    listed: dict[str, dict[str, str]] = {}
    for name, mark in inputs:
        if name.startswith(_LOCAL_PREFIX):
            path = Path(name.removeprefix(_LOCAL_PREFIX))
            now = _names_in(path) if name.endswith("/") else digest_file(path) if path.is_file() else ""
        else:
            key = name.removeprefix(f"s3://{bucket}/")
            root = key.split("/", 1)[0]
            if root not in listed:
                listed[root] = {item.key: item.etag for item in world.store.listing(bucket, root)}
            now = names_below(key, listed[root]) if key.endswith("/") else listed[root].get(key, "")
        if now != mark:
            changed.append(f"what files there are in {name}" if name.endswith("/") else name)
    return changed


def read_environment(world: World, name: str) -> Environment:
    try:
        found = world.environments.get(name)
    except CallError as error:
        if error.cause is Cause.NOT_FOUND:
            raise UsageError(f"there is no environment {name} in this account and Region") from error
        raise
    network = found.get("NetworkConfiguration", {})
    return Environment(
        name=name,
        arn=str(found.get("Arn", "")),
        status=str(found.get("Status", "")),
        airflow_version=str(found.get("AirflowVersion", "")),
        role_arn=str(found.get("ExecutionRoleArn", "")),
        bucket=str(found.get("SourceBucketArn", "")).rpartition(":::")[2],
        dags_path=str(found.get("DagS3Path", "")),
        plugins=str(found.get("PluginsS3Path", "")),
        plugins_version=str(found.get("PluginsS3ObjectVersion", "")),
        requirements=str(found.get("RequirementsS3Path", "")),
        startup_script=str(found.get("StartupScriptS3Path", "")),
        kms_key=str(found.get("KmsKey", "")),
        subnets=tuple(network.get("SubnetIds", ())),
        security_groups=tuple(network.get("SecurityGroupIds", ())),
        configuration=dict(found.get("AirflowConfigurationOptions", {})),
    )


def _mark(sources: Sources, environment: Environment | None) -> str:
    """Raises UsageError unless the migration has exactly one name."""
    if environment is not None:
        if sources.migration:
            raise UsageError("--migration names a migration without an environment; with one, its ARN is the name")
        return environment.arn
    if not sources.migration:
        raise UsageError("name the migration: --environment NAME, or --migration NAME where there is no environment")
    return named_migration(sources.migration)


def _read_definitions(
    world: World, sources: Sources, environment: Environment | None, convert: Converter | None, scratch: Path
) -> tuple[list[Definition], list[Surveyed], dict[str, str]]:
    inputs: dict[str, str] = {}
    given = read_given(sources.definitions) if sources.definitions else []
    surveyed: list[Surveyed] = []
    if sources.definitions:
        inputs |= _hashes(sources.definitions, ("*.yaml", "*.yml"))
        surveyed.append(_surveyed(Origin.GIVEN, sources.definitions, given))
    folder, refused = sources.source, []
    if folder is not None:
        if not folder.is_dir():
            raise UsageError(f"--source {folder}: no such folder")
        inputs |= _hashes(folder, ("*.py", "*.zip", ".airflowignore"))
    elif environment:
        download: Download = download_dags(world, environment, scratch)
        folder, refused = download.folder, list(download.refused)
        inputs |= download.inputs
    if folder is None:
        if not given:
            raise UsageError("nothing to migrate: give --environment, --source or --definitions")
        return given, surveyed, inputs
    if convert is None:
        raise UsageError("converting DAGs needs the extra dagconv[airflow]; with --definitions DIR it is not needed")
    converted = [*convert(folder, environment), *refused]
    surveyed.append(_surveyed(Origin.CONVERTED, folder, converted))
    return replace_converted(converted, given), surveyed, inputs


def _surveyed(origin: Origin, folder: Path, definitions: Iterable[Definition]) -> Surveyed:
    """The folder's files, and those that could not be had at all."""
    broken = {d.source: _text(folder / d.source) for d in definitions if d.unread}
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return Surveyed(origin, frozenset([*files, *broken]), broken)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""


def _hashes(folder: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    """Of each file, and under the folder's own name of their names: one that is new is noticed, too."""
    files = sorted({path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()})
    hashes = {f"{_LOCAL_PREFIX}{path.absolute()}": digest_file(path) for path in files}
    return hashes | {f"{_LOCAL_PREFIX}{folder.absolute()}/": _names_in(folder)}


def _names_in(folder: Path) -> str:
    files = {path for pattern in _INPUTS for path in folder.rglob(pattern) if path.is_file()}
    return digest("\n".join(sorted(path.relative_to(folder).as_posix() for path in files)).encode())


def _read_workflows(
    world: World, definitions: Iterable[Definition], wishes: Wishes, mark: str
) -> tuple[tuple[RemoteWorkflow, ...], bool]:
    """All workflows. A denied list is no end
    (docs/faults.md 24).
    """
    names = map_names((d.dag_id for d in definitions if d.text), wishes.name_template, suffix=wishes.suffix_names)
    wanted = {name.casefold() for name in names.names.values()}
    known = {definition.dag_id for definition in definitions}

    def goes(workflow: RemoteWorkflow) -> bool:
        """Whether a plan may delete it; then its runs are counted."""
        return wishes.prune and (workflow.dag_id not in known or workflow.name.casefold() not in wanted)

    try:
        return tuple(_each_workflow(world, wanted, mark, goes)), True
    except CallError as error:
        if error.cause is Cause.DENIED and error.call.endswith("ListWorkflows"):
            return (), False
        raise


def _each_workflow(
    world: World, wanted: set[str], mark: str, goes: Callable[[RemoteWorkflow], bool]
) -> Iterator[RemoteWorkflow]:
    """Each with its tags, which tell ours under any name; whole where it is ours or holds a wanted name."""
    for summary in world.workflows.all():
        name, arn = str(summary.get("Name", "")), str(summary["WorkflowArn"])
        try:
            tags = world.workflows.tags(arn)
            if bears(tags, mark) or name.casefold() in wanted:
                found = read_remote(world, summary, tags=tags, versions=name.casefold() in wanted)
                counted = bears(tags, mark) and goes(found)
                yield replace(found, runs=sum(1 for _ in world.workflows.runs(arn))) if counted else found
                continue
        except CallError as error:
            if error.cause is not Cause.NOT_FOUND:
                raise
            continue  # deleted just now
        version, status = str(summary.get("WorkflowVersion", "")), str(summary.get("WorkflowStatus", "READY"))
        yield RemoteWorkflow(name, arn, version, status, tags=tags)


def _read_role(world: World, role_arn: str) -> tuple[Json | None, str]:
    """IAM takes a name: asked for another account's role it would answer with ours (docs/faults.md C9)."""
    if not belongs_to(role_arn, world.identity.caller()):
        return None, "it is not a role of this account"
    try:
        role = world.roles.get(role_arn.rsplit("/", 1)[-1])
    except CallError as error:
        if error.cause in (Cause.DENIED, Cause.NOT_FOUND):
            return None, f"it cannot be read ({error.cause.value})"
        raise
    return role.get("AssumeRolePolicyDocument"), ""


def _read_log_access(world: World, role_arn: str, log_group: str | None) -> LogAccess | None:
    """What IAM says that the role may do. Not to be allowed to ask is no reason to stop."""
    caller = world.identity.caller()
    if not belongs_to(role_arn, caller):
        return None
    groups = groups_arn(caller.partition, caller.region, caller.account, log_group)
    try:
        decisions = world.roles.simulate(role_arn, LOG_ACTIONS, stream_of(groups))
    except CallError as error:
        return LogAccess(groups, None, f"{error.call}: {error.cause.value}")
    return LogAccess(groups, lacking_in(decisions))


def _read_paused(world: World, environment: Environment | None) -> frozenset[str] | None:
    """What cannot be asked is no reason to stop: a plan changes nothing in the old environment."""
    if environment is None or environment.status != "AVAILABLE" or not can_pause(environment.airflow_version):
        return None
    try:
        return frozenset(dag_id for dag_id, paused in paused_dags(world, environment.name) if paused)
    except (CallError, ValueError):
        return None


def _read_key(world: World, key: str | None) -> tuple[str | None, bool]:
    """The customer key that objects are encrypted with, and whether it is a multi-Region one.

    AWS's own key needs no mention in a workflow (docs/faults.md 36).
    """
    if not key or key == "aws/s3" or key.endswith("alias/aws/s3"):
        return None, False
    try:
        facts = world.keys.describe(key)
    except CallError as error:
        if error.cause in (Cause.DENIED, Cause.NOT_FOUND):
            return key, False
        raise
    if facts.get("KeyManager") == "AWS":
        return None, False
    return key if "alias/" in key else str(facts.get("Arn", key)), bool(facts.get("MultiRegion"))


def _read_code(path: Path | None) -> Package | None:
    """Raises UsageError for a package that the service does not take (contract 3.2)."""
    if path is None:
        return None
    if not path.is_file() or path.suffix not in (".zip", ".py", ".sh"):
        raise UsageError(f"--code {path}: one .zip, .py or .sh file is needed")
    return Package(str(path.absolute()), digest_file(path), path.suffix)
