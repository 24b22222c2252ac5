"""Which YAML files are definitions: decides what `validate` judges in folders and hooks."""

from __future__ import annotations

import re

from dagconv.check.document import Document
from dagconv.check.node import Mapping, Node

_TELLING_KEYS = frozenset({"tasks", "schedule", "default_args"})
# For a text that cannot be read as YAML: a line that only a definition has.
_TELLING_LINE = re.compile(r"^[ \t]+operator[ \t]*:[ \t]*[\"']?[\w.]+\.[\w.]+", re.M)


def looks_like_definition(document: Document) -> bool:
    """Whether a root value is a mapping with tasks, schedule, default_args, or with an operator further down."""
    root = document.root
    if root is None:
        return bool(_TELLING_LINE.search(document.text))
    if not isinstance(root, Mapping):
        return False
    return any(isinstance(entry.value, Mapping) and _tells(entry.value) for entry in root.entries)


def _tells(node: Mapping) -> bool:
    if any(entry.key.value in _TELLING_KEYS for entry in node.entries):
        return True
    return any(_has_operator(entry.value) for entry in node.entries)


def _has_operator(node: Node) -> bool:
    if not isinstance(node, Mapping):
        return False
    return node.entry("operator") is not None or any(
        isinstance(entry.value, Mapping) and entry.value.entry("operator") is not None for entry in node.entries
    )
