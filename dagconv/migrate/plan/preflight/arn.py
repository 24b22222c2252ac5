"""Findings about ARNs of another account or partition than the caller's (docs/faults.md C9)."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.aws.services import belongs_to
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.migrate.survey.inventory import Inventory, Wishes

FOREIGN_ARN = Rule(
    code="DC836",
    slug="arn-of-another-account",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An ARN is not one of the caller's account and partition.",
    message="{what} {arn} is not of account {account} in partition {partition}, which these credentials are for",
    help="Name one of this account, or call with credentials of the other one.",
    why=(
        "IAM takes names only: the role of the same name in the caller's account would be changed. The service runs"
        " a workflow with a role of its own account."
    ),
    example="--role-arn arn:aws:iam::999999999999:role/etl with credentials of account 123456789012",
    fix="Give the ARN of the account that the workflows are made in.",
    source=(Section("6.5"), Page("docs/faults.md", "C9")),
)


def check_arns(inventory: Inventory, wishes: Wishes) -> Iterator[Diagnostic]:
    """The role's and the environment's; a key may be another account's, but not another partition's."""
    caller = inventory.caller
    named = [("role", inventory.role_arn)]
    if inventory.environment is not None:
        named.append(("environment", inventory.environment.arn))
    key = wishes.kms_key or inventory.customer_key or ""
    if key.startswith("arn:"):
        named.append(("key", key))
    for what, arn in named:
        if not belongs_to(arn, caller, account=what != "key"):
            yield FOREIGN_ARN.at(None, what=what, arn=arn, account=caller.account, partition=caller.partition)
