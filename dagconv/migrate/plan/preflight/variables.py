"""Findings about the environment variables and the network given to all workflows (contract 3.4; rules 64, 65)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.aws.redact import looks_secret
from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.migrate.plan.desired import network_of
from dagconv.migrate.survey.inventory import Inventory, Wishes

VARIABLE_INVALID = Rule(
    code="DC816",
    slug="environment-variable-invalid",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The service does not take this environment variable.",
    message="environment variable {name}: {reason}",
    help="Rename or shorten it.",
    why="CreateWorkflow refuses the whole workflow for one wrong variable.",
    example="AWS_REGION=eu-west-1",
    fix="Rename it.",
    source=(ContractRule(65), Section("3.4")),
)
VARIABLE_SECRET = Rule(
    code="DC817",
    slug="environment-variable-secret",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An environment variable looks like a secret.",
    message=(
        "environment variable {name} looks like a secret, and GetWorkflow shows the values to everybody "
        "who may read the workflow"
    ),
    help="Keep it in Secrets Manager and let the workers' secrets backend read it.",
    why="The values are returned in plain text.",
    example="DB_PASSWORD=...",
    fix="Use a secrets backend.",
    source=(ContractRule(65), Section("3.4"), Section("3.5"), Page("docs/faults.md", "53")),
)
NETWORK_HALF = Rule(
    code="DC818",
    slug="network-incomplete",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Subnets and security groups go together.",
    message="subnets are given without security groups, or the other way round",
    help="Give both, or none to take the environment's.",
    why="A network configuration needs both.",
    example="--subnet without --security-group",
    fix="Give both.",
    source=(Section("6.2"),),
)
NETWORK_ZONES = Rule(
    code="DC819",
    slug="network-zone-unchecked",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The zones of the subnets were not looked up.",
    message="workflows run in {subnets}, of which none may lie in {zones}",
    help="Compare the zone ids of the subnets.",
    why="The service has no capacity in that zone.",
    example="a subnet in use1-az3",
    fix="Choose other subnets.",
    source=(ContractRule(64), Section("6.6"), Page("docs/faults.md", "11")),
)

NETWORK_LEFT = Rule(
    code="DC842",
    slug="network-not-copied",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="The environment runs its tasks in subnets of its own, the workflows do not.",
    message="tasks of {name} run in {subnets} with {groups}; by --no-network the workflows have no such network",
    help="Leave --no-network out where tasks reach something in that network; what is public needs none.",
    why="Without a network configuration a task cannot reach a database or service that only those subnets reach.",
    example="a task that reads from a private database",
    fix="Leave --no-network out, or give --subnet and --security-group.",
    source=(Section("6.2"), ContractRule(64)),
)


def check_variables(wishes: Wishes) -> Iterator[Diagnostic]:
    limits = service().limits
    if len(wishes.variables) > limits.environment_variables:
        reason = f"there are {len(wishes.variables)}, at most {limits.environment_variables} are accepted"
        yield VARIABLE_INVALID.at(None, name="(all)", reason=reason)
    for name, value in wishes.variables.items():
        if reason := _fault(name, value):
            yield VARIABLE_INVALID.at(None, name=name, reason=reason)
        elif looks_secret(name, value):
            yield VARIABLE_SECRET.at(None, name=name)


def check_network(inventory: Inventory, wishes: Wishes) -> Iterator[Diagnostic]:
    old = inventory.environment
    network = network_of(inventory, wishes)
    if old is not None and old.subnets and network is None:
        subnets, groups = ", ".join(old.subnets), ", ".join(old.security_groups)
        yield NETWORK_LEFT.at(None, name=old.name, subnets=subnets, groups=groups)
    if bool(wishes.subnets) != bool(wishes.security_groups):
        yield NETWORK_HALF.at(None)
    elif network is not None:
        yield NETWORK_ZONES.at(
            None, subnets=", ".join(network.subnets), zones=", ".join(sorted(service().excluded_zones))
        )


def _fault(name: str, value: str) -> str:
    facts = service()
    if not re.fullmatch(facts.patterns.environment_name, name) or len(name) > facts.limits.environment_name_max:
        return "the name is not accepted"
    allowed = any(re.fullmatch(pattern.replace("*", ".*"), name) for pattern in facts.environment_allowed_reserved)
    if name.startswith(facts.environment_reserved_prefixes) and not allowed:
        return "its prefix is reserved by the service"
    if len(value) > facts.limits.environment_value_max:
        return f"the value has {len(value)} characters, at most {facts.limits.environment_value_max} are accepted"
    return ""
