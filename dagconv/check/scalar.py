"""How dag-factory's YAML loader (PyYAML's FullLoader, YAML 1.1) reads one scalar; part of reading a document."""

from __future__ import annotations

from yaml import ScalarNode, YAMLError
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from dagconv.check.node import Plain

_PREFIX = "tag:yaml.org,2002:"
STR = _PREFIX + "str"
MERGE = _PREFIX + "merge"
# `<<` and `=` without quotes have tags of their own, and a meaning only as keys.
KEY_TAGS = frozenset({MERGE, _PREFIX + "value"})
COLLECTION_TAGS = frozenset({_PREFIX + "map", _PREFIX + "seq"})

# PyYAML's own tables and functions, so that we read what the engine reads.
_IMPLICIT = Resolver.yaml_implicit_resolvers
_CONSTRUCTOR = SafeConstructor()
_LONGEST = 4000
_READERS = {
    _PREFIX + "null": _CONSTRUCTOR.construct_yaml_null,
    _PREFIX + "bool": _CONSTRUCTOR.construct_yaml_bool,
    _PREFIX + "int": _CONSTRUCTOR.construct_yaml_int,
    _PREFIX + "float": _CONSTRUCTOR.construct_yaml_float,
    _PREFIX + "timestamp": _CONSTRUCTOR.construct_yaml_timestamp,
}
SCALAR_TAGS = frozenset({STR, *_READERS})


class UnreadableError(ValueError):
    """The scalar looks like a typed value but is none, such as the date 2024-13-45."""


def resolve_tag(text: str, tag: str | None, implicit: bool) -> str:
    """The tag that YAML 1.1 gives a scalar. `tag` is the one written, None or "!" where there is none;
    `implicit` is what the parser says about it: true for an unquoted scalar, and for any with the tag "!".
    """
    if tag is not None and tag != "!":
        return tag
    if not implicit:
        return STR
    for candidate, pattern in [*_IMPLICIT.get(text[:1], ()), *_IMPLICIT.get(None, ())]:
        if pattern.match(text):
            return str(candidate)
    return STR


def read_scalar(text: str, tag: str) -> Plain:
    """The value of a scalar with a resolved tag.

    Raises UnreadableError where PyYAML would raise while constructing it.
    """
    if tag == STR:
        return text
    reader = _READERS.get(tag)
    if reader is None or len(text) > _LONGEST:  # a word of KEY_TAGS, or a number that takes forever to read
        raise UnreadableError(text)
    try:
        value: Plain = reader(ScalarNode(tag, text))
    except (ValueError, KeyError, IndexError, OverflowError, AttributeError, YAMLError) as error:
        raise UnreadableError(str(error)) from error
    return value
