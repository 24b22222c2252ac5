"""Takes our statement out of a role's trust policy at the end of a destroy, when no workflow needs the role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import World
from dagconv.deploy.steps.step import Action, Done, Outcome, Place, Step, StepKey, Undoing, Undone
from dagconv.deploy.steps.trust_role import AppendTrust, Trusted, read_trust, role_name, write_trust
from dagconv.deploy.trust import Statement, append_statement, without_statement


@dataclass(frozen=True, slots=True)
class Freed(Outcome):
    """`text` says what was done; nothing was taken out unless `removed`."""

    text: str
    removed: bool


@dataclass(frozen=True, slots=True)
class RemoveTrust(Step[Freed]):
    yields: ClassVar[type[Outcome]] = Freed
    kind: ClassVar[str] = "untrust"
    place: ClassVar[Place] = Place.FREED
    role_arn: str
    statement: Statement

    @property
    def key(self) -> StepKey:
        return StepKey(self.kind, "role")

    def find(self, world: World) -> Freed | None:
        """Taking out twice is the same as once."""
        return None

    def settle(self, world: World) -> Freed | None:
        """A call that was cut off has taken it out when it is not there."""
        gone = without_statement(read_trust(world, self.role_arn), self.statement.document()) is None
        return Freed("", removed=True) if gone else None

    def undo(self, world: World, outcome: Freed, undoing: Undoing) -> Undone:
        document = read_trust(world, self.role_arn)
        ours = self.statement.document()
        if not outcome.removed or without_statement(document, ours) is not None:
            return Undone(f"the trust policy of {role_name(self.role_arn)} holds what it held before")
        write_trust(world, self.role_arn, append_statement(document, ours))
        return Undone(f"our statement is in the trust policy of {role_name(self.role_arn)} again")


@dataclass(frozen=True, slots=True)
class FreeRole(Action[RemoveTrust, Freed]):
    """`appended` is the step that has put the statement there."""

    appended: AppendTrust

    @property
    def key(self) -> StepKey:
        return StepKey(RemoveTrust.kind, "role")

    def prepare(self, world: World, done: Done) -> RemoveTrust:
        return RemoveTrust(self.appended.role_arn, self.appended.statement)

    def apply(self, world: World, step: RemoveTrust, done: Done) -> Freed:
        undone = self.appended.undo(world, Trusted(step.role_arn), Undoing())
        world.say(f"          {undone.text}")
        return Freed(undone.text, removed=not undone.stays)
