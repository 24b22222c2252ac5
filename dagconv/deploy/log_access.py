"""Whether a role may write the log groups of its workflows, and the statement that lets it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dagconv.aws.services import Json
from dagconv.deploy.deployment import LOG_GROUPS

# The first two are asked of the role by the service's guide, the third by its launch post (contract 6.5).
LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents", "logs:CreateLogGroup")


@dataclass(frozen=True, slots=True)
class LogAccess:
    """`lacking` are actions that the role may not take on `groups`, an ARN; None where IAM could not be asked, which
    `reason` tells.
    """

    groups: str
    lacking: tuple[str, ...] | None
    reason: str = ""

    def statement(self) -> Json:
        """For the role's own permissions."""
        return {
            "Sid": "DagconvMwaaServerlessLogs",
            "Effect": "Allow",
            "Action": list(LOG_ACTIONS),
            "Resource": self.groups if self.groups.endswith("*") else [self.groups, f"{self.groups}:*"],
        }


def groups_arn(partition: str, region: str, account: str, log_group: str | None) -> str:
    """Of the one log group for all workflows, or of all that the service makes."""
    return f"arn:{partition}:logs:{region}:{account}:log-group:{log_group or LOG_GROUPS + '*'}"


def stream_of(groups: str) -> str:
    """The resource that stands for all streams of the groups in a simulation, where a star is a mere character: what
    allows it allows each of them.
    """
    return f"{groups}:log-stream:*"


def lacking_in(decisions: Iterable[Json]) -> tuple[str, ...]:
    """Actions that were not decided to be allowed. `decisions` are SimulatePrincipalPolicy's EvaluationResults."""
    allowed = {one.get("EvalActionName") for one in decisions if one.get("EvalDecision") == "allowed"}
    return tuple(action for action in LOG_ACTIONS if action not in allowed)
