"""Appends our one statement to the execution role's trust policy, and takes just that one out again
(docs/faults.md 26-32).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import Json, World
from dagconv.deploy.steps.step import Action, Done, Outcome, Place, Step, StepKey, StepRefusedError, Undoing, Undone
from dagconv.deploy.trust import Statement, Trust, append_statement, fingerprint, normal, without_statement


@dataclass(frozen=True, slots=True)
class Trusted(Outcome):
    role_arn: str


@dataclass(frozen=True, slots=True)
class AppendTrust(Step[Trusted]):
    """`before` is the fingerprint of the policy without our statement."""

    yields: ClassVar[type[Outcome]] = Trusted
    kind: ClassVar[str] = "trust"
    place: ClassVar[Place] = Place.ROLE
    role_arn: str
    before: str
    statement: Statement

    @property
    def key(self) -> StepKey:
        return StepKey(self.kind, "role")

    def find(self, world: World) -> Trusted | None:
        found = without_statement(read_trust(world, self.role_arn), self.statement.document())
        return Trusted(self.role_arn) if found is not None else None

    def undo(self, world: World, outcome: Trusted, undoing: Undoing) -> Undone:
        """Removes our statement if it stands as we wrote it and no workflow, ours or not, needs the role any more."""
        role = self.role_arn
        users = undoing.users(world).of_role(role)
        if users:
            return Undone(f"the trust statement of {role_name(role)} stays: {', '.join(users[:5])} still need it", True)
        document = read_trust(world, role)
        rest = without_statement(document, self.statement.document())
        if rest is None:
            text = f"the trust statement of {role_name(role)} is gone or was changed by somebody; nothing is removed"
            return Undone(text, True)
        write_trust(world, role, rest)
        return Undone(f"removed our statement from the trust policy of {role_name(role)}")


@dataclass(frozen=True, slots=True)
class TrustRole(Action[AppendTrust, Trusted]):
    trust: Trust

    @property
    def key(self) -> StepKey:
        return StepKey(AppendTrust.kind, "role")

    def prepare(self, world: World, done: Done) -> AppendTrust:
        document = read_trust(world, self.trust.role_arn)
        if fingerprint(document) != self.trust.before and not self._is_in_force(document):
            raise StepRefusedError("the role's trust policy was changed since the plan was made; plan again")
        return AppendTrust(self.trust.role_arn, self.trust.before, self.trust.statement)

    def apply(self, world: World, step: AppendTrust, done: Done) -> Trusted:
        document = read_trust(world, self.trust.role_arn)
        if self._is_in_force(document):
            return Trusted(self.trust.role_arn)
        if fingerprint(document) != step.before:
            raise StepRefusedError("the role's trust policy was changed by somebody just now; plan again")
        write_trust(world, self.trust.role_arn, append_statement(document, self.trust.statement.document()))
        return Trusted(self.trust.role_arn)

    def _is_in_force(self, document: Json) -> bool:
        """Whether the policy is the planned one already: an earlier call whose journal was lost has written it."""
        rest = without_statement(document, self.trust.statement.document())
        return rest is not None and fingerprint(rest) == self.trust.before


def read_trust(world: World, role_arn: str) -> Json:
    document: Json = world.roles.get(role_name(role_arn))["AssumeRolePolicyDocument"]
    return document


def write_trust(world: World, role_arn: str, document: Json) -> None:
    """Raises StepRefusedError when it does not read back."""
    world.roles.set_trust(role_name(role_arn), document)
    if normal(read_trust(world, role_arn)) != normal(document):
        raise StepRefusedError(f"the trust policy of {role_name(role_arn)} does not read back as it was written")


def role_name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
