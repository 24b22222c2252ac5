"""Appends our one statement to the execution role's trust policy, and takes just that one out again
(docs/faults.md 26-32).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import Json, World
from dagconv.deploy.steps.step import Action, Done, Outcome, Place, Step, StepKey, StepRefusedError, Undoing, Undone
from dagconv.deploy.trust import (
    Statement,
    Trust,
    append_statement,
    fingerprint,
    missing_statements,
    normal,
    without_statement,
)


@dataclass(frozen=True, slots=True)
class Trusted(Outcome):
    role_arn: str


@dataclass(frozen=True, slots=True)
class AppendTrust(Step[Trusted]):
    """`before` is the fingerprint of the policy without our statement, `previous` the policy that was read."""

    yields: ClassVar[type[Outcome]] = Trusted
    kind: ClassVar[str] = "trust"
    place: ClassVar[Place] = Place.ROLE
    role_arn: str
    before: str
    statement: Statement
    previous: str

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
        write_trust(world, role, rest, without=self.statement)
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
        previous = json.dumps(document, separators=(",", ":"))
        return AppendTrust(self.trust.role_arn, self.trust.before, self.trust.statement, previous)

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


def write_trust(world: World, role_arn: str, document: Json, *, without: Statement | None = None) -> None:
    """Statements that somebody's write at the same time has taken out are put back, once: IAM has no conditional
    write (docs/faults.md H13). `without` is the statement that this write takes out.

    Raises StepRefusedError when the policy does not read back.
    """
    name = role_name(role_arn)
    world.roles.set_trust(name, document)
    there = read_trust(world, role_arn)
    if vanished := missing_statements(document, there):
        for statement in vanished:
            there = append_statement(there, statement)
        world.roles.set_trust(name, there)
        there = read_trust(world, role_arn)
        if lost := missing_statements(document, there):
            texts = " ".join(json.dumps(statement) for statement in lost)
            raise StepRefusedError(f"somebody writes the trust policy of {name} too; it lacks now: {texts}")
        world.say(f"          somebody wrote the trust policy of {name} at the same time; statements put back:")
        for statement in vanished:
            world.say(f"          {json.dumps(statement)}")
    if without is not None and normal(without.document()) in map(normal, there["Statement"]):
        raise StepRefusedError(f"our statement is in the trust policy of {name} again: somebody writes it too")


def role_name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
