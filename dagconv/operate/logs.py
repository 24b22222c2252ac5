"""Log lines of task instances, from the first to the last, each once, in constant memory; and followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.aws.services import World
from dagconv.language.secret import mask_secrets
from dagconv.operate.runs import Attempt


@dataclass(frozen=True, slots=True)
class Line:
    """`at` in milliseconds since the epoch."""

    at: int
    text: str


@dataclass(slots=True)
class Stream:
    """The log of one attempt. `place` are the names of its group, the likelier first, and of its stream."""

    world: World
    groups: tuple[str, ...]
    name: str
    since: int | None = None
    _group: str | None = None
    _token: str | None = field(default=None)

    def lines(self) -> Iterator[Line]:
        """What came since the last call; nothing while the group or the stream is not there yet. Raises CallError."""
        for group in (self._group,) if self._group is not None else self.groups:
            page = self.world.logs.page(group, self.name, self._token, self.since)
            if page is None:
                continue
            self._group = group
            while page is not None:
                events, token = page
                yield from (Line(int(one.get("timestamp", 0)), str(one.get("message", ""))) for one in events)
                if token is None or token == self._token:  # the end repeats its token
                    return
                self._token = token
                page = self.world.logs.page(group, self.name, self._token, self.since)
            return


def stream_of(world: World, arn: str, attempt: Attempt, since: int | None = None) -> Stream | None:
    """The service gives group and stream in one text, with single or doubled slashes; None where it gives none."""
    place = log_place(arn, attempt.instance)
    return Stream(world, place[0], place[1], since) if place else None


def log_place(arn: str, instance: Mapping[str, Any]) -> tuple[tuple[str, ...], str] | None:
    """The names that the group may have, and the stream's."""
    text = str(instance.get("LogStream") or "")
    group, marker, rest = text.partition("workflow_id=")
    if not marker:
        return None
    while "//" in group:
        group = group.replace("//", "/")
    while "//" in rest:
        rest = rest.replace("//", "/")
    plain = group.strip("/") or f"aws/mwaa-serverless/{arn.rsplit('/', 1)[-1]}"
    return (f"/{plain}/", f"/{plain}", plain), marker + rest


def inert(text: str) -> str:
    """One line that does nothing to a terminal: controls, direction marks and lone surrogates are written out."""
    return "".join(
        one if one.isprintable() or one == "\t" else one.encode("unicode_escape", "surrogatepass").decode("ascii")
        for one in mask_secrets(text.rstrip("\r\n"))
    )


def last_lines(world: World, arn: str, attempt: Attempt, most: int) -> list[str]:
    """The end of an attempt's log; nothing where there is none yet. Raises CallError."""
    place = log_place(arn, attempt.instance)
    for group in place[0] if place else ():
        lines = world.logs.tail(group, place[1] if place else "", most)
        if lines:
            return [inert(line) for line in lines]
    return []


def follow(
    streams: Callable[[], list[Stream]], tell: Callable[[Stream, Line], None], ended: Callable[[], bool]
) -> None:
    """Tells every line of all streams, which may become more, until `ended` says so and nothing is left."""
    while True:
        last = ended()
        for stream in streams():
            for line in stream.lines():
                tell(stream, line)
        if last:
            return
