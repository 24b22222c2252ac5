"""The texts of a definition that Airflow renders, parsed, with the place of each name in the file."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dagconv.check.document import span_at
from dagconv.check.node import Node, Scalar, Span, walk
from dagconv.check.subject import Subject, TaskNode
from dagconv.language.jinja import JinjaError, Reference, Step, Template, is_template, parse_template

# `{{ ds }}` and `{{ params.bucket }}`: what most templates consist of, read without loading Jinja, which costs
# a third of the time that judging one file takes.
_PLAIN = re.compile(r"(?<!\{)\{\{ *([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*) *\}\}", re.ASCII)
_SHORT = 10_000
_LONGEST = 52_000
_KEYWORDS = frozenset({"true", "false", "none", "True", "False", "None", "not", "and", "or", "if", "else", "in", "is"})


@dataclass(frozen=True, slots=True)
class Use:
    """A text with template marks: the task and argument it belongs to. `template` is None if it cannot be parsed."""

    task: TaskNode
    key: str
    node: Scalar
    template: Template | None
    error: JinjaError | None = None


def is_rendered(task: TaskNode, key: str) -> bool:
    """Whether Airflow renders the argument; of a class without a catalog entry that is not known, so it may."""
    return task.known is None or task.known.open_arguments or key in task.known.rendered


def marked_texts(node: Node) -> Iterator[Scalar]:
    """The texts at and below a node that hold template marks."""
    for part in walk(node):
        if isinstance(part, Scalar) and isinstance(part.value, str) and is_template(part.value):
            yield part


@functools.lru_cache(maxsize=1)
def uses(subject: Subject) -> tuple[Use, ...]:
    """Every text that is rendered, parsed once for all rules of a subject."""
    return tuple(_uses(subject)) if is_template(subject.document.text) else ()


def _uses(subject: Subject) -> Iterator[Use]:
    for task in subject.tasks:
        for entry in task.node.entries:
            key = entry.key.text
            if key in subject.service.task_structure_keys or not is_rendered(task, key):
                continue
            for node in marked_texts(entry.value):
                try:
                    yield Use(task, key, node, read_template(node.text))
                except JinjaError as error:
                    yield Use(task, key, node, None, error)


def read_template(text: str) -> Template:
    """As parse_template. Raises JinjaError. What is longer than a whole definition may be is not looked into."""
    if len(text) > _LONGEST:
        return Template(text)
    return (_read_plain(text) if len(text) <= _SHORT else None) or parse_template(text)


def _read_plain(text: str) -> Template | None:
    """The template if it holds nothing but names between braces, else None."""
    if is_template(_PLAIN.sub("", text)) or "}}" in _PLAIN.sub("", text) or "\r" in text:
        return None
    references = []
    for match in _PLAIN.finditer(text):
        name, path = match[1], match[2]
        if name in _KEYWORDS:
            return None
        start, line_start = match.start(1), text.rfind("\n", 0, match.start(1)) + 1
        line, column = text.count("\n", 0, start) + 1, start - line_start + 1
        ends = [match.start(2) + found.end() for found in re.finditer(r"\.\w+", path)]
        steps = tuple(Step(key, True, end) for key, end in zip(path.split(".")[1:], ends, strict=True))
        references.append(Reference(name, steps, start, match.end(2), match.end(1), line, column, alone=True))
    return Template(text, tuple(references))


def templates(subject: Subject) -> Iterator[tuple[Use, Template]]:
    """Those of them that can be parsed."""
    for use in uses(subject):
        if use.template is not None:
            yield use, use.template


def first_of_each(references: Iterable[Reference]) -> Iterator[Reference]:
    """The references without those whose name and path were there before: a text is told of a name once."""
    seen: set[str] = set()
    for reference in references:
        if reference.dotted not in seen:
            seen.add(reference.dotted)
            yield reference


def place_of(subject: Subject, node: Scalar, word: str, offset: int) -> Span:
    """Where a word of a text stands in the file.

    `offset` is its place in the value, which quotes and folding may have moved: the same occurrence of the word is
    looked for in the source; the span of the whole value is the answer if there is none.
    """
    before = sum(1 for _ in _occurrences(node.text, word, 0, offset))
    source = subject.document.text
    found = itertools.islice(_occurrences(source, word, node.span.start, node.span.end), before, None)
    start = next(found, None)
    return node.span if start is None else span_at(source, start, start + len(word))


def _occurrences(text: str, word: str, start: int, end: int) -> Iterator[int]:
    """Offsets at which the word stands by itself."""
    at = text.find(word, start, end)
    while at >= 0:
        after = at + len(word)
        if not (_is_word(text[at - 1 : at]) and at > start) and not (_is_word(text[after : after + 1]) and after < end):
            yield at
        at = text.find(word, after, end)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
