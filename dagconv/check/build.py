"""Builds the tree of a document from parser events, without recursion and within fixed limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

if TYPE_CHECKING:
    from yaml._yaml import Mark as CMark
    from yaml.error import Mark

from dagconv.check import scalar
from dagconv.check.node import Entry, Mapping, Node, Scalar, Sequence, Span
from dagconv.check.problem import Problem, ProblemKind

# The engine casts a definition by recursion, so what is deeper or larger never loads.
MAX_DEPTH = 100
MAX_EXPANDED = 100_000
_MERGE = "<<"


class StopReadingError(Exception):
    """The document cannot be built further; the problem is recorded."""


@dataclass(slots=True)
class _Frame:
    """A collection being read. `parts` are its children, for a mapping keys and values in turn."""

    mapping: bool
    event: CollectionStartEvent
    parts: list[Node] = field(default_factory=list)
    weight: int = 1


@dataclass(slots=True)
class Builder:
    """Takes the events of one document; `root` is its tree once the last event was taken.

    `doubtful` tells that libyaml and PyYAML's own parser may read this document otherwise: at a `?` in an
    unquoted scalar within brackets, and at a lone `!`.
    """

    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    doubtful: bool = False
    _merged: int = 0
    _frames: list[_Frame] = field(default_factory=list)
    _anchors: dict[str, tuple[Node, int] | None] = field(default_factory=dict)
    _places: dict[str, Span] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Raises StopReadingError when the rest of the document is not worth reading."""
        if isinstance(event, ScalarEvent):
            self._define(event.anchor, event)
            self._add(self._scalar(event), 1, event.anchor)
        elif isinstance(event, CollectionStartEvent):
            self._open(event)
        elif isinstance(event, CollectionEndEvent):
            self._close(event)
        elif isinstance(event, AliasEvent):
            self._alias(event)

    def _define(self, anchor: str | None, event: Event) -> None:
        if anchor is None:
            return
        first = self._places.get(anchor)
        if first is not None:
            self._problem(ProblemKind.SYNTAX, span_of(event), f"the anchor &{anchor} is defined twice", first)
            raise StopReadingError
        self._places[anchor] = span_of(event)
        self._anchors[anchor] = None

    def _problem(self, kind: ProblemKind, span: Span, detail: str = "", related: Span | None = None) -> None:
        self.problems.append(Problem(kind, span, detail, related))

    def _scalar(self, event: ScalarEvent) -> Scalar:
        plain = event.style is None or event.style == ""
        in_brackets = bool(self._frames) and bool(self._frames[-1].event.flow_style)
        self.doubtful |= event.tag == "!" or (plain and in_brackets and "?" in event.value)
        span = span_of(event)
        tag = scalar.resolve_tag(event.value, event.tag, event.implicit[0])
        if tag not in scalar.SCALAR_TAGS and event.tag not in (None, "!"):
            self._problem(ProblemKind.TAG, span, _short_tag(tag))
            return Scalar(span, event.value, event.value, plain)
        is_key = bool(self._frames) and self._frames[-1].mapping and len(self._frames[-1].parts) % 2 == 0
        try:
            value = event.value if is_key and tag in scalar.KEY_TAGS else scalar.read_scalar(event.value, tag)
        except scalar.UnreadableError:
            self._problem(ProblemKind.UNREADABLE_VALUE, span, event.value)
            value = event.value
        return Scalar(span, value, event.value, plain)

    def _open(self, event: CollectionStartEvent) -> None:
        if event.tag not in (None, "!") and event.tag not in scalar.COLLECTION_TAGS:
            self._problem(ProblemKind.TAG, span_of(event), _short_tag(event.tag))
        if len(self._frames) >= MAX_DEPTH:
            self._problem(ProblemKind.DEPTH, span_of(event), str(MAX_DEPTH))
            raise StopReadingError
        self._define(event.anchor, event)
        self._frames.append(_Frame(isinstance(event, MappingStartEvent), event))

    def _close(self, event: CollectionEndEvent) -> None:
        frame = self._frames.pop()
        flow = bool(frame.event.flow_style)
        span = _joined(frame.event.start_mark, event.end_mark if flow else event.start_mark)
        node: Node = self._mapping(frame, span, flow) if frame.mapping else Sequence(span, tuple(frame.parts), flow)
        self._add(node, frame.weight, frame.event.anchor)

    def _alias(self, event: AliasEvent) -> None:
        if event.anchor not in self._anchors:
            self._problem(ProblemKind.SYNTAX, span_of(event), f"the alias *{event.anchor} has no anchor")
            raise StopReadingError
        known = self._anchors[event.anchor]
        if known is None:
            detail = f"*{event.anchor} stands inside of what it names"
            self._problem(ProblemKind.ALIASES, span_of(event), detail, self._places[event.anchor])
            raise StopReadingError
        node, weight = known
        self._add(node, weight, None)
        if self._frames and self._frames[-1].weight > MAX_EXPANDED:
            detail = f"the aliases stand for more than {MAX_EXPANDED} values"
            self._problem(ProblemKind.ALIASES, span_of(event), detail)
            raise StopReadingError

    def _add(self, node: Node, weight: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, weight)
        if not self._frames:
            self.root = node
            return
        frame = self._frames[-1]
        frame.parts.append(node)
        frame.weight += weight

    def _mapping(self, frame: _Frame, span: Span, flow: bool) -> Mapping:
        """Joins keys and values; merged entries come first and give way to own ones, as in PyYAML."""
        own: dict[object, Entry] = {}
        merged: dict[object, Entry] = {}
        for key, value in zip(frame.parts[::2], frame.parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._problem(ProblemKind.COMPLEX_KEY, key.span)
            elif key.plain and key.text == _MERGE:
                self._merge(value, merged)
            elif key.value in own:
                self._problem(ProblemKind.DUPLICATE_KEY, key.span, key.text, own[key.value].key.span)
            else:
                own[key.value] = Entry(key, value)
        entries = [entry for name, entry in merged.items() if name not in own]
        return Mapping(span, (*entries, *own.values()), flow)

    def _merge(self, value: Node, merged: dict[object, Entry]) -> None:
        sources = value.items if isinstance(value, Sequence) else (value,)
        for source in sources:
            if not isinstance(source, Mapping):
                self._problem(ProblemKind.MERGE, source.span)
                continue
            self._merged += len(source.entries)
            if self._merged > MAX_EXPANDED:
                detail = f"the merges stand for more than {MAX_EXPANDED} values"
                self._problem(ProblemKind.ALIASES, source.span, detail)
                raise StopReadingError
            for entry in source.entries:
                merged.setdefault(entry.key.value, Entry(entry.key, entry.value, merged=True))


def span_of(event: Event) -> Span:
    return _joined(event.start_mark, event.end_mark)


def _joined(start: Mark | CMark | None, end: Mark | CMark | None) -> Span:
    assert start is not None  # both parsers set the marks of every event
    assert end is not None
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1, start.index, end.index)


def _short_tag(tag: str) -> str:
    prefix = "tag:yaml.org,2002:"
    return f"!!{tag[len(prefix) :]}" if tag.startswith(prefix) else tag
