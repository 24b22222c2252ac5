"""Starts the service's engine in this process: Airflow as a library, without database, plugins or log files."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.metadata
import logging
import os
import signal
import sys
import types
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ENGINE_PACKAGES = ("apache-airflow", "apache-airflow-providers-amazon", "dag-factory")


def configure(home: Path) -> None:
    """Sets the environment that Airflow reads while it is imported. `home` is a private, empty folder."""
    os.environ.update(
        AIRFLOW_HOME=str(home),
        AIRFLOW_CONFIG=str(home / "airflow.cfg"),
        AIRFLOW__CORE__DAGS_FOLDER=str(home / "dags"),
        AIRFLOW__CORE__PLUGINS_FOLDER=str(home / "plugins"),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__UNIT_TEST_MODE="False",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="sqlite://",
        AIRFLOW__LOGGING__BASE_LOG_FOLDER=str(home / "logs"),
        AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
        # The child's own wall clock is the limit; Airflow's would hide where the file hangs.
        AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT="0",
        _AIRFLOW__AS_LIBRARY="1",
    )
    (home / "dags").mkdir(exist_ok=True)
    (home / "plugins").mkdir(exist_ok=True)


def start() -> dict[str, str]:
    """Imports Airflow and dag-factory and returns the versions of the engine's packages."""
    _stand_in_for_db_manager()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)

    from dagconv.worker import compat, observe, record

    record.install()
    from airflow import settings

    settings.configure_policy_plugin_manager()
    record.install_dags()
    observe.install()
    _leave_crashes_alone()
    _hash_dags_by_id()
    compat.install()
    _import_time_machine()
    # Imported before the fork, so that no child pays for them.
    for name in (
        "airflow.serialization.serialized_objects",
        "airflow.providers.standard.operators.empty",
        "dagfactory",
    ):
        importlib.import_module(name)
    return {name: importlib.metadata.version(name) for name in ENGINE_PACKAGES}


def _import_time_machine() -> None:
    """Every second load needs it; it imports pytest where that is installed, which takes four times as long."""
    sys.modules["pytest"] = None  # type: ignore[assignment]
    try:
        importlib.import_module("time_machine")
    finally:
        del sys.modules["pytest"]


def _leave_crashes_alone() -> None:
    """DagBag handles SIGSEGV in Python, by which a crash becomes an endless loop and its place is lost."""
    from airflow.models import dagbag

    def register(number: int, _: object) -> None:
        if number != signal.SIGSEGV:
            raise ValueError("dagconv expects DagBag to handle SIGSEGV alone")

    dagbag.signal = types.SimpleNamespace(signal=register, SIGSEGV=signal.SIGSEGV)


def _hash_dags_by_id() -> None:
    """DAG hashes all of its task ids, at every `>>`: minutes for some thousand tasks. Equal DAGs have one id anyway."""
    import airflow.models.dag
    import airflow.sdk.definitions.dag

    def by_id(self: Any) -> int:
        return hash(self.dag_id)

    for cls in (airflow.sdk.definitions.dag.DAG, airflow.models.dag.DAG):
        cls.__hash__ = by_id


def preload(modules: Iterable[str]) -> None:
    """Imports Amazon provider modules that files of this batch name, once for all children."""
    for name in modules:
        # The file that names a broken module will say what is wrong, at its line.
        if name.startswith("airflow.providers.amazon."):
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _nothing() -> None:
    pass


def prepare_runs(*, needed: bool) -> None:
    """Imports what builds the context of a run, once; only where it is needed, since most batches never do."""
    name = "airflow.sdk.execution_time.task_runner"
    if not needed or name in sys.modules:
        return
    importlib.import_module(name)
    # Contexts take macros of plugins in; there are none here.
    from airflow import plugins_manager

    plugins_manager.integrate_macros_plugins = _nothing
    # What stands now is shared with every child; the collector must not touch, and so copy, its pages.
    gc.freeze()


def _stand_in_for_db_manager() -> None:
    """`airflow.utils.db_manager` pulls in FastAPI and Flask, half of a cold load, to migrate a database.

    The worker has none.
    """
    module = types.ModuleType("airflow.utils.db_manager")
    for name in ("BaseDBManager", "RunDBManager"):
        setattr(module, name, type(name, (), {}))
    sys.modules[module.__name__] = module
