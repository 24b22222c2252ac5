"""Whether a namespace was changed, asked without touching it: CPython 3.10 to 3.12 count each change of a dict.

Looking at an object counts a reference, which writes to its page and so copies it into a forked child; to look at all
names of the libraries copies most of the engine's memory. The number stands 24 bytes into a dict (PEP 509).
"""

from __future__ import annotations

import ctypes
import gc
import sys
import types
from array import array
from collections.abc import Iterator
from typing import Any

_OFFSET = 3 * ctypes.sizeof(ctypes.c_void_p)
_read = ctypes.c_uint64.from_address


def namespace_of(owner: Any) -> dict[str, Any]:
    """The dict behind `vars()` of a module or class."""
    held: Any = vars(owner)
    found: dict[str, Any] = gc.get_referents(held)[0] if isinstance(held, types.MappingProxyType) else held
    return found


def _counts() -> bool:
    """Whether this interpreter counts changes there: a setting, a deletion, and no reading."""
    sample: dict[str, object] = {"a": 1}
    address = id(sample) + _OFFSET
    before, _, read = _read(address).value, sample["a"], _read(address).value
    sample["a"] = object()
    after = _read(address).value
    del sample["a"]
    return bool(before == read != after != _read(address).value != read)


COUNTS = sys.implementation.name == "cpython" and sys.version_info < (3, 13) and _counts()


class Versions:
    """Numbers of dicts as they were when they were added; who adds a dict keeps it alive."""

    def __init__(self) -> None:
        self._addresses, self._numbers = array("Q"), array("Q")

    def add(self, namespace: dict[Any, Any]) -> None:
        address = id(namespace) + _OFFSET
        self._addresses.append(address)
        self._numbers.append(_read(address).value)

    def changed(self) -> Iterator[int]:
        """The places, in the order of adding, of those that are not as they were; all where nobody counts."""
        for place, (address, number) in enumerate(zip(self._addresses, self._numbers, strict=True)):
            if not COUNTS or _read(address).value != number:
                yield place
