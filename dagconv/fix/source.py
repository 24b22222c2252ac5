"""The text of a definition as fixes see it: its nodes with offsets, and edits of entries and items."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from dagconv.diagnostics import Location

_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class SourceError(ValueError):
    """The text cannot be read, so nothing in it can be fixed."""


@dataclass(frozen=True, slots=True)
class Source:
    """A readable definition; nodes are PyYAML's, whose marks give offsets into `text`.

    `entries` finds the innermost mapping and index of the entry whose key or value starts at an offset, `scalars`
    the scalar that starts there; `lines` are the offsets of the lines, counted as YAML counts them.
    """

    text: str
    root: yaml.MappingNode
    entries: Mapping[int, tuple[yaml.MappingNode, int]]
    scalars: Mapping[int, yaml.ScalarNode]
    lines: tuple[int, ...]

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Offset behind the line's end."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def offset(self, location: Location | None) -> int | None:
        """The offset of a place in the text."""
        if location is None or location.line is None or location.line > len(self.lines):
            return None
        return self.lines[location.line - 1] + (location.column or 1) - 1

    def entry_at(self, location: Location | None) -> tuple[yaml.MappingNode, int] | None:
        """The entry whose key or value starts at a place; the innermost, if there are several."""
        at = self.offset(location)
        return None if at is None else self.entries.get(at)

    def scalar_at(self, location: Location | None) -> yaml.ScalarNode | None:
        """The scalar at a place, a key included."""
        at = self.offset(location)
        return None if at is None else self.scalars.get(at)

    def removed(self, mapping: yaml.MappingNode, index: int) -> Edit | None:
        """The edit that takes an entry out with its line; None for the only entry of a mapping."""
        if len(mapping.value) < 2:
            return None
        key, value = mapping.value[index]
        if mapping.flow_style:
            if index + 1 < len(mapping.value):
                return Edit(start_of(key), start_of(mapping.value[index + 1][0]), "")
            return Edit(end_of(mapping.value[index - 1][1]), end_of(value), "")
        start = self.line_start(start_of(key))
        if self.text[start : start_of(key)].strip():
            return None  # the first key of a list item, behind its dash
        return Edit(start, self.line_end(max(self.last_of(value), start_of(key))), "")

    def last_of(self, node: yaml.Node) -> int:
        """The offset of the last character of a node, without the blank lines that a block may end with."""
        if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
            return self.last_of(node.value[-1][1]) if end_of(node.value[-1][1]) else end_of(node)
        if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
            return self.last_of(node.value[-1])
        end = end_of(node)
        return max(start_of(node), len(self.text[:end].rstrip()) - 1) if end > start_of(node) else max(0, end - 1)


def read_source(text: str) -> Source:
    """Raises SourceError for a text that is no YAML mapping."""
    try:
        root = yaml.compose(text, _Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise SourceError(str(error)) from error
    if not isinstance(root, yaml.MappingNode):
        raise SourceError("no mapping")
    entries: dict[int, tuple[yaml.MappingNode, int]] = {}
    scalars: dict[int, yaml.ScalarNode] = {}
    for node in _walk(root):  # outer nodes come before inner ones, which take their places
        if isinstance(node, yaml.MappingNode):
            for index, (key, value) in enumerate(node.value):
                entries[start_of(key)] = entries[start_of(value)] = (node, index)
        elif isinstance(node, yaml.ScalarNode) and end_of(node) > start_of(node):
            scalars[start_of(node)] = node
    lines = (0, *(found.end() for found in _BREAK.finditer(text)))
    return Source(text, root, entries, scalars, lines)


def _walk(root: yaml.Node) -> Iterator[yaml.Node]:
    queue: deque[yaml.Node] = deque([root])
    seen: set[int] = set()
    while queue:
        node = queue.popleft()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.MappingNode):
            queue.extend(part for pair in node.value for part in pair)
        elif isinstance(node, yaml.SequenceNode):
            queue.extend(node.value)


def start_of(node: yaml.Node) -> int:
    index: int = node.start_mark.index
    return index


def end_of(node: yaml.Node) -> int:
    index: int = node.end_mark.index
    return index


def child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The value of a key."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value == name:
            return value if isinstance(value, yaml.Node) else None
    return None


def replaced(node: yaml.Node, text: str) -> Edit:
    return Edit(start_of(node), end_of(node), text)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; of two that overlap the later one is left out."""
    parts: list[str] = []
    at = 0
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            continue
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*parts, text[at:]))
