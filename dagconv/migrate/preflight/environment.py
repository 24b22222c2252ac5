"""Findings about the old environment and what could not be read of the account (C1 24, 52)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dagconv.diagnostics import Diagnostic, Effect, Rule, Severity
from dagconv.migrate.inventory import Inventory, Wishes

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
    source="faults C1 52",
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
    source="faults C1 52",
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
    source="contract 6.5; faults C1 24",
)

CONFIGURATION = Rule(
    code="DC833",
    slug="environment-configuration-changes-meaning",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An option of the environment changes what its DAGs mean, and the conversion cannot take it into account.",
    message="the environment sets {option} = {value}, which changes {what} of every DAG unseen by the conversion",
    help="Write it into the DAGs, then pass --ignore-configuration {option}; or repair the definitions by hand.",
    why="A definition would run with the service's defaults instead, without a word.",
    example="core.default_task_retries = 3",
    fix="Say it in the DAGs' default_args, where the conversion sees it.",
    source="contract 1.2, 7; Airflow's configuration reference",
)

# Options that change what a DAG means: Airflow's default, and what depends on it.
_MEANING = {
    "core.default_task_retries": ("0", "the retries"),
    "core.default_task_retry_delay": ("300", "the delay between retries"),
    "core.default_task_execution_timeout": ("", "the execution timeout"),
    "core.default_timezone": ("utc", "the time zone of dates and crons"),
    "scheduler.create_cron_data_intervals": ("False", "the logical date of runs"),
}


def check_environment(inventory: Inventory, wishes: Wishes) -> Iterator[Diagnostic]:
    facts = inventory.environment
    status, version = str(facts.get("status", "")), str(facts.get("airflow_version", ""))
    if status and status != "AVAILABLE":
        yield ENVIRONMENT_STATE.at(None, name=facts["name"], status=status)
    if version and not re.match(r"[23]\.", version):
        yield AIRFLOW_OLD.at(None, version=version)
    if any(definition.origin == "converted" for definition in inventory.definitions):
        yield from _check_configuration(facts.get("configuration", {}), wishes)
    if not inventory.workflows_known:
        yield LIST_DENIED.at(None)


def _check_configuration(configuration: Mapping[str, str], wishes: Wishes) -> Iterator[Diagnostic]:
    for option, (default, what) in _MEANING.items():
        value = configuration.get(option, default)
        if value.lower() != default.lower() and option not in wishes.ignored_configuration:
            yield CONFIGURATION.at(None, option=option, value=value, what=what)
