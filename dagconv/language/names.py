"""Names of Python modules and functions: the nearest to a text, and one that nothing else bears."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Collection

from dagconv.catalog.preinstalled import preinstalled

_NOT_IN_NAMES = re.compile(r"\W+", re.ASCII)


def identifier(text: str) -> str:
    """The nearest name of Python: `my-dag 2` becomes `my_dag_2`."""
    name = _NOT_IN_NAMES.sub("_", text).strip("_") or "code"
    return f"_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def is_taken(name: str) -> bool:
    """Whether Python's library or a package on the service's worker has a module of the name, in any case."""
    return name.lower() in {*map(str.lower, sys.stdlib_module_names), *preinstalled().modules}


def free_name(wanted: str, taken: Collection[str], *, module: bool = False) -> str:
    """The wanted name or one with a number, so that nothing else bears it."""
    base = identifier(wanted)
    for number in range(1, len(taken) + 3):
        name = base if number == 1 else f"{base}_{number}"
        if name not in taken and not (module and is_taken(name)):
            return name
    return f"{base}_code"
