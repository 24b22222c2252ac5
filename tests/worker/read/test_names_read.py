"""What code names of a task: the list of what Airflow asks is held against Airflow's own source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagconv.worker.read.names_read import ASKED_BY_AIRFLOW, names_read

pytestmark = pytest.mark.airflow

_TASKS = {"task", "operator", "op", "unmapped_task", "mapped_task", "original_task"}
_ASKING = {"getattr", "hasattr", "setattr"}
# Attributes of Python's module `operator`, and of classes.
_OF_OTHERS = {"attrgetter", "mul", "mro"}


def _last(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _asked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if _last(value) in _TASKS:
                yield name
            case ast.Call(func=ast.Name(id=called), args=[first, ast.Constant(value=str() as name), *_]):
                if called in _ASKING and _last(first) in _TASKS:
                    yield name


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Airflow's own imports, when it is the first to import
def test_what_airflow_asks_of_any_task_is_listed() -> None:
    import airflow
    from airflow.sdk import BaseOperator

    root = Path(airflow.__file__).parent
    files = [file for room in ("models", "sdk", "serialization", "ti_deps") for file in (root / room).rglob("*.py")]
    asked = {name for file in files for name in _asked(ast.parse(file.read_text()))}
    own = {name for owner in BaseOperator.__mro__ for name in vars(owner)} | vars(BaseOperator(task_id="any")).keys()
    known = names_read(BaseOperator) - ASKED_BY_AIRFLOW
    left = {name for name in asked - own - known - _OF_OTHERS if not name.startswith("_")}
    assert left == ASKED_BY_AIRFLOW
