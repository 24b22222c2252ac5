"""What every step is: a value that the journal keeps, with how its effect is found, checked and taken back."""

from __future__ import annotations

import enum
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from dagconv.aws.services import World
from dagconv.deploy.deployment import Kept
from dagconv.deploy.users import Users, read_users
from dagconv.errors import DagconvError


class Place(enum.IntEnum):
    """The order in which the kinds of steps are made; they are taken back in the opposite order."""

    ROLE = 0
    CODE = 1
    ROOM = 2
    DEFINITION = 3
    WORKFLOW = 4
    SOURCE = 5
    TRIGGER = 6
    FREED = 7


class StepRefusedError(DagconvError):
    """The world is not as this step needs it; nothing was called. The text says what to do."""


@dataclass(frozen=True, slots=True)
class StepKey:
    """Which step of a run: its kind, and the workflow, DAG, role or package that it is about."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Drift:
    """Why an outcome in the journal no longer holds; `redo` when doing the step again is right."""

    reason: str
    redo: bool = False


# Stores what is kept of a deleted workflow and gives a name for it; finds it again by that name, None where it is lost.
Keep = Callable[[Kept], str]
Recall = Callable[[str], Kept | None]


@dataclass(frozen=True, slots=True)
class Undone:
    """What the taking back of a step did; `stays` when its effect was left alone for somebody's sake."""

    text: str
    stays: bool = False


@dataclass(slots=True)
class Undoing:
    """What is known while steps are taken back. `known` are versions that our own runs have made; undoing adds its
    own. A run in progress is waited for `wait` seconds before its workflow is deleted; `recall` finds what was kept
    of a deleted one.
    """

    known: set[str] = field(default_factory=set)
    wait: float = 0.0
    recall: Recall = lambda _: None
    _users: Users | None = None

    def users(self, world: World) -> Users:
        """Read once, when the first step asks what is still needed."""
        if self._users is None:
            self._users = read_users(world)
        return self._users


class Outcome:
    """What a step has led to."""

    __slots__ = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions of workflows that are ours by this step."""
        return ()


O = TypeVar("O", bound=Outcome)  # noqa: E741  # the outcome


class Step(Generic[O]):
    """One step as the journal keeps it, with what was there before. Everything that is asked of it reads AWS."""

    __slots__ = ()
    kind: ClassVar[str]
    place: ClassVar[Place]
    yields: ClassVar[type[Outcome]]

    @property
    @abstractmethod
    def key(self) -> StepKey: ...

    @property
    def dag_id(self) -> str:
        """The DAG that it serves; empty for what all share."""
        return ""

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions of workflows that were there before."""
        return ()

    @abstractmethod
    def find(self, world: World) -> O | None:
        """The outcome where the effect is there already."""

    def settle(self, world: World) -> O | None:
        """The same for a step that is to be taken back, where nothing may be made any more."""
        return self.find(world)

    def check(self, world: World, outcome: O) -> Drift | None:  # what most steps answer
        return None

    @abstractmethod
    def undo(self, world: World, outcome: O, undoing: Undoing) -> Undone:
        """Takes the step back; says what it did, and what cannot be taken back. It may be called again.

        Raises StepRefusedError, CallError when it could not be taken back, and is to be tried again.
        """


@dataclass(frozen=True, slots=True)
class OfWorkflow(Step[O]):
    """A step that is about one workflow, made from one DAG."""

    name: str
    dag: str

    @property
    def key(self) -> StepKey:
        return StepKey(self.kind, self.name)

    @property
    def dag_id(self) -> str:
        return self.dag


S = TypeVar("S", bound=Step[Any])
# Outcomes of the steps of this run that are done.
Done = Mapping[StepKey, Outcome]


class Action(Generic[S, O]):
    """A step that is to be made, with all that it needs for its call."""

    __slots__ = ()
    needs_room: ClassVar[bool] = False  # counts against the quota of workflows

    @property
    @abstractmethod
    def key(self) -> StepKey: ...

    @abstractmethod
    def prepare(self, world: World, done: Done) -> S:
        """The step for the journal, before the call. Raises StepRefusedError."""

    @abstractmethod
    def apply(self, world: World, step: S, done: Done) -> O:
        """Makes the call. Raises StepRefusedError, CallError."""

    def verify(self, world: World, outcome: O, done: Done) -> None:
        """Reads back what was made or found made. Raises StepRefusedError when it is not what was asked for."""


AnyStep = Step[Any]
AnyAction = Action[Any, Any]


def short(arn: str) -> str:
    """Name and suffix of a workflow, which is how people and log groups call it."""
    return arn.rsplit("/", 1)[-1]
