"""How the worker replies: that it is ready, or how a child ended, with the bytes of its answer."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagconv.ir import codec


class Outcome(str, enum.Enum):
    """How a child ended."""

    DONE = "done"
    DIED = "died"
    GARBLED = "garbled"  # it answered, but not as agreed
    TIMEOUT = "timeout"
    CROWD = "crowd"  # too many processes
    CLOSED = "closed"  # the server was told to end; the file cannot help it
    UNSTARTED = "unstarted"  # the machine had no room for it; the file cannot help that either


@dataclass(frozen=True, slots=True)
class End:
    """`trace` tells where the child stood when it was stopped, `cut` that it printed more than is kept."""

    outcome: Outcome
    signal: int | None = None
    exit: int | None = None
    output: str = ""
    trace: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of a child; `answer` are the bytes of an Answer when its outcome is done."""

    end: End
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply to the request of this number."""

    number: int
    reply: Reply


@dataclass(frozen=True, slots=True)
class Ready:
    """The server has imported the engine's packages, in these versions."""

    versions: Mapping[str, str]


Message = Ready | Replied


def encode_message(message: Message) -> tuple[dict[str, Any], bytes]:
    """As the header and blob of a frame."""
    match message:
        case Ready():
            return codec.encode(message), b""
        case Replied(number, Reply(end, answer)):
            return {"number": number, "end": codec.encode(end)}, answer


def decode_message(header: Mapping[str, Any], blob: bytes) -> Message:
    """Raises DecodeError."""
    if "end" not in header:
        return codec.decode(Ready, header)
    if type(header.get("number")) is not int:
        raise codec.DecodeError("a reply to no request")
    return Replied(header["number"], Reply(codec.decode(End, header["end"]), blob))
