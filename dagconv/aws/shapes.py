"""Checks a request or an answer against botocore's model of the operation, before it is sent and in the rehearsal.

botocore's own check stops at required, unknown, type, minimum and union; maximum, pattern and enum
leave the client unseen and come back as a ValidationException after the change before them was made.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import botocore.loaders
import botocore.session
from botocore.model import OperationModel, Shape

# Members whose values are known to break the service's own model: the launch post shows a log stream that
# starts with "//", the workflow's text is longer than the 255 characters that its type allows, and a run type
# is printed as SCHEDULE (contract 6.3, 6.6). They are not checked in answers.
LOOSER_THAN_MODELLED = frozenset({"LogStream", "WorkflowDefinition", "RunType"})

_ANYTHING = re.compile(r"(?s:.*)")
_UNICODE_CLASSES = {r"\p{L}": "a-zA-Z\u00c0-\U0010ffff", r"\p{Z}": r"\s", r"\p{N}": "0-9"}


@cache
def _loader() -> Any:
    """Service models are megabytes of JSON: read once a process, for checks and clients alike."""
    return botocore.loaders.create_loader()


def new_session() -> Any:
    session = botocore.session.get_session()
    session.register_component("data_loader", _loader())
    return session


@cache
def service_model(service: str) -> Any:
    """botocore's ServiceModel, loaded once.

    Raises UnknownServiceError when this botocore does not know the service.
    """
    return new_session().get_service_model(service)


@cache
def operation(service: str, name: str) -> OperationModel:
    model: OperationModel = service_model(service).operation_model(name)
    return model


def check_request(service: str, name: str, params: Mapping[str, Any]) -> list[str]:
    """What is wrong with the request, each as `path: reason`; empty when it is valid."""
    shape = operation(service, name).input_shape
    return [] if shape is None else list(_walk(shape, params, "", frozenset()))


def check_answer(service: str, name: str, answer: Mapping[str, Any]) -> list[str]:
    """The same for an answer (contract 6: parts where the service departs from its model are let through)."""
    shape = operation(service, name).output_shape
    return [] if shape is None else list(_walk(shape, answer, "", LOOSER_THAN_MODELLED))


def check_error(service: str, name: str, body: Mapping[str, Any]) -> list[str]:
    """The same for the body of a modelled error, by its shape's name."""
    shape = service_model(service).shape_for(name)
    return list(_walk(shape, body, "", frozenset()))


def _walk(shape: Shape, value: Any, path: str, loose: frozenset[str]) -> Iterator[str]:
    match shape.type_name:
        case "structure":
            yield from _structure(shape, value, path, loose)
        case "list":
            yield from _list(shape, value, path, loose)
        case "map":
            yield from _map(shape, value, path, loose)
        case "string":
            yield from _string(shape, value, path)
        case "integer" | "long":
            if isinstance(value, bool) or not isinstance(value, int):
                yield f"{path}: is {_kind(value)}, must be an integer"
            else:
                yield from _bounds(shape, value, path, "is {n}")
        case "boolean":
            if not isinstance(value, bool):
                yield f"{path}: is {_kind(value)}, must be true or false"
        case "timestamp":
            if isinstance(value, bool) or not isinstance(value, int | float | datetime.datetime):
                yield f"{path}: is {_kind(value)}, must be a time"
        case other:
            if other in ("float", "double") and not isinstance(value, int | float):
                yield f"{path}: is {_kind(value)}, must be a number"


def _structure(shape: Any, value: Any, path: str, loose: frozenset[str]) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, Mapping):
        yield f"{path or shape.name}: is {_kind(value)}, must be a mapping"
        return
    for name in shape.required_members:
        if name not in value:
            yield f"{_join(path, name)}: is required"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{path or shape.name}: exactly one member must be set, {len(value)} are"
    for name, inner in value.items():
        member = shape.members.get(name)
        if member is None:
            yield f"{_join(path, name)}: the operation knows no such member"
        elif name not in loose:
            yield from _walk(member, inner, _join(path, name), loose)


def _list(shape: Any, value: Any, path: str, loose: frozenset[str]) -> Iterator[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        yield f"{path}: is {_kind(value)}, must be a list"
        return
    yield from _bounds(shape, len(value), path, "has {n} items")
    for index, item in enumerate(value):
        yield from _walk(shape.member, item, f"{path}[{index}]", loose)


def _map(shape: Any, value: Any, path: str, loose: frozenset[str]) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: is {_kind(value)}, must be a mapping"
        return
    yield from _bounds(shape, len(value), path, "has {n} entries")
    for key, item in value.items():
        yield from _walk(shape.key, key, f"{path} key {key!r}", loose)
        yield from _walk(shape.value, item, _join(path, str(key)), loose)


def _string(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: is {_kind(value)}, must be text"
        return
    yield from _bounds(shape, len(value), path, "has {n} characters")
    if shape.enum and value not in shape.enum:
        yield f"{path}: must be one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern and value and not _pattern(pattern).fullmatch(value):
        yield f"{path}: does not match {pattern}"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    for name, group in _UNICODE_CLASSES.items():
        text = text.replace(name, group)
    try:
        return re.compile(text)
    except re.error:  # a pattern of another dialect: left to the service
        return _ANYTHING


def _bounds(shape: Any, size: int, path: str, phrase: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {phrase.format(n=size)}, at least {least} needed"
    if most is not None and size > most:
        yield f"{path}: {phrase.format(n=size)}, at most {most} allowed"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
