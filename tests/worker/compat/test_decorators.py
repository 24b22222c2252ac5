"""Each decorator of Airflow is carried, or its task refused by name: the case `code/decorators` has them all."""

from __future__ import annotations

import ast
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest
from cases import FIXTURES

from dagconv.catalog.foreign_tasks import foreign_tasks

CASE = FIXTURES / "code" / "decorators"
# Refused by a rule of its own: its function gives a command to a shell, and is no callable of the task.
ELSEWHERE = {"bash"}


def used() -> dict[str, str]:
    """Function -> decorator, as the case's file has them."""
    functions = (
        node for node in ast.walk(ast.parse((CASE / "dag.py").read_text())) if isinstance(node, ast.FunctionDef)
    )
    return {
        function.name: ast.unparse(function.decorator_list[0]).partition("(")[0].removeprefix("task").lstrip(".")
        for function in functions
    }


def installed() -> Path:
    """The folder of Airflow's code, without importing it."""
    spec = find_spec("airflow")
    assert spec is not None
    (folder,) = spec.submodule_search_locations or ()
    return Path(folder)


def in_stub() -> set[str]:
    """What Airflow's own stub of `task` declares."""
    tree = ast.parse((installed() / "sdk/definitions/decorators/__init__.pyi").read_text())
    (collection,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "TaskDecoratorCollection")
    return {node.name for node in collection.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"}


def registered() -> set[str]:
    """What the installed providers register."""
    infos = (point.load()() for point in entry_points(group="apache_airflow_provider"))
    return {row["name"] for info in infos for row in info.get("task-decorators", ())}


@pytest.mark.airflow
def test_the_case_has_every_decorator_of_airflow() -> None:
    assert in_stub() | registered() <= set(used().values()) | ELSEWHERE
    assert {"docker", "virtualenv", "run_if"} <= in_stub()
    assert {"stub", "sql"} <= registered()


def test_the_case_has_every_decorator_of_the_table() -> None:
    assert {name for row in foreign_tasks().values() for name in row.decorators} <= set(used().values())


def test_classes_of_the_table_are_those_of_the_providers_that_are_there() -> None:
    for path in (path for path, row in foreign_tasks().items() if not row.lent):
        module, _, name = path.removeprefix("airflow.").rpartition(".")
        tree = ast.parse((installed() / (module.replace(".", "/") + ".py")).read_text())
        assert name in {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def test_each_task_of_the_case_is_told_what_becomes_of_it() -> None:
    text = (CASE / "want.diag.txt").read_text()
    told = {line.split(" is called")[0].rpartition(".")[2] for line in text.splitlines() if " DC510 " in line}
    assert told == {"plain", "python", "branch", "short_circuit", "sensor", "run_if", "skip_if"}
    assert text.count(" DC551 error ") == len(used()) - len(told)
    assert text.count(" DC400 error ") == 2  # the condition of run_if and skip_if
