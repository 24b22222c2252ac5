"""The values that a run meets: conf, params, outputs, Variables and Connections, made up from their names.

A value is a function of its name and of the occasion, so that two texts which ask for the same get the same.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any


class Nested(dict[Any, Any]):
    """Answers every key and index by its path; `['0']` is another path than `[0]`."""

    def __init__(self, path: str) -> None:
        super().__init__(at=path)
        self.path = path

    def __missing__(self, key: Any) -> Any:
        return Nested(f"{self.path}[{key!r}]")

    def get(self, key: Any, _: Any = None) -> Any:
        return self[key]

    def __contains__(self, key: Any) -> bool:
        return True

    def __str__(self) -> str:
        return self.path

    __repr__ = __str__


def value_of(kind: str, name: str) -> Any:
    """Raises KeyError for a kind that is not known."""
    return {
        "text": f"{name}-text",
        "number": zlib.crc32(name.encode()) % 9000 + 1000,
        "list": [f"{name}-0", f"{name}-1", f"{name}-2"],
        "mapping": {"a": f"{name}-a", "b": 2},
        "nested": Nested(name),
        "none": None,
    }[kind]


class Given(dict[str, Any]):
    """Conf or params of a run by hand: whatever is asked for was given, as one kind of value."""

    def __init__(self, declared: Mapping[str, Any], kind: str) -> None:
        self.kind = kind
        super().__init__({name: value_of(kind, name) for name in (*declared, "given")})

    def __missing__(self, key: str) -> Any:
        return value_of(self.kind, str(key))

    def get(self, key: str, _: Any = None) -> Any:
        return self[key]

    def __contains__(self, key: object) -> bool:
        return True


class Named:
    """Variables or Connections: an attribute or `get` gives a value made from the name."""

    def __init__(self, prefix: str, kind: str) -> None:
        self._prefix, self._kind = prefix, kind

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return value_of(self._kind, f"{self._prefix}.{name}")

    def get(self, name: str, *_: Any, **__: Any) -> Any:
        return getattr(self, name)

    def __str__(self) -> str:
        return f"<{self._prefix}>"


class Variables(Named):
    """Variables some of which are known, as text or read as JSON."""

    def __init__(self, prefix: str, kind: str, known: Mapping[str, str], read: Callable[[str], Any]) -> None:
        super().__init__(prefix, kind)
        self._known, self._reader = known, read

    def __getattr__(self, name: str) -> Any:
        known = vars(self)["_known"]
        return self._reader(known[name]) if name in known else super().__getattr__(name)


def variables_of(known: Mapping[str, str], kind: str) -> dict[str, Any]:
    """`var` of a context: texts, and JSON of the occasion's kind."""
    return {"value": Variables("var", "text", known, str), "json": Variables("json", kind, known, json.loads)}


class Outputs:
    """Stands in for the store of outputs. `names` has the instances of each mapped task, by the ids that the
    definition gives them: what `list` returns for its index 1 is what `list__1` returns. A task of the DAG `dag_id`
    that is not among `tasks` has no output."""

    def __init__(self, kind: str, names: Mapping[str, Iterable[str]], dag_id: str, tasks: Iterable[str]) -> None:
        self.kind, self.dag_id, self.tasks = kind, dag_id, frozenset(tasks)
        self.names = {mapped: tuple(made) for mapped, made in names.items()}

    def is_mapped(self, task_id: str) -> bool:
        return task_id in self.names

    def of(self, task_id: str, key: str, dag_id: str) -> list[Any]:
        """One value for each instance of the task; None where it returned nothing."""
        if dag_id == self.dag_id and task_id not in self.tasks:
            return [None]
        return [value_of(self.kind, f"{dag_id}.{name}.{key}") for name in self.names.get(task_id, (task_id,))]

    def get_all(self, *, task_id: str, key: str, dag_id: str, **_: Any) -> list[Any] | None:
        found = [value for value in self.of(task_id, key, dag_id) if value is not None]
        return found or None

    def get_one(self, *, task_id: str, key: str, dag_id: str, map_index: int | None = None, **_: Any) -> Any:
        found = self.of(task_id, key, dag_id)
        index = map_index if self.is_mapped(task_id) and map_index is not None else 0
        return (
            found[index] if 0 <= index < len(found) and (self.is_mapped(task_id) or map_index in (None, -1)) else None
        )
