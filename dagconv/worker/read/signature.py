"""The parameters of a class over its whole chain of constructors, with their defaults."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from dagconv.ir.task import MISSING, Default
from dagconv.worker.read.value import read_value


class Signature:
    """The parameters of a class: the union over its `__init__`s as far as each passes keywords on."""

    def __init__(self, cls: type) -> None:
        self.defaults: dict[str, Any] = {}
        for owner in cls.__mro__:
            init = owner.__dict__.get("__init__")
            if init is None or owner is object:
                continue
            parameters = inspect.signature(inspect.unwrap(init)).parameters.values()
            for parameter in parameters:
                if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                    self.defaults.setdefault(parameter.name, parameter.default)
            if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
                break
        self.defaults.pop("self", None)

    @property
    def names(self) -> set[str]:
        return set(self.defaults)

    def default(self, name: str) -> Default:
        value = self.defaults.get(name, inspect.Parameter.empty)
        return MISSING if value is inspect.Parameter.empty else read_value(value)


@functools.cache
def signature_of(cls: type) -> Signature:
    return Signature(cls)
