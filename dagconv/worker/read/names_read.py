"""What the code of an operator class names: an attribute that it does not name is read by nothing of its own."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator


@functools.cache
def names_read(cls: type[object]) -> frozenset[str]:
    """Attributes, globals and texts in the code of the class and all of its bases."""
    return frozenset(name for owner in cls.__mro__ for member in vars(owner).values() for name in _in_member(member))


def _in_member(member: object) -> Iterator[str]:
    if isinstance(member, property):
        for part in (member.fget, member.fset):
            yield from _in_member(part)
        return
    function = getattr(member, "__func__", getattr(member, "func", member))
    function = getattr(function, "__wrapped__", function)
    if isinstance(function, types.FunctionType):
        yield from _in_code(function.__code__)


def _in_code(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from (one for one in constant if isinstance(one, str))
        elif isinstance(constant, types.CodeType):
            yield from _in_code(constant)
