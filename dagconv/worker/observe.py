"""Notices what a DAG file asks of its surroundings while it is imported: environment, Variables, Connections."""

from __future__ import annotations

import os
import sys
from typing import Any

from dagconv.wire.reads import ALL
from dagconv.worker.compat.uses import USES
from dagconv.worker.noticed import OBSERVATIONS, shown
from dagconv.worker.reads import READS
from dagconv.worker.record import RECORDER, UnknownValueError
from dagconv.worker.supplied import INPUTS, Asked, AskedConnection, connection, variable


def install() -> None:
    """Hooks the ways in which a DAG file reads its environment's state. Runs once, before any fork."""
    RECORDER.report = OBSERVATIONS.report
    _watch_environment()
    _watch_variables()
    _watch_connections()
    _watch_database()
    _watch_configuration()


def _watch_environment() -> None:
    cls: Any = type(os.environ)
    original = cls.__getitem__

    # `in`, `get`, `pop`, iteration and `os.getenv` all end in `__getitem__`.
    def getitem(self: Any, key: Any) -> Any:
        READS.note("environment", os.fsdecode(key) if type(key) is bytes else key)
        file, default = _caller()
        if not RECORDER.is_user_file(file):
            return original(self, key)
        value = self._data.get(self.encodekey(key))
        if key in INPUTS.given.environment:
            USES.note("input-used", key, kind="environment variable", name=key)
        elif value is not None and self.decodevalue(value) != INPUTS.process.get(key):
            return original(self, key)  # the file has set it itself
        elif default is not None:
            OBSERVATIONS.report("environment-default-at-import", {"name": key})
            raise KeyError(key)  # this process may have one of the same name
        else:
            OBSERVATIONS.report("environment-read-at-import", {"name": key})
            if INPUTS.asking:
                return Asked(key)
            if value is None:
                raise UnknownValueError(key)  # which needs no second finding
        return original(self, key)

    cls.__getitem__ = getitem
    listed = cls.__iter__

    def iterate(self: Any) -> Any:
        READS.note("environment", ALL)
        return listed(self)

    cls.__iter__ = iterate


# What the methods that take a default call it.
_DEFAULTS = {"get": "default", "getenv": "default", "setdefault": "value"}


def _caller() -> tuple[str, Any]:
    """The file of the first frame outside `os` and `collections.abc`, through which the mapping's methods go, and the
    default that they were given."""
    frame = sys._getframe(2)
    default = None
    while frame.f_back is not None and frame.f_globals.get("__name__") in ("os", "_collections_abc", "collections.abc"):
        name = _DEFAULTS.get(frame.f_code.co_name)
        default = frame.f_locals.get(name, default) if name is not None else default
        frame = frame.f_back
    return frame.f_code.co_filename, default


def _watch_configuration() -> None:
    """`conf.get` and its relatives all end in `get`; this process has a configuration of its own."""
    from airflow.configuration import AirflowConfigParser

    original = AirflowConfigParser.get
    own = AirflowConfigParser.get.__code__.co_filename

    def get(self: Any, section: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename == own:
            frame = frame.f_back
        if not RECORDER.is_user_file(frame.f_code.co_filename):
            return original(self, section, key, *args, **kwargs)
        name = f"{shown(section)}.{shown(key)}".lower()
        READS.note("configuration", name)
        if name in INPUTS.given.configuration:
            USES.note("input-used", name, kind="option", name=name)
            return INPUTS.given.configuration[name]
        OBSERVATIONS.report("configuration-read-at-import", {"name": name})
        return original(self, section, key, *args, **kwargs)

    AirflowConfigParser.get = get


def _watch_variables() -> None:
    import airflow.models.variable
    import airflow.sdk.definitions.variable

    missing = object()

    def get(key: str, default: Any = missing, default_var: Any = missing, deserialize_json: bool = False) -> Any:
        READS.note("variables", key)
        if key in INPUTS.given.variables:
            USES.note("input-used", key, kind="Variable", name=key)
            return variable(key, deserialize_json)
        fallback = default if default is not missing else default_var
        if fallback is not missing and not _is_unset(fallback):
            OBSERVATIONS.report("variable-default-at-import", {"name": key})
            return fallback
        OBSERVATIONS.report("variable-read-at-import", {"name": key})
        if INPUTS.asking:
            return Asked(key)
        raise UnknownValueError(f"Variable {shown(key)} does not exist")

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

    class UnknownConnectionError(AirflowNotFoundException, UnknownValueError):  # type: ignore[misc]
        """As Airflow raises it."""

    def find(conn_id: str) -> Any:
        READS.note("connections", conn_id)
        if conn_id in INPUTS.given.connections:
            USES.note("input-used", conn_id, kind="Connection", name=conn_id)
            return connection(conn_id)
        OBSERVATIONS.report("connection-read-at-import", {"name": conn_id})
        if INPUTS.asking:
            return AskedConnection(conn_id)
        raise UnknownConnectionError(f"The conn_id `{shown(conn_id)}` isn't defined")

    def get(conn_id: str, *_: object, **__: object) -> Any:
        return find(conn_id)

    def get_of_class(_: type, /, conn_id: str, *__: object, **___: object) -> Any:
        return find(conn_id)

    airflow.models.connection.Connection.get_connection_from_secrets = staticmethod(get)
    airflow.sdk.definitions.connection.Connection.get = staticmethod(get)
    airflow.hooks.base.BaseHook.get_connection = classmethod(get_of_class)


def watch_files() -> None:
    """Notices files other than Python's that user code itself opens to read, in asking mode."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str) or arguments[0].endswith((".py", ".pyc")):
            return
        frame = sys._getframe(1)
        reads = arguments[1] in (None, "r", "rb", "rt")
        if reads and RECORDER.is_user_file(frame.f_code.co_filename):
            OBSERVATIONS.report("file-read-at-import", {"path": arguments[0]})

    sys.addaudithook(hook)


def _watch_database() -> None:
    from airflow import settings

    def session(*_: object, **__: object) -> Any:
        OBSERVATIONS.report("database-at-import", {})
        raise UnknownValueError("there is no metadata database")

    settings.Session = session
