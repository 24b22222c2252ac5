"""What a child answers: DAGs with their witnesses, and findings. The host trusts none of it and checks it all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagconv.ir import codec
from dagconv.ir.code import Testified
from dagconv.ir.enactment import Enactment
from dagconv.ir.rendering import Rendering
from dagconv.ir.testimony import SeenDag
from dagconv.ir.workflow import Workflow
from dagconv.wire.reads import NO_READS, Reads

# User code that runs beside the writing end may replace it.
_dumps = json.dumps


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's slug with its parameters, at a place: the host makes the diagnostic of it."""

    slug: str
    params: Mapping[str, str]
    file: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """One DAG. `witness` is the second testimony, compared only with another of its kind; `origin` the file whose
    module made the DAG; `schedule_text` a schedule that the engine was spared (reloads only); `code` what the
    request's `code` asks for."""

    workflow: Workflow
    witness: SeenDag
    origin: str | None = None
    schedule_text: str | None = None
    code: Testified | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`failed` when the file could not be loaded at all; `rendering` and `enactment` where they were asked for."""

    version: int
    failed: bool
    dags: tuple[Loaded, ...]
    findings: tuple[Finding, ...]
    rendering: Rendering | None = None
    enactment: Enactment | None = None


def encode_answer(answer: Answer, reads: Reads = NO_READS) -> bytes:
    """Two lines: what two loads of a file must agree in, and what was read for it."""
    return b"\n".join(_dumps(codec.encode(part)).encode() for part in (answer, reads))


def answer_of(data: bytes) -> bytes:
    """The part that two loads must agree in."""
    return data.partition(b"\n")[0]


def is_failure(data: bytes) -> bool:
    """Whether it says so, without reading it whole."""
    return data.startswith(_FAILED)


def decode_reads(data: bytes) -> Reads:
    """Raises DecodeError."""
    return codec.decode(Reads, _parsed(data.partition(b"\n")[2]))


def decode_answer(data: bytes) -> Answer:
    """Raises DecodeError."""
    answer = codec.decode(Answer, _parsed(answer_of(data)))
    if answer.version != codec.VERSION:
        raise codec.DecodeError("no version that is known")
    return answer


def failure(*findings: Finding) -> Answer:
    """The answer of a child that has no DAG to show."""
    return Answer(codec.VERSION, True, (), findings)


_FAILED = _dumps({"version": codec.VERSION, "failed": True}).encode()[:-1]


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except codec.DecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise codec.DecodeError(str(error)) from error


def _refuse_constant(name: str) -> None:
    raise codec.DecodeError(f"{name} is no JSON")
