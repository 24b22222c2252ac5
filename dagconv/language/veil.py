"""Strikes secrets out of Python source that is shown to people, so that lines and columns stay."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from dagconv.language.secret import FORMS, GIVEN, NAMED, UNLESS, in_words

_NAME = re.compile(rf"(?i){NAMED}\Z")
_SECRET = re.compile(rf"(?i){UNLESS}.")
# What no syntax tells: comments, command lines in texts, and a file that does not parse. In Python also what stands
# behind such a name as the next argument, but no call, no look-up and no type.
_IN_TEXT = (
    re.compile(rf"(?i)({NAMED}[\"']?\]?\s*(?::[^=,\n]{{1,40}}=|[,=:])\s*[rbf]?){UNLESS}(\"[^\"]*\"|'[^']*')"),
    re.compile(
        rf"(?i)({GIVEN}){UNLESS}(?![rbf]?[\"']|[\[({{\\])(?![\w.]+[(\[]|(?:str|bytes|int)\b)([^\s\"',;&)}}\]]+)"
    ),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)([\w+/.~=-]{8,})"),
)


def veiled(source: str) -> str:
    """The source with secrets struck out character by character."""
    shown = FORMS.sub(lambda found: _stars(found[0]), source)
    for pattern in _IN_TEXT:
        shown = pattern.sub(lambda found: found[1] + _stars(found[2]), shown)
    characters = list(shown)
    for start, end in _spans(source):
        characters[start:end] = _stars(source[start:end])
    return "".join(characters)


def _stars(text: str) -> str:
    return re.sub(r"[^\s\"']", "*", text)


def _spans(source: str) -> Iterator[tuple[int, int]]:
    """Where texts stand that are given to a name of a secret, by position; nothing where the source is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the file's own escapes
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = [line.encode() for line in source.split("\n")]
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for node in ast.walk(tree):
        for name, value in _given(node):
            for text in _texts(value) if _NAME.search(in_words(name)) else ():
                at = [(text.lineno, text.col_offset), (text.end_lineno or 0, text.end_col_offset or 0)]
                start, end = (starts[row - 1] + len(lines[row - 1][:column].decode()) for row, column in at)
                yield start, end


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names, and what a piece of syntax gives to them or compares them with."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
            yield from _assigned(target, value)
        case ast.NamedExpr(target=target, value=value):
            yield from _assigned(target, value)
        case ast.Dict(keys=keys, values=values):
            yield from _paired(keys, values)
        case ast.Call(args=args, keywords=keywords):
            yield from _paired(args, args[1:])
            yield from ((one.arg, one.value) for one in keywords if one.arg)
        case ast.arguments(posonlyargs=first, args=then, defaults=defaults, kwonlyargs=named, kw_defaults=others):
            both = [*zip([*first, *then][::-1], defaults[::-1], strict=False), *zip(named, others, strict=True)]
            yield from ((one.arg, value) for one, value in both if value is not None)
        case ast.Compare(left=left, comparators=comparators):
            for value in comparators:
                yield from _assigned(left, value)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), (ast.Tuple(elts=values) | ast.List(elts=values))):
            for one, given in zip(targets, values, strict=False):
                yield from _assigned(one, given)
        case (
            (ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str() as name))),
            _,
        ):
            yield name, value


def _paired(names: Sequence[ast.expr | None], values: Sequence[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    for name, value in zip(names, values, strict=False):
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value, value


def _texts(value: ast.expr) -> Iterator[ast.expr]:
    """Texts of which a value is made; what a call or a look-up asks for is none of it."""
    left = [value]
    while left:
        match left.pop():
            case ast.Constant(value=str() | bytes() as text) as node:
                if _SECRET.match(text if isinstance(text, str) else text.decode("latin-1")):
                    yield node
            case ast.JoinedStr() as node:
                yield node
            case ast.Call(func=ast.Attribute(value=inner)):
                left.append(inner)
            case ast.Call() | ast.Subscript() | ast.Attribute():
                pass
            case ast.Dict(values=inners):
                left += inners
            case node:
                left += [inner for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.expr)]
