"""What a template does with what it reads: where values go, what it changes, and which of its pieces are printed.

Beside `jinja`, which tells what is read and where. Nothing is rendered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagconv.errors import InternalError
from dagconv.language.jinja import Reference, Template, is_template, parse_template

if TYPE_CHECKING:
    from jinja2 import nodes


@dataclass(frozen=True, slots=True)
class Flow:
    """What becomes of a value: `members` are the keys and methods asked of it and of what they give (None for a
    computed one, `+` for a sum or difference), `use` where the last result goes: `printed`, `argument`, `compared`,
    the name of a filter with `|` before it, or `other`.
    """

    members: tuple[str | int | None, ...]
    use: str


def flows(template: Template, reference: Reference) -> tuple[Flow, ...]:
    """Where the value of a reference goes, also by way of names that the template sets to it."""
    from dagconv.language import jinja_tree

    tree = jinja_tree.tree(template.text)
    parents = {id(child): node for node in (tree, *tree.find_all(_node())) for child in node.iter_child_nodes()}
    start = next(name for name in _reads(tree, reference.name) if name.lineno == reference.start)
    return tuple(_flows(tree, parents, start, (), frozenset()))


def _node() -> type[nodes.Node]:
    from jinja2 import nodes

    return nodes.Node


def _reads(tree: nodes.Template, name: str) -> Iterator[nodes.Name]:
    from jinja2 import nodes

    return (node for node in tree.find_all(nodes.Name) if node.ctx == "load" and node.name == name)


def _flows(
    tree: nodes.Template,
    parents: Mapping[int, nodes.Node],
    node: nodes.Node,
    members: tuple[str | int | None, ...],
    seen: frozenset[str],
) -> Iterator[Flow]:
    from jinja2 import nodes

    parent = parents[id(node)]
    match parent:
        case nodes.Getattr(attr=key):
            yield from _flows(tree, parents, parent, (*members, key), seen)
        case nodes.Getitem() if parent.node is node:
            item = parent.arg.value if isinstance(parent.arg, nodes.Const) else None
            yield from _flows(tree, parents, parent, (*members, item), seen)
        case nodes.Call() if parent.node is node:
            yield from _flows(tree, parents, parent, members, seen)
        case nodes.Add() | nodes.Sub():
            yield from _flows(tree, parents, parent, (*members, "+"), seen)
        case nodes.Assign(target=nodes.Name(name=name)) if name not in seen:
            for read in _reads(tree, name):
                yield from _flows(tree, parents, read, members, seen | {name})
        case nodes.Output():
            yield Flow(members, "printed")
        case nodes.Filter() if parent.node is node:
            yield Flow(members, f"|{parent.name}")
        case nodes.Call():
            callee = parent.node
            while isinstance(callee, nodes.Getattr | nodes.Getitem | nodes.Call):
                callee = callee.node
            # A method of a literal text prints what it is given.
            yield Flow(members, "argument" if isinstance(callee, nodes.Name) else "other")
        case nodes.Operand() | nodes.Compare():
            yield Flow(members, "compared")
        case _:
            yield Flow(members, "other")


# What changes a list, mapping or set where it stands; `sameas` asks whether two names mean one object.
_CHANGING = frozenset(
    {"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "popitem"}
    | {"add", "discard", "__setitem__", "__delitem__", "__iadd__", "__ior__"}
)


def changes_values(template: Template) -> bool:
    """Whether the template may change a value that it is given, or asks which object it is; more rather than less."""
    if "sameas" in template.tests or any(used.name == "attr" for used in template.filters):
        return True
    from jinja2 import nodes

    from dagconv.language import jinja_tree

    tree = jinja_tree.tree(template.text)
    called = [call.node for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Getitem)]
    return any(found.attr in _CHANGING for found in tree.find_all(nodes.Getattr)) or any(
        not isinstance(item.arg, nodes.Const) or item.arg.value in _CHANGING for item in called
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, between two offsets, by what a sign in it means: `text` and `raw` are printed, a `literal`
    stands in an expression, a `comment` is dropped, and all else is a `tag`."""

    kind: str
    start: int
    end: int


_PIECES = {"data": "text", "string": "literal", "comment": "comment"}


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a text, in order. Raises JinjaError."""
    parse_template(text)
    if not is_template(text):
        yield Piece("text", 0, len(text))
        return
    from dagconv.language import jinja_tree

    raw = False
    for token in jinja_tree.tokens(text):
        raw = token.kind == "raw_begin" or (raw and token.kind != "raw_end")
        kind = _PIECES.get(token.kind, "tag")
        yield Piece("raw" if raw and kind == "text" else kind, token.start, token.end)


def rewritten(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """The text with pieces replaced, which Jinja's parser proves to print the same. Raises InternalError."""
    from dagconv.language import jinja_tree

    new = jinja_tree.splice(text, spans)
    if not jinja_tree.same_output(text, new):
        raise InternalError(f"an edit changed what a template prints: {text!r} became {new!r}")
    return new
