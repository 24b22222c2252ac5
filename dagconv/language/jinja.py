"""What a Jinja template refers to and where, read with Jinja's own lexer and parser and never rendered.

Used by lower and check: names of the context with their attribute chains, calls with literal arguments, filters,
syntax errors, and exact replacement of a reference inside the text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union

from dagconv.catalog.service import service
from dagconv.ir.value import FloatValue, ListValue, MapValue, TupleValue, Value

if TYPE_CHECKING:
    from jinja2 import nodes

    from dagconv.language.jinja_tree import Spot, Token

MAX_CHARACTERS = 200_000
_MARK = re.compile(r"\{\{|\{%|\{#")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_SKIPPED = frozenset(("whitespace", "linestatement_begin", "linestatement_end"))
_PRIMARY = re.compile(r"'[^'\\]*'|[A-Za-z_][\w.]*(?:\[(?:'[^'\\]*'|\d+)\])*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?")


class JinjaError(ValueError):
    """The text is no template, or larger than any sane one. `line` counts from 1 within the text."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class NotLiteral:
    """An argument that only rendering could tell."""


NOT_LITERAL = NotLiteral()
Literal = Union[NotLiteral, Value]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of a call, as far as they are literals. `open_ended`: there are *args or **kwargs too."""

    positional: tuple[Literal, ...] = ()
    keywords: tuple[tuple[str, Literal], ...] = ()
    open_ended: bool = False

    def argument(self, name: str, position: int) -> Literal | None:
        """The argument of this name or position; None also stands for an argument that is not given."""
        for keyword, value in self.keywords:
            if keyword == name:
                return value
        return self.positional[position] if position < len(self.positional) else None


@dataclass(frozen=True, slots=True)
class Step:
    """A literal key that is read of a value: `.key` (an attribute, else an item) or `['key']` (the other way round).

    `end` is the offset after it.
    """

    key: str | int
    attribute: bool
    end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of the context that the template uses, with what follows it literally.

    `dag_run.conf['x'].y` is `name` dag_run with `steps` of the `path` (conf, x, y). `call` is the call right after
    them, whose method's name is then the last. `dynamic`: the path goes on with something that is no literal. The
    text from `start` to `end` (code points of the template) is name and path, `name_end` ends the name alone,
    `call_end` the call. `alone`: nothing else stands between the braces of its `{{ }}`. `tested`: `is defined` or a
    default filter stands behind it, so that its absence is provided for.
    """

    name: str
    steps: tuple[Step, ...]
    start: int
    end: int
    name_end: int
    line: int
    column: int
    call: Call | None = None
    call_end: int | None = None
    dynamic: bool = False
    alone: bool = False
    tested: bool = False

    @property
    def path(self) -> tuple[str | int, ...]:
        return tuple(step.key for step in self.steps)

    @property
    def dotted(self) -> str:
        return ".".join((self.name, *map(str, self.path)))


