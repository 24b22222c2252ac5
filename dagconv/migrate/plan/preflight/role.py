"""Findings about the execution role and its trust policy (contract 6.5; docs/faults.md 25-27, 31)."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.deploy.trust import Trust, TrustAction
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.migrate.survey.inventory import Inventory

TRUST_REFUSED = Rule(
    code="DC808",
    slug="trust-policy-not-editable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The role's trust policy does not let the service in and is not edited.",
    message="the trust policy of role {role} is left alone: {reason}",
    help=("Add the statement that the plan shows by hand and pass --skip-trust, or name another role with --role-arn."),
    why=(
        "Without trust in airflow-serverless.amazonaws.com no workflow can be created; an odd policy "
        "must not be rewritten by a tool."
    ),
    example="Statement given as a single object, or a Deny for the service",
    fix="Add the printed statement yourself.",
    source=(
        ContractRule(63),
        Section("6.5"),
        Page("docs/faults.md", "25"),
        Page("docs/faults.md", "26"),
        Page("docs/faults.md", "27"),
    ),
)
TRUST_EDITED = Rule(
    code="DC809",
    slug="trust-policy-extended",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="One statement is appended to the trust policy of a role that others use too.",
    message=(
        "one statement of our own is appended to the trust policy of role {role}; if Terraform or "
        "CloudFormation keeps this role, it will undo that"
    ),
    help=("Add the statement to the role's own source as well, or pass --role-arn with a role for this purpose."),
    why="The role belongs to the old environment and may be kept by other tools.",
    example="the environment's execution role",
    fix="Put the statement into the source that keeps the role.",
    source=(ContractRule(63), Page("docs/faults.md", "31")),
)
ROLE_SERVICE_LINKED = Rule(
    code="DC810",
    slug="role-service-linked",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A service-linked role cannot be a workflow's role.",
    message="role {role} is service-linked: AWS keeps its trust policy, and no workflow can use it",
    help="Name another role with --role-arn.",
    why="Trust policies of service-linked roles cannot be edited.",
    example="role/aws-service-role/...",
    fix="Name another role.",
    source=(Page("docs/faults.md", "31"),),
)
LOGS_LACKING = Rule(
    code="DC843",
    slug="role-cannot-write-logs",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The workflows' role may not write the service's log groups.",
    message="role {role} lacks {actions} on {groups}, where the service writes the logs of tasks",
    help="Add the statement that the plan shows to the role's permissions before the first run.",
    why="An execution role of MWAA may write the log groups of its own environment only.",
    example="a role whose policy allows logs:* on log-group:airflow-Prod-* alone",
    fix="Add the printed statement to the role.",
    source=(Section("6.5"), Section("6.6"), Page("docs/faults.md", "H6")),
)
LOGS_UNTOLD = Rule(
    code="DC844",
    slug="role-permissions-untold",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="Whether the workflows' role may write the service's log groups could not be asked.",
    message="whether role {role} may write {groups} cannot be told: {reason}",
    help="Allow the caller iam:SimulatePrincipalPolicy, or see that the role has the statement that the plan shows.",
    why="The permissions of a role are told by IAM's simulation only.",
    example="a caller without iam:SimulatePrincipalPolicy",
    fix="Allow it, or look the role up.",
    source=(Section("6.5"), Page("docs/faults.md", "H6")),
)


def check_logs(inventory: Inventory) -> Iterator[Diagnostic]:
    logs, role = inventory.logs, inventory.role_arn.partition(":role/")[2]
    if logs is None:
        return
    if logs.lacking is None:
        yield LOGS_UNTOLD.at(None, role=role, groups=logs.groups, reason=logs.reason)
    elif logs.lacking:
        yield LOGS_LACKING.at(None, role=role, groups=logs.groups, actions=", ".join(logs.lacking))


def check_trust(trust: Trust) -> list[Diagnostic]:
    role = trust.role_arn.partition(":role/")[2]
    if "aws-service-role/" in role:
        return [ROLE_SERVICE_LINKED.at(None, role=role)]
    if trust.action is TrustAction.REFUSE:
        return [TRUST_REFUSED.at(None, role=role, reason=trust.reason)]
    return [TRUST_EDITED.at(None, role=role)] if trust.action is TrustAction.APPEND else []
