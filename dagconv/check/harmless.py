"""Values of ignored keys with which nothing is lost, because the service behaves just so; asked by the rules."""

from __future__ import annotations

from dagconv.catalog.service import service
from dagconv.check.node import Mapping, Node, Sequence


def is_harmless(name: str, value: Node) -> bool:
    """Whether the service does the same with and without this value of a key that it ignores."""
    if isinstance(value, Sequence):
        return not value.items
    if isinstance(value, Mapping):
        return not value.entries
    plain, facts = value.value, service()
    if plain is None:
        return True
    least = facts.harmless_from.get(name)
    if least is not None and isinstance(plain, int):
        return plain >= least
    return any(plain == known and type(plain) is type(known) for known in facts.harmless_values.get(name, ()))
