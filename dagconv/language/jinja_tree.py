"""Jinja's tokens and syntax trees with their places in the text, and edits that are proved on the trees.

Nothing is rendered. Kept apart from `jinja`, which imports it only where a text has template marks: loading Jinja
costs a tenth of a short run.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from jinja2 import lexer, nodes

from dagconv.errors import InternalError

MAX_NESTING = 60
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template as the lexer tells it; `start` counts code points of the text."""

    kind: str
    text: str
    start: int
    line: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Edit:
    """An expression, from `start` to `end` of a text, and the expression that takes its place."""

    start: int
    end: int
    text: str


class _AnyName(dict[str, Any]):
    """Filters and tests with an entry for every name: the search for names would else stop at an unknown one."""

    def get(self, key: str, default: Any = str) -> Any:
        return super().get(key, default)


class _PlacedLexer(lexer.Lexer):
    """Says the offset of a token in place of its line, which the parser hands on to the nodes that it makes."""

    def tokeniter(self, source: str, *_: object, **__: object) -> Iterator[tuple[int, str, str]]:
        for token in tokens(source):
            # The lexer knows `\n` alone, and so do its texts.
            yield token.start, token.kind, token.text.replace("\r\n", "\n").replace("\r", "\n")


@functools.cache
def environment() -> jinja2.Environment:
    """Reads every name of a filter and test, and knows no globals: what a DAG's macros are called hides Jinja's."""
    made = jinja2.Environment(extensions=["jinja2.ext.do"], cache_size=0)  # noqa: S701  # never renders
    made.filters, made.tests = _AnyName(made.filters), _AnyName(made.tests)
    made.globals = {}
    return made


@functools.cache
def _placed_environment() -> jinja2.Environment:
    class Placed(jinja2.Environment):
        @property
        def lexer(self) -> lexer.Lexer:
            return placed

    plain = environment()
    made = Placed(extensions=["jinja2.ext.do"], cache_size=0)  # never renders
    made.filters, made.tests, made.globals = plain.filters, plain.tests, {}
    placed = _PlacedLexer(plain)
    return made


@functools.lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """The lexer's tokens with their offsets; it drops blanks before `{%-` and joins line endings.

    Raises jinja2.TemplateSyntaxError.
    """
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    flat, offsets = _flat(text)
    at = 0
    for line, kind, value in environment().lexer.tokeniter(text, None):
        if not value:
            continue
        start = flat.find(value, at)
        if start < 0 or flat[at:start].strip():
            raise jinja2.TemplateSyntaxError("the positions of the template's parts cannot be told", line)
        at = start + len(value)
        yield Token(kind, text[offsets[start] : offsets[at]], offsets[start], line)


def _flat(text: str) -> tuple[str, Sequence[int]]:
    """The text with the line endings that the lexer sees, and each of its offsets in the original."""
    if "\r" not in text:
        return text, range(len(text) + 1)
    flat, offsets, index = [], [], 0
    while index < len(text):
        offsets.append(index)
        flat.append("\n" if text[index] == "\r" else text[index])
        index += 2 if text.startswith("\r\n", index) else 1
    return "".join(flat), [*offsets, len(text)]


def check_nesting(text: str) -> None:
    """Raises jinja2.TemplateSyntaxError where brackets stand deeper in each other than the parser should follow."""
    depth = 0
    for token in tokens(text):
        if token.kind == "operator":
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth > MAX_NESTING:
            raise jinja2.TemplateSyntaxError(f"brackets are nested deeper than {MAX_NESTING}", token.line)


@functools.lru_cache(maxsize=512)
def tree(text: str) -> nodes.Template:
    """The syntax tree, whose nodes say in `lineno` the offset of the token that they begin with or turn on.

    A name has its own offset. Raises jinja2.TemplateSyntaxError.
    """
    check_nesting(text)
    try:
        return _placed_environment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise jinja2.TemplateSyntaxError(error.message or "syntax error", line_of(text, error.lineno)) from error


def line_of(text: str, offset: int) -> int:
    """The line of an offset, from 1."""
    return text.count("\n", 0, offset) + 1