@dataclass(frozen=True, slots=True)
class XComPull:
    """A call of ti.xcom_pull. `task_ids` are the ids it names, None when it names none (in Airflow 3: the task itself);
    `many` when they are a list; `dynamic` when ids, DAG or key are no literals, and then `key` may be None.
    """

    reference: Reference
    task_ids: tuple[str, ...] | None
    key: str | None = "return_value"
    dag_id: str | None = None
    many: bool = False
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter in use: its name and the line of the text."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Template:
    """`references` in the order of the text; names that the template itself sets stand in `local_names`, and
    `shadowed` are those that are both set by it and read from the context, which no rewrite can tell apart.
    `loads` are names of other templates that it includes or imports, None where it computes them.
    """

    text: str
    references: tuple[Reference, ...] = ()
    filters: tuple[Filter, ...] = ()
    tests: tuple[str, ...] = ()
    local_names: frozenset[str] = frozenset()
    shadowed: frozenset[str] = frozenset()
    loads: tuple[str | None, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(reference.name for reference in self.references)

    def named(self, *names: str) -> tuple[Reference, ...]:
        return tuple(reference for reference in self.references if reference.name in names)

    @property
    def macros(self) -> tuple[Reference, ...]:
        """References to `macros.something`."""
        return self.named("macros")

    @property
    def xcom_pulls(self) -> tuple[XComPull, ...]:
        found = (_xcom_pull(reference) for reference in self.named("ti", "task_instance"))
        return tuple(pull for pull in found if pull is not None)

    def constants(self, start: int, end: int) -> tuple[Spot, ...]:
        """The literals of one token each that stand between two offsets."""
        from dagconv.language import jinja_tree

        return jinja_tree.constants(self.text, start, end)

    def edit(self, spans: Sequence[tuple[int, int, str]]) -> str:
        """The text with expressions replaced: start, end and new text of each, in order and apart from each other."""
        from dagconv.language import jinja_tree

        return jinja_tree.apply(self.text, [jinja_tree.Edit(*span) for span in spans])

    def replace_names(self, replacement: Callable[[Reference], str | None]) -> str:
        """The text with names of the context replaced by the expression given, or kept where it is None; what
        follows a name stays. An expression that is more than a name, chain or call gets parentheses where
        something stands beside it. Jinja's own parser proves that nothing else changes.
        """

        def new(reference: Reference) -> tuple[int, str] | None:
            text = replacement(reference)
            return None if text is None else (reference.name_end, text)

        return self.replace_heads(new)

    def replace_heads(self, replacement: Callable[[Reference], tuple[int, str] | None]) -> str:
        """The same, with a reference replaced up to the offset given: the end of its name, of a step or of its call."""
        edits: list[tuple[int, int, str]] = []
        at = 0
        for reference in self.references:
            found = replacement(reference) if reference.start >= at else None
            if found is not None:
                at, text = found
                alone = reference.alone and at == (reference.call_end or reference.end)
                shown = text if alone or _PRIMARY.fullmatch(text) else f"({text})"
                edits.append((reference.start, at, shown))
        return self.edit(edits)


def unknown_filters(template: Template) -> tuple[Filter, ...]:
    """Filters that neither Jinja nor Airflow has: rendering fails on them."""
    if not template.filters:
        return ()
    import jinja2.filters

    known = jinja2.filters.FILTERS.keys() | service().jinja.filters
    return tuple(used for used in template.filters if used.name not in known)


def is_template(text: str) -> bool:
    """Whether rendering may change the text; the test is cheap."""
    return _MARK.search(text) is not None


def parse_template(text: str) -> Template:
    """Reads a template as Airflow's environment would. Raises JinjaError."""
    if not is_template(text):
        return Template(text)
    return _parse(text)


@functools.lru_cache(maxsize=2048)
def _parse(text: str) -> Template:
    if len(text) > MAX_CHARACTERS:
        raise JinjaError(f"the template has {len(text)} characters, more than {MAX_CHARACTERS}")
    import jinja2

    from dagconv.language import jinja_tree

    try:
        tree = jinja_tree.tree(text)
        free, stored = _scopes(tree)
        return Template(
            text,
            tuple(_references(text, jinja_tree.tokens(text), tree, free)),
            tuple(
                Filter(node.name, jinja_tree.line_of(text, node.lineno)) for node in tree.find_all(jinja2.nodes.Filter)
            ),
            tuple(node.name for node in tree.find_all(jinja2.nodes.Test)),
            stored,
            stored & free,
            tuple(_loads(tree)),
        )
    except jinja2.TemplateSyntaxError as error:
        raise JinjaError((error.message or "syntax error").rstrip("."), error.lineno) from error
    except RecursionError as error:
        raise JinjaError("the template is nested too deeply") from error


def _scopes(tree: nodes.Template) -> tuple[frozenset[str], frozenset[str]]:
    """Names read from the context, and names that the template itself sets."""
    from jinja2 import meta, nodes

    stored = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    stored.update(node.name for node in tree.find_all(nodes.Macro))
    stored.update(node.target for node in tree.find_all(nodes.Import))
    for imported in tree.find_all(nodes.FromImport):
        stored.update(name if isinstance(name, str) else name[1] for name in imported.names)
    return frozenset(meta.find_undeclared_variables(tree)), frozenset(stored)


def _loads(tree: nodes.Template) -> Iterator[str | None]:
    from jinja2 import nodes

    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        source = node.template  # type: ignore[attr-defined]
        yield source.value if isinstance(source, nodes.Const) and isinstance(source.value, str) else None


def _references(text: str, tokens: Sequence[Token], tree: nodes.Template, free: frozenset[str]) -> Iterator[Reference]:
    from jinja2 import nodes

    code = [token for token in tokens if token.kind not in _SKIPPED and token.kind != "data"]
    places = {token.start: index for index, token in enumerate(code)}
    read = (name for name in tree.find_all(nodes.Name) if name.ctx == "load" and name.name in free)
    for place in sorted(name.lineno for name in read):
        yield _reference(text, code, places[place])


def _reference(text: str, code: Sequence[Token], index: int) -> Reference:
    name = code[index]
    steps: list[Step] = []
    at, dynamic, call, call_end = index + 1, False, None, None
    while at < len(code):
        token = code[at]
        if token.text == "." and at + 1 < len(code) and code[at + 1].kind in ("name", "integer"):
            key = code[at + 1]
            steps.append(Step(_constant(key.text) if key.kind == "integer" else key.text, key.kind == "name", key.end))
            at += 2
        elif token.text == "[" and token.kind == "operator":
            key = code[at + 1]
            if key.kind in ("string", "integer") and code[at + 2].text == "]":
                steps.append(Step(_constant(key.text), False, code[at + 2].end))
                at += 3
                continue
            dynamic = True
            break
        else:
            break
    end = code[at - 1].end
    if not dynamic and at < len(code) and code[at].text == "(" and code[at].kind == "operator":
        close = _closing(code, at)
        call_end = code[close].end
        call = _call(text[code[at].start : call_end])
        at = close + 1
    alone = code[index - 1].kind == "variable_begin" and at < len(code) and code[at].kind == "variable_end"
    line_start = text.rfind("\n", 0, name.start) + 1
    return Reference(
        name.text, tuple(steps), name.start, end, name.end, text.count("\n", 0, name.start) + 1,
        name.start - line_start + 1, call, call_end, dynamic, alone, _is_tested(code, at),
    )  # fmt: skip


def _is_tested(code: Sequence[Token], at: int) -> bool:
    words = [token.text for token in code[at : at + 3]]
    if words[:1] == ["is"]:
        return words[2 if words[1:2] == ["not"] else 1] in ("defined", "undefined")
    return words[:2] in (["|", "default"], ["|", "d"])


def _closing(code: Sequence[Token], at: int) -> int:
    depth = 0
    for index in range(at, len(code)):
        if code[index].kind == "operator":
            depth += (code[index].text in _OPENING) - (code[index].text in _CLOSING)
            if depth == 0:
                return index
    raise JinjaError("a bracket is not closed", code[at].line)  # unreachable: the parser came first


def _call(brackets: str) -> Call:
    """Reads `(arguments)` by the parser, in a template of their own."""
    from jinja2 import nodes

    from dagconv.language import jinja_tree

    found = jinja_tree.environment().parse("{{ f" + brackets + " }}").find(nodes.Call)
    if found is None:
        return Call(open_ended=True)
    return Call(
        tuple(_literal(node) for node in found.args),
        tuple((pair.key, _literal(pair.value)) for pair in found.kwargs),
        found.dyn_args is not None or found.dyn_kwargs is not None,
    )


def _constant(text: str) -> Any:
    from jinja2 import nodes

    from dagconv.language import jinja_tree

    found = jinja_tree.expression(text)
    return found.value if isinstance(found, nodes.Const) else None


def _literal(node: nodes.Expr) -> Literal:
    from jinja2 import nodes

    match node:
        case nodes.Const(value=value):
            return FloatValue("inf") if value == float("inf") else value
        case nodes.Neg(node=nodes.Const(value=int() | float() as number)):
            return -number
        case nodes.List(items=items) | nodes.Tuple(items=items):
            found = [_literal(item) for item in items]
            values = tuple(item for item in found if not isinstance(item, NotLiteral))
            if len(values) < len(found):
                return NOT_LITERAL
            return ListValue(values) if isinstance(node, nodes.List) else TupleValue(values)
        case nodes.Dict(items=pairs):
            entries = [(_literal(pair.key), _literal(pair.value)) for pair in pairs]
            known = [(k, v) for k, v in entries if not isinstance(k, NotLiteral) and not isinstance(v, NotLiteral)]
            return MapValue(tuple(known)) if len(known) == len(entries) else NOT_LITERAL
        case _:
            return NOT_LITERAL


def _xcom_pull(reference: Reference) -> XComPull | None:
    """Airflow 3.0.6: xcom_pull(task_ids=None, dag_id=None, key="return_value", ...)."""
    if reference.path != ("xcom_pull",):
        return None
    call = reference.call
    if call is None:
        return XComPull(reference, None, None, dynamic=True)
    ids, dag, key = call.argument("task_ids", 0), call.argument("dag_id", 1), call.argument("key", 2)
    many = isinstance(ids, (ListValue, TupleValue))
    names: tuple[str, ...] | None = None
    known = ids is None
    if isinstance(ids, str):
        names, known = (ids,), True
    elif isinstance(ids, (ListValue, TupleValue)):
        names = tuple(item for item in ids.items if isinstance(item, str))
        known = len(names) == len(ids.items)
    given_key = "return_value" if key is None else key if isinstance(key, str) else None
    known = known and given_key is not None and (dag is None or isinstance(dag, str)) and not call.open_ended
    return XComPull(reference, names, given_key, dag if isinstance(dag, str) else None, many, not known)
