"""What would go wrong, found before the first call that changes anything: one module a topic."""

from __future__ import annotations

from dagconv.diagnostics import Diagnostic
from dagconv.migrate.plan.preflight.arn import check_arns
from dagconv.migrate.plan.preflight.bucket import check_bucket
from dagconv.migrate.plan.preflight.environment import check_environment
from dagconv.migrate.plan.preflight.quota import check_versions, within_quota
from dagconv.migrate.plan.preflight.role import check_logs, check_trust
from dagconv.migrate.plan.preflight.secrets import check_backend
from dagconv.migrate.plan.preflight.variables import check_network, check_variables
from dagconv.migrate.plan.preflight.workflow import in_the_way, unchangeable
from dagconv.migrate.survey.inventory import Inventory, Wishes

__all__ = [
    "check_account",
    "check_backend",
    "check_trust",
    "check_versions",
    "in_the_way",
    "unchangeable",
    "within_quota",
]


def check_account(inventory: Inventory, wishes: Wishes) -> list[Diagnostic]:
    """Findings about everything that all workflows share."""
    return [
        *check_environment(inventory),
        *check_arns(inventory, wishes),
        *check_bucket(inventory, wishes),
        *check_variables(wishes),
        *check_network(inventory, wishes),
        *check_logs(inventory),
    ]
