"""Notices what a DAG file asks of its surroundings while it is imported: environment, Variables, Connections."""

from __future__ import annotations

import os
import sys
from typing import Any

from dagconv.worker.record import RECORDER


class Observations:
    """What this process has noticed, by slug and parameters, each at the place of the innermost user frame."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self._busy = False

    def report(self, slug: str, params: dict[str, Any]) -> None:
        if self._busy:  # reporting itself may open files
            return
        self._busy = True
        try:
            position = RECORDER.position()
            entry = {
                "slug": slug,
                "params": {name: str(value)[:500] for name, value in params.items()},
                "file": position.code.co_filename if position else None,
                "line": position.line if position else None,
            }
            if entry not in self.found:
                self.found.append(entry)
        finally:
            self._busy = False


OBSERVATIONS = Observations()


def install() -> None:
    """Hooks the three ways in which a DAG file reads its environment's state. Runs once, before any fork."""
    _watch_environment()
    _watch_variables()
    _watch_connections()


def _watch_environment() -> None:
    cls: Any = type(os.environ)
    original = cls.__getitem__

    # `in`, `get`, `pop`, iteration and `os.getenv` all end in `__getitem__`.
    def getitem(self: Any, key: Any) -> Any:
        if RECORDER.is_user_file(_caller()):
            OBSERVATIONS.report("environment-read-at-import", {"name": key})
        return original(self, key)

    cls.__getitem__ = getitem


def _caller() -> str:
    """The file of the first frame outside `os` and `collections.abc`, through which the mapping's methods go."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__") in ("os", "_collections_abc", "collections.abc"):
        frame = frame.f_back
    return frame.f_code.co_filename


def _watch_variables() -> None:
    import airflow.models.variable
    import airflow.sdk.definitions.variable

    missing = object()

    def get(key: str, default: Any = missing, default_var: Any = missing, deserialize_json: bool = False) -> Any:
        del deserialize_json
        fallback = default if default is not missing else default_var
        if fallback is not missing and not _is_unset(fallback):
            OBSERVATIONS.report("variable-default-at-import", {"name": key})
            return fallback
        OBSERVATIONS.report("variable-read-at-import", {"name": key})
        raise KeyError(f"Variable {key} does not exist")

    for cls in (airflow.models.variable.Variable, airflow.sdk.definitions.variable.Variable):
        cls.get = staticmethod(get)


def _is_unset(value: object) -> bool:
    from airflow.sdk.definitions._internal.types import ArgNotSet

    return isinstance(value, ArgNotSet)


def _watch_connections() -> None:
    import airflow.hooks.base
    import airflow.models.connection
    import airflow.sdk.definitions.connection
    from airflow.exceptions import AirflowNotFoundException

    def missing(conn_id: str) -> Any:
        OBSERVATIONS.report("connection-read-at-import", {"name": conn_id})
        raise AirflowNotFoundException(f"The conn_id `{conn_id}` isn't defined")

    def get(conn_id: str, *_: object, **__: object) -> Any:
        return missing(conn_id)

    def get_of_class(_: type, /, conn_id: str, *__: object, **___: object) -> Any:
        return missing(conn_id)

    airflow.models.connection.Connection.get_connection_from_secrets = staticmethod(get)
    airflow.sdk.definitions.connection.Connection.get = staticmethod(get)
    airflow.hooks.base.BaseHook.get_connection = classmethod(get_of_class)
