"""Mutants of written packages: whatever is changed in a package, the proof that runs by default finds it.

Each mutant changes the files of a fixture's package after it was built and before it is read back.
"""

from __future__ import annotations

import ast
import datetime
import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dagconv import packing, pipeline
from dagconv.diagnostics.report import ProofStatus
from dagconv.discover.source import SourceFile
from dagconv.language.archive import PackageFile, write_archive
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, compiler

FIXTURES = Path(__file__).parents[2] / "fixtures" / "code"
CASES = (
    "statements_with_effect",
    "taskflow",
    "function",
    "nested_functions",
    "helper_modules",
    "closure_over_own_object",
    "partial",
    "arguments_of_python",
    "typed_outputs",
    "packaged_operators",
    "own_operators",
)
NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
ACCEPTED = frozenset({"typed-outputs", "packaged-operators"})
# Per case, spread over all kinds: some 300 with DAGCONV_TEST_FULL, by `make test-mutants`.
LIMIT = 40 if os.environ.get("DAGCONV_TEST_FULL") else 2

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]


def mutants(text: str) -> Iterator[tuple[str, str]]:
    """Texts with one thing changed, each with what that is."""
    tree = ast.parse(text)
    lines = text.split("\n")
    for node in tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        if not _is_text(node):
            dropped = "\n".join([*lines[:first], *lines[node.end_lineno or node.lineno :]])
            yield f"dropped: {lines[first]}", dropped
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not _is_docstring(tree, node):
            yield from _replaced(lines, node, _other(node.value))
        if isinstance(node, ast.Call) and len(node.args) > 1 and not isinstance(node.args[0], ast.Starred):
            swapped = [node.args[1], node.args[0], *node.args[2:]]
            if ast.dump(swapped[0]) != ast.dump(node.args[0]):
                yield from _replaced(lines, node, ast.unparse(ast.Call(node.func, swapped, node.keywords)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_push_each":
            yield from _replaced(lines, node, ast.unparse(node.args[0]))
        if isinstance(node, ast.ImportFrom) and node.module and node.names[0].asname:
            yield f"module of {node.names[0].asname}", text.replace(f"from {node.module} import", "from json import", 1)
    yield "an extra DAG", text + "\nfrom airflow.sdk import DAG as _DAG\n_DAG('other', schedule=None)\n"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_docstring(tree: ast.Module, node: ast.Constant) -> bool:
    return any(isinstance(one, ast.Expr) and one.value is node for one in ast.walk(tree))


def _other(value: object) -> str:
    match value:
        case bool():
            return repr(not value)
        case int() | float():
            return repr(value + 1)
        case str():
            return repr(value + "x")
    return "0"


def _replaced(lines: list[str], node: ast.expr, new: str) -> Iterator[tuple[str, str]]:
    if node.lineno != node.end_lineno or not lines[node.lineno - 1].isascii():
        return
    line = lines[node.lineno - 1]
    if re.match(r"\s*f?[\"']", line[node.col_offset :]) is None and line[node.col_offset - 1 : node.col_offset] in (
        "{",
        "f",
    ):
        return  # inside an f-string
    changed = line[: node.col_offset] + new + line[node.end_col_offset :]
    if changed != line:
        yield (
            f"{line.strip()} -> {changed.strip()}",
            "\n".join([*lines[: node.lineno - 1], changed, *lines[node.lineno :]]),
        )


def compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@pytest.fixture(scope="module")
def running():
    options = CompileOptions(Options(now=NOW, code_package=True, accept=ACCEPTED))
    with compiler(options) as shared:
        yield shared


@pytest.mark.parametrize("case", CASES)
def test_every_mutant_of_a_package_is_found(case, running, monkeypatch):
    source = SourceFile(str(FIXTURES / case / "dag.py"), str(FIXTURES / case), explicit=True)
    built = {}

    def keep(lowering, *rest):
        package = packing.pack(lowering, *rest)
        built.setdefault(lowering.workflow.dag_id, package)
        return built[lowering.workflow.dag_id]

    monkeypatch.setattr(pipeline, "pack", keep)
    (report,) = running.convert((source,)).report.files
    assert {dag.proof.status for dag in report.dags} == {ProofStatus.EQUAL}

    dag_id, whole = next(iter(built.items()))
    found = [
        (path, what, text)
        for path, file in whole.files.items()
        for what, text in mutants(file.content.decode())
        if compiles(text)
    ]
    random.Random(case).shuffle(found)
    survivors = []
    for path, what, text in found[:LIMIT]:
        files = {**whole.files, path: PackageFile(path, text.encode())}
        built[dag_id] = replace(whole, files=files, content=write_archive(files))
        (report,) = running.convert((source,)).report.files
        if all(dag.proof.status is ProofStatus.EQUAL for dag in report.dags):
            survivors.append(f"{path}: {what}")
    assert len(found) >= 5
    assert not survivors, "\n".join(survivors)