def expression(text: str) -> nodes.Node:
    """The tree of an expression. Raises jinja2.TemplateSyntaxError."""
    output = environment().parse("{{ (" + text + ") }}").body[0]
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        raise jinja2.TemplateSyntaxError(f"{text!r} is no expression", 1)
    return output.nodes[0]


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with expressions replaced, which stand in the order of the text and do not overlap.

    Both texts are parsed: the new tree must be the old one with the new expressions in place of the old ones, and
    nothing else. Raises InternalError where it is not, for then the edit is a bug.
    """
    if not edits:
        return text
    names = [f"dagconv_edit_{number}" for number in range(len(edits))]
    new = splice(text, [(edit.start, edit.end, edit.text) for edit in edits])
    marked = splice(text, [(edit.start, edit.end, name) for edit, name in zip(edits, names, strict=True)])
    try:
        outline = environment().parse(marked)
        for whole, parts in (
            (text, [text[edit.start : edit.end] for edit in edits]),
            (new, [edit.text for edit in edits]),
        ):
            holes = {name: shape(expression(part)) for name, part in zip(names, parts, strict=True)}
            if shape(outline, holes) != shape(environment().parse(whole), {}):
                raise InternalError(f"an edit changed more of a template than was meant: {text!r} became {new!r}")
    except jinja2.TemplateSyntaxError as error:
        raise InternalError(f"an edit broke a template ({error.message}): {text!r} became {new!r}") from error
    return new


@dataclass(frozen=True, slots=True)
class Spot:
    """A literal of an expression: its value and its span."""

    value: object
    start: int
    end: int


def constants(text: str, start: int, end: int) -> tuple[Spot, ...]:
    """The literals of one token each between two offsets of a template."""
    ends = {token.start: token.end for token in tokens(text)}
    found = (node for node in tree(text).find_all(nodes.Const) if start <= node.lineno < end)
    spots = (Spot(node.value, node.lineno, ends[node.lineno]) for node in found)
    return tuple(spot for spot in spots if _is_whole(text, spot))


def _is_whole(text: str, spot: Spot) -> bool:
    """Whether one token says it all: Jinja joins texts that stand beside each other."""
    found = expression(text[spot.start : spot.end])
    return isinstance(found, nodes.Const) and found.value == spot.value


def splice(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """The text with each span replaced; they stand in order and do not overlap."""
    parts, at = [], 0
    for start, end, new in spans:
        parts += [text[at:start], new]
        at = end
    return "".join((*parts, text[at:]))


def same_output(one: str, two: str) -> bool:
    """Whether two templates print the same, by their trees: texts beside each other are one, and constants texts."""
    return bool(shape(environment().parse(one)) == shape(environment().parse(two)))


def shape(node: nodes.Node, holes: Mapping[str, Any] | None = None) -> Any:
    """A node as nested tuples that tell constants by their type.

    With `holes`, names found there give what stands there. Without, texts that are printed beside each other are one.
    """
    match node:
        case nodes.Name(name=name) if holes and name in holes:
            return holes[name]
        case nodes.Const(value=value) | nodes.TemplateData(data=value):
            return type(node).__name__, type(value).__name__, repr(value)
    fields: list[Any] = [type(node).__name__]
    for name, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            fields.append((name, shape(value, holes)))
        elif isinstance(value, list) and name in ("body", "else_") and holes is None:
            fields.append((name, _printed(value)))
        elif isinstance(value, list):
            inner = tuple(shape(item, holes) if isinstance(item, nodes.Node) else item for item in value)
            fields.append((name, inner))
        else:
            fields.append((name, value))
    return tuple(fields)


def _printed(body: Sequence[nodes.Node]) -> tuple[Any, ...]:
    """Statements of a block; what is printed between two of them is one row, with neighbouring texts joined."""
    rows: list[Any] = []
    for statement in body:
        for part in statement.nodes if isinstance(statement, nodes.Output) else (statement,):
            text = _printed_text(part)
            if text is not None and rows and rows[-1][0] == "text":
                rows[-1] = ("text", rows[-1][1] + text)
            elif text is not None:
                rows.append(("text", text))
            else:
                rows.append((type(statement).__name__, shape(part)))
    return tuple(row for row in rows if row != ("text", ""))


def _printed_text(node: nodes.Node) -> str | None:
    match node:
        case nodes.TemplateData(data=str() as text) | nodes.Const(value=str() as text):
            return text
        case _:
            return None
