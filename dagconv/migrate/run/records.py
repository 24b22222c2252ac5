"""The records of a journal as a closed union of frozen values, and their one line of JSON each."""

from __future__ import annotations

import enum
import hashlib
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dagconv.aws.redact import redact
from dagconv.deploy.deployment import S3Location
from dagconv.deploy.remote import Owner
from dagconv.deploy.steps.step import AnyStep, Outcome, StepKey
from dagconv.errors import UsageError
from dagconv.ir.codec import DecodeError, decode, encode
from dagconv.migrate.steps import STEPS

FORMAT = 1  # of a line


class Verb(str, enum.Enum):
    """The calls that change something."""

    APPLY = "apply"
    CUTOVER = "cutover"
    ROLLBACK = "rollback"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class ApplyRun:
    """`plan` is the id of the plan that is carried out, `environment` empty where there is none; `lock` is the
    place of the lock.
    """

    verb: ClassVar[Verb] = Verb.APPLY
    plan: str
    account: str
    region: str
    owner: Owner
    lock: S3Location
    environment: str
    overwrite: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """A workflow that a cutover switches, in the version that was verified, and the DAG whose place it takes."""

    name: str
    dag_id: str
    arn: str
    schedule: str
    version: str


@dataclass(frozen=True, slots=True)
class CutoverRun:
    """`owner` is the migration's mark, `mode` as the service spells it; `pause` names the environment whose DAGs are
    paused, empty for none; their runs are waited for `wait` seconds each, or left half-way.
    """

    verb: ClassVar[Verb] = Verb.CUTOVER
    plan: str
    owner: str
    mode: str
    pause: str
    chosen: tuple[Chosen, ...]
    wait: float
    leave_runs: bool


@dataclass(frozen=True, slots=True)
class RollbackRun:
    verb: ClassVar[Verb] = Verb.ROLLBACK


@dataclass(frozen=True, slots=True)
class DestroyRun:
    verb: ClassVar[Verb] = Verb.DESTROY
    owner: str


About = ApplyRun | CutoverRun | RollbackRun | DestroyRun
_ABOUT: Mapping[str, type[About]] = {kind.verb.value: kind for kind in typing.get_args(About)}


@dataclass(frozen=True, slots=True)
class Begin:
    """A call begins; `at` in seconds since the epoch."""

    run: str
    about: About
    at: float


@dataclass(frozen=True, slots=True)
class Intent:
    """A step is about to be made."""

    run: str
    step: AnyStep


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step was made, with this outcome."""

    run: str
    key: StepKey
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class StepFailed:
    """A step was not made, or nobody knows: its effect is looked for before it is tried again."""

    run: str
    key: StepKey
    reason: str
    cause: str


@dataclass(frozen=True, slots=True)
class TakingBack:
    """A step of the run `of` is about to be taken back."""

    run: str
    of: str
    key: StepKey


@dataclass(frozen=True, slots=True)
class TakenBack:
    """It was; `versions` are those that the taking back has made."""

    run: str
    of: str
    key: StepKey
    text: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotTakenBack:
    run: str
    of: str
    key: StepKey
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    run: str
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """The call has come to its end; `open` steps are left for a resumption, `stopped` says why it broke off."""

    run: str
    open: tuple[StepKey, ...] = ()
    stopped: str = ""


Record = Begin | Intent | StepDone | StepFailed | TakingBack | TakenBack | NotTakenBack | Note | End
_KINDS: Mapping[str, type[Record]] = {kind.__name__: kind for kind in typing.get_args(Record)}


def to_line(record: Record) -> bytes:
    """Format, check sum and JSON, secrets masked."""
    text = json.dumps(redact({type(record).__name__: _fields(record)}), ensure_ascii=False, sort_keys=True)
    return f"{FORMAT} {_sum(text)} {text}\n".encode()


def from_line(line: bytes) -> Record | None:
    """None for a line that is not whole. Raises UsageError for one of another format."""
    try:
        stated, total, text = line.decode("utf-8").split(" ", 2)
        if stated != str(FORMAT) and stated.isdecimal() and total == _sum(text):
            raise UsageError(
                f"the journal is of format {stated}, this version of dagconv writes format {FORMAT}: go on with the "
                "version that wrote it"
            )
        body: Any = json.loads(text)
        if stated != str(FORMAT) or total != _sum(text):
            return None
        ((kind, fields),) = body.items()
        return _record(_KINDS[kind], fields)
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError, DecodeError):
        return None


def _fields(record: Record) -> Any:
    match record:
        case Begin(run, about, at):
            return {"run": run, "about": {about.verb.value: encode(about)}, "at": at}
        case Intent(run, step):
            return {"run": run, "step": {step.kind: encode(step)}}
        case StepDone(run, key, outcome):
            return {"run": run, "key": encode(key), "outcome": encode(outcome)}
        case _:
            return encode(record)


def _record(kind: type[Record], fields: Any) -> Record:
    if kind is Begin:
        ((verb, about),) = fields["about"].items()
        return Begin(fields["run"], decode(_ABOUT[verb], about), float(fields["at"]))
    if kind is Intent:
        ((name, step),) = fields["step"].items()
        return Intent(fields["run"], decode(STEPS[name], step))
    if kind is StepDone:
        key = decode(StepKey, fields["key"])
        return StepDone(fields["run"], key, decode(STEPS[key.kind].yields, fields["outcome"]))
    return decode(kind, fields)


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
