"""What every step of a migration is: an intent, a call, and a way to find its effect when the answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from dagconv.aws.services import Json, World
from dagconv.errors import DagconvError

# Outcomes of the steps of this run that are done, by step name.
Done = Mapping[str, Json]

# Members that GetWorkflow gives and UpdateWorkflow must be sent again (contract 6.3).
RESENT = (
    "RoleArn",
    "DefinitionS3Location",
    "Code",
    "Environment",
    "Description",
    "LoggingConfiguration",
    "NetworkConfiguration",
    "TriggerMode",
)


# Answer of `check`: the effect is gone, and doing the step again is right.
REDO = "redo"


class StepRefusedError(DagconvError):
    """The world is not as this step needs it; nothing was called. The text says what to do."""


class Action(Protocol):
    """One step. `prepare` gives the facts that go to the journal before the call: what was there, what is wanted.

    `find` gives the outcome where the effect is there already, `check` says why an outcome in the journal no
    longer holds, both read from AWS.
    """

    @property
    def step(self) -> str: ...
    def prepare(self, world: World, done: Done) -> Json: ...
    def apply(self, world: World, intent: Json, done: Done) -> Json: ...
    def find(self, world: World, intent: Json, done: Done) -> Json | None: ...
    def check(self, world: World, outcome: Json) -> str: ...


# Takes back a step from its journalled facts and outcome; says what it did, and what cannot be taken back.
# It may be called again after it was killed. `known` are versions that our own runs have made; it adds its own.
Undo = Callable[[World, Json, Json, set[str]], str]


def short(arn: str) -> str:
    """Name and suffix of a workflow, which is how people and log groups call it."""
    return arn.rsplit("/", 1)[-1]


def version_members(workflow: Mapping[str, Any]) -> Json:
    """All that a version carries, ready to be sent again."""
    members = {name: workflow[name] for name in RESENT if workflow.get(name)}
    location = members.get("DefinitionS3Location")
    if isinstance(location, dict):
        members["DefinitionS3Location"] = {key: value for key, value in location.items() if value}
    return members
