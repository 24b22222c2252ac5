"""Findings about the old environment and what could not be read of the account (docs/faults.md 24, 52)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.catalog.configuration import options
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.migrate.survey.inventory import Environment, Inventory
from dagconv.migrate.survey.source import can_pause, namesakes, path_of

ENVIRONMENT_STATE = Rule(
    code="DC820",
    slug="environment-not-available",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The environment is not AVAILABLE.",
    message=("environment {name} is {status}: its files are read as they are, its DAGs cannot be paused from here"),
    help="Wait until it is AVAILABLE before the cutover.",
    why="Reading needs the bucket only; pausing needs the web server.",
    example="an environment being updated",
    fix="Wait.",
    source=(Page("docs/faults.md", "52"),),
)
AIRFLOW_OLD = Rule(
    code="DC821",
    slug="environment-airflow-unsupported",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The environment runs an Airflow that the converter does not know well.",
    message="the environment runs Airflow {version}; DAGs of Airflow 1.10, 2 and 3 are understood",
    help="Look at the converted definitions with care.",
    why="Names and defaults of operators differ between major versions.",
    example="Airflow 1.10.12",
    fix="Compare the definitions.",
    source=(Page("docs/faults.md", "52"),),
)
LIST_DENIED = Rule(
    code="DC822",
    slug="workflows-not-listable",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The existing workflows could not be listed.",
    message=(
        "ListWorkflows was denied: every workflow is planned as new, one that exists is adopted when its"
        " creation conflicts, quota use is unknown"
    ),
    help=(
        "Allow airflow-serverless:ListWorkflows and airflow-serverless:GetWorkflow for a plan that knows what is there."
    ),
    why="The operation cannot be scoped to resources and is often left out of policies.",
    example="a policy with create and get only",
    fix="Allow it.",
    source=(Section("6.5"), Page("docs/faults.md", "24")),
)
CANNOT_PAUSE = Rule(
    code="DC837",
    slug="environment-cannot-pause",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The environment's Airflow has no REST API that pauses DAGs.",
    message="Airflow {version} cannot be asked to pause DAGs: `cutover --pause-source` does not work with {name}",
    help="Pause each DAG with `airflow dags pause DAG_ID` at the cutover, and call it with --paused-by-hand.",
    why="MWAA's InvokeRestApi needs Airflow 2.4.3.",
    example="an environment of Airflow 2.2.2",
    fix="Pause by hand.",
    source=(Page("docs/faults.md", "C8"),),
)
PAUSED = Rule(
    code="DC838",
    slug="dags-paused",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="DAGs are paused in the old environment.",
    message="{count} DAGs are paused in {name} and stay off at the cutover: {names}",
    help="Switch them on with `cutover --include-paused`.",
    why="Somebody stopped these jobs; a migration is no reason to start them.",
    example="a report that was replaced last year and never deleted",
    fix="Nothing to do.",
    source=(Page("docs/faults.md", "C7"),),
)
OUT_OF_REACH = Rule(
    code="DC839",
    slug="dag-id-out-of-reach",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="DAG ids are too long for the REST API of the environment, and part of others.",
    message="`cutover --pause-source` cannot pause {count} DAGs, whose ids are too long for InvokeRestApi: {names}",
    help="Pause them by hand, and cut them over with --include and --paused-by-hand.",
    why="InvokeRestApi takes paths of at most 64 characters; a longer id is looked for in all ids, which finds others.",
    example="a DAG id of 70 characters beside one that goes on with _v2",
    fix="Pause them by hand.",
    source=(Page("docs/faults.md", "C8"),),
)
CONFIGURATION = Rule(
    code="DC833",
    slug="environment-configuration-not-carried",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="Options of the environment that say nothing about what DAGs mean are not carried over.",
    message="{count} configuration options of the environment are not carried over: {names}",
    help="Look whether anything relies on them.",
    why="The service has no configuration to set; defaults of DAGs and tasks are written into the definitions.",
    example="core.parallelism, smtp.smtp_host",
    fix="Nothing to do.",
    source=(Page("schemas/configuration.json"), Section("3.5")),
)


def check_environment(inventory: Inventory) -> Iterator[Diagnostic]:
    if inventory.environment is not None:
        yield from _check_facts(inventory.environment)
        yield from _check_dags(inventory, inventory.environment.name)
    if not inventory.workflows_known:
        yield LIST_DENIED.at(None)


def _check_dags(inventory: Inventory, name: str) -> Iterator[Diagnostic]:
    known = {definition.dag_id for definition in inventory.definitions}
    dag_ids = sorted(definition.dag_id for definition in inventory.definitions if definition.text)
    if paused := [dag_id for dag_id in dag_ids if dag_id in (inventory.paused or ())]:
        yield PAUSED.at(None, count=len(paused), name=name, names=", ".join(paused))
    if far := [dag_id for dag_id in dag_ids if path_of(dag_id) is None and namesakes(dag_id, known)]:
        yield OUT_OF_REACH.at(None, count=len(far), names=", ".join(far))


def _check_facts(environment: Environment) -> Iterator[Diagnostic]:
    if environment.status and environment.status != "AVAILABLE":
        yield ENVIRONMENT_STATE.at(None, name=environment.name, status=environment.status)
    if environment.airflow_version and not re.match(r"[23]\.", environment.airflow_version):
        yield AIRFLOW_OLD.at(None, version=environment.airflow_version)
    if not can_pause(environment.airflow_version):
        yield CANNOT_PAUSE.at(None, version=environment.airflow_version, name=environment.name)
    left = sorted(name for name in environment.configuration if name not in options())
    if left:
        yield CONFIGURATION.at(None, count=len(left), names=", ".join(left))
