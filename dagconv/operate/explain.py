"""Why a run failed: each failed task with its last lines, and where in the definition the words of an error point."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dagconv.check.document import Document, read_document
from dagconv.check.node import Mapping, Node, Scalar, Sequence
from dagconv.language.jinja import JinjaError, parse_template

_UNDEFINED = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'|No filter named '([^']+)'")
_ARGUMENT = re.compile(
    r"unexpected keyword argument '([^']+)'|Invalid arguments were passed to \w+ .*?kwargs: \{'([^']+)'", re.DOTALL
)
_IGNORED = re.compile(r"ignored attributes: ([\w, ]+)")
_DENIED = re.compile(
    r"is not authorized to perform: (?P<action>[\w:*-]+)(?: on resource: (?P<resource>\S+))?", re.DOTALL
)
_MOST = 5


@dataclass(frozen=True, slots=True)
class Denied:
    """A permission that a task lacks."""

    action: str
    resource: str


def denied_in(text: str) -> Denied | None:
    found = _DENIED.search(text)
    if found is None:
        return None
    return Denied(found["action"].rstrip("."), (found["resource"] or "*").strip("\"'.,"))


def places_of(error: str, definition: str, name: str, task: str | None = None) -> list[str]:
    """Where the definition holds what the error speaks of, as `file:line:column`; none where it does not tell.

    `task` narrows the search to one task, and to the whole definition where that holds nothing of the kind.
    """
    document = read_document(definition, name)
    if document.root is None:
        return []
    if argument := _ARGUMENT.search(error):
        wanted = argument[1] or argument[2]
        return _shown(document, [key for key in _keys(_part(document, task)) if key.text == wanted])
    if ignored := _IGNORED.search(error):
        names = {name.strip() for name in ignored[1].split(",")}
        return _shown(document, [key for key in _attributes(document.root) if key.text in names])
    templates = list(_templates(_part(document, task)))
    if undefined := _UNDEFINED.search(error):
        wanted = next(group for group in undefined.groups() if group)
        word = re.compile(rf"(?<![\w]){re.escape(wanted.rpartition('.')[2])}(?!\w)")
        return _shown(document, [one for one in templates if word.search(_inside(str(one.value)))])
    return _shown(document, [one for one in templates if _says(one, error)])


def _says(scalar: Scalar, error: str) -> bool:
    try:
        parse_template(str(scalar.value))
    except JinjaError as wrong:
        return str(wrong) in error
    return False


def _inside(text: str) -> str:
    """What stands between the signs of templates."""
    return " ".join(re.findall(r"\{[{%](.*?)[%}]\}", text, re.DOTALL))


def _shown(document: Document, nodes: list[Scalar]) -> list[str]:
    places = [document.place(node) for node in nodes]
    return [f"{place.file}:{place.line}:{place.column}" for place in places[:_MOST]]


def _part(document: Document, task: str | None) -> Node | None:
    """The node of a task, else the whole."""
    root = document.root
    dag = root.entries[0].value if isinstance(root, Mapping) and root.entries else None
    tasks = dag.get("tasks") if isinstance(dag, Mapping) else None
    found = tasks.get(task) if task and isinstance(tasks, Mapping) else None
    return found or root


def _attributes(root: Node) -> Iterator[Scalar]:
    """The keys of the DAG, of its default_args and of each task: what an operator is given holds no attributes."""
    dag = root.entries[0].value if isinstance(root, Mapping) and root.entries else None
    if not isinstance(dag, Mapping):
        return
    tasks = dag.get("tasks")
    each = [entry.value for entry in tasks.entries] if isinstance(tasks, Mapping) else []
    parts = (dag, dag.get("default_args"), *each)
    for part in parts:
        yield from (entry.key for entry in part.entries) if isinstance(part, Mapping) else ()


def _templates(node: Node | None) -> Iterator[Scalar]:
    for scalar in _scalars(node):
        if isinstance(scalar.value, str) and ("{{" in scalar.value or "{%" in scalar.value):
            yield scalar


def _scalars(node: Node | None) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Sequence(items=items):
            for item in items:
                yield from _scalars(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield from _scalars(entry.value)


def _keys(node: Node | None) -> Iterator[Scalar]:
    match node:
        case Sequence(items=items):
            for item in items:
                yield from _keys(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield entry.key
                yield from _keys(entry.value)
