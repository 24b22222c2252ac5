"""Reads the bytes of a definition into a tree with places; the first step of the check stage.

Nothing is executed: tags are compared with a list, aliases are followed by reference and counted, depth and
size are capped. libyaml's parser is used where it agrees with PyYAML's own, which is the one dag-factory
uses; a text with tabs and one that libyaml refuses go through PyYAML's, so its word is final.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from yaml import YAMLError
from yaml.error import MarkedYAMLError
from yaml.events import DocumentStartEvent, Event, StreamEndEvent
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from dagconv.check.build import Builder, StopReadingError, span_of
from dagconv.check.node import Node, Scalar, Span
from dagconv.check.problem import Problem, ProblemKind
from dagconv.diagnostics import Location

_C_PARSER: Callable[[str], object] | None
try:
    from yaml._yaml import CParser

    _C_PARSER = CParser
except ImportError:  # PyYAML built without libyaml
    _C_PARSER = None

MAX_BYTES = 256 * 1024  # five times what the service takes: past it nothing is parsed
_BOMS = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
# NUL and the surrogates are not printable either, so libyaml never sees them.
_NOT_PRINTABLE = Reader.NON_PRINTABLE
# Where libyaml accepts what PyYAML's own parser refuses: tabs between values, a comment right behind `|` or `>`.
_DISPUTED = re.compile(r"\t|[|>][-+0-9]*#")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class _PurePython(Reader, Scanner, Parser):
    """PyYAML's own parser, without its resolver and constructor."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


@dataclass(frozen=True, slots=True)
class Document:
    """A definition's text and tree. `size` counts bytes; `root` is None when there is no tree to judge."""

    file: str
    text: str
    size: int
    root: Node | None
    problems: tuple[Problem, ...]

    def place(self, node: Node) -> Location:
        """The location of a node; of a block list or mapping only where it starts."""
        span = node.span
        if isinstance(node, Scalar) or node.flow:
            return span.location(self.file)
        return Location(self.file, span.line, span.column)

    def found(self, kind: ProblemKind) -> Iterator[tuple[Problem, Location, tuple[Location, ...]]]:
        """The problems of a kind, each with its place and its related places."""
        for problem in self.problems:
            if problem.kind is kind:
                related = (problem.related.location(self.file),) if problem.related else ()
                yield problem, problem.span.location(self.file), related


def read_document(data: bytes | str, file: str) -> Document:
    """Never raises for anything the data may hold: what is wrong is in `problems`."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        return too_large(file, len(raw))
    text, problem = _decode(raw)
    if problem is not None:
        return Document(file, text, len(raw), None, (problem,))
    root, problems = _parse(text)
    return Document(file, text, len(raw), root, tuple(problems))


def too_large(file: str, size: int) -> Document:
    """A file of so many bytes that it is not even read."""
    return Document(file, "", size, None, (Problem(ProblemKind.UNPARSED, _at("", 0), str(size)),))


def _decode(raw: bytes) -> tuple[str, Problem | None]:
    for bom, name in _BOMS.items():
        if raw.startswith(bom):
            return "", Problem(ProblemKind.NOT_UTF8, _at("", 0), f"{name} with a byte order mark")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        return before, Problem(ProblemKind.NOT_UTF8, _at(before, len(before)), f"the byte 0x{raw[error.start]:02x}")
    text = text.removeprefix("\ufeff")
    bad = _NOT_PRINTABLE.search(text)
    if bad is None:
        return text, None
    if "\x00" in text and text.count("\x00") * 3 > len(text):
        return text, Problem(ProblemKind.NOT_UTF8, _at(text, bad.start()), "zero bytes, as UTF-16 has them")
    detail = f"U+{ord(bad.group()):04X}"
    return text, Problem(ProblemKind.CONTROL_CHARACTER, _at(text, bad.start()), detail)


def _parse(text: str) -> tuple[Node | None, list[Problem]]:
    if _C_PARSER is not None and not _DISPUTED.search(text):
        builder = Builder()
        try:
            _build(builder, _events(_C_PARSER(text)))
            if not builder.doubtful:
                return builder.root, builder.problems
        except YAMLError:
            pass  # PyYAML's own parser says whether and where it really is wrong
    builder = Builder()
    try:
        _build(builder, _events(_PurePython(text)))
    except (YAMLError, RecursionError) as error:
        builder.problems.append(_syntax_problem(text, error))
        return None, builder.problems
    return builder.root, builder.problems


def _events(parser: object) -> Iterator[Event]:
    while True:
        event: Event = parser.get_event()  # type: ignore[attr-defined]  # no common base in PyYAML's stubs
        if event is None or isinstance(event, StreamEndEvent):
            return
        yield event


def _build(builder: Builder, events: Iterator[Event]) -> None:
    documents = 0
    try:
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    builder.problems.append(Problem(ProblemKind.SEVERAL_DOCUMENTS, span_of(event)))
                    builder.root = None
                    return
            builder.take(event)
    except StopReadingError:
        builder.root = None
        return
    if documents == 0:
        builder.problems.append(Problem(ProblemKind.EMPTY, _at("", 0)))


def _syntax_problem(text: str, error: Exception) -> Problem:
    if isinstance(error, ReaderError):
        return Problem(ProblemKind.CONTROL_CHARACTER, _at(text, error.position), str(error.reason))
    if not isinstance(error, MarkedYAMLError):
        return Problem(ProblemKind.DEPTH, _at(text, 0), "parser")
    mark = error.problem_mark or error.context_mark
    if error.context and "quoted scalar" in error.context:
        mark = error.context_mark  # the opening quote tells more than the end of the file
    where = _at(text, mark.index) if mark else _at(text, 0)
    context = _at(text, error.context_mark.index) if error.context_mark and mark is not error.context_mark else None
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        return Problem(ProblemKind.TAB, where)
    said = ", ".join(part.replace("\n", " ") for part in (error.context, error.problem) if part)
    return Problem(ProblemKind.SYNTAX, where, said, context)


def _at(text: str, offset: int) -> Span:
    """The span of one character of the text."""
    starts = _line_starts(text)
    line = bisect.bisect_right(starts, offset)
    column = offset - starts[line - 1] + 1
    return Span(line, column, line, column + 1, offset, offset + 1)


@functools.lru_cache(maxsize=2)
def _line_starts(text: str) -> list[int]:
    """Offsets of the lines; one text is asked again and again."""
    return [0, *(found.end() for found in _BREAK.finditer(text))]


def span_at(text: str, start: int, end: int) -> Span:
    """The span of a stretch of the text within one line."""
    first = _at(text, start)
    return Span(first.line, first.column, first.line, first.column + end - start, start, end)
