"""Converts one task per operator class and argument, and compares what became of it with fixtures/matrix/expected.json.

`make matrix` runs all classes; the tests run a fixed sample. Expected outcomes and odd values are data in that file.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dagconv.catalog.operators import OperatorClass, Parameter, Status, load_operators
from dagconv.diagnostics import Diagnostic, Effect
from dagconv.diagnostics.report import FileReport, FileStatus, ProofStatus
from dagconv.discover.source import SourceFile
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, Compiler, compiler
from dagconv.wire.limits import Limits

EXPECTED = Path(__file__).resolve().parent.parent / "fixtures" / "matrix" / "expected.json"
NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
STATUSES = (Status.CONFIRMED, Status.CONFIRMED_BY_USE, Status.LIKELY)
# What the service would take instead, were it left out.
DEFAULT_ARGS = "{'retries': 0, 'execution_timeout': datetime.timedelta(minutes=30)}"
HEAD = """\
import datetime
from airflow.sdk import DAG
{imports}

def a_function(*args, **kwargs):
    return True

"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One cell: a class and one argument given besides the required ones; `*` is the largest set that it takes,
    `-` the required ones alone. `given` are Python expressions by argument; `outcome` as in the data file."""

    path: str
    argument: str
    given: tuple[tuple[str, str], ...]
    outcome: str

    @property
    def task_id(self) -> str:
        return {"-": "required", "*": "largest"}.get(self.argument, f"with_{self.argument}")

    @property
    def refused(self) -> bool:
        return self.outcome.startswith("refused")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a pair; `detail` says more where that is not what was expected."""

    pair: Pair
    outcome: str
    detail: str = ""

    @property
    def as_expected(self) -> bool:
        return self.outcome == self.pair.outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("classes", nargs="*", help="names of classes; all without")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write every result there")
    arguments = parser.parse_args()
    results = run(pairs_of_classes(arguments.classes), arguments.jobs)
    if arguments.json:
        rows = [[r.pair.path, r.pair.argument, r.outcome, r.detail] for r in results]
        arguments.json.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    unexpected = [result for result in results if not result.as_expected]
    for result in unexpected:
        pair = result.pair
        print(f"{pair.path} {pair.argument}: {result.outcome}, expected {pair.outcome}; {result.detail}")
    print(figures(results))
    return 1 if unexpected else 0


def figures(results: Sequence[Result]) -> str:
    """The counts that are published."""
    counts = collections.Counter(result.outcome.split(" ")[0] for result in results)
    classes = len({result.pair.path for result in results})
    singles = sum(1 for result in results if result.pair.argument not in "-*")
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    return f"{classes} classes, {singles} class-argument pairs, {len(results)} tasks: {told}"


def classes(names: Sequence[str] = ()) -> Iterator[OperatorClass]:
    """The classes of the matrix, by name if names are given; second paths to one class are left out."""
    operators = load_operators()
    for path in operators.paths():
        if operators.status(path) in STATUSES and (not names or path.rsplit(".", 1)[-1] in names):
            found = operators.find(path)
            if found is not None and not found.defined_at:
                yield found


def expectations() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(EXPECTED.read_bytes())
    return data


def pairs_of_classes(names: Sequence[str] = ()) -> list[list[Pair]]:
    expected = expectations()
    return [list(pairs(operator, expected)) for operator in classes(names)]


def pairs(operator: OperatorClass, expected: dict[str, Any]) -> Iterator[Pair]:
    """All cells of a class."""

    def look_up(group: str, argument: str) -> str | None:
        found: dict[str, str] = expected[group]
        return found.get(f"{operator.name}.{argument}", found.get(argument))

    def value(argument: str) -> str:
        return look_up("values", argument) or expression(operator.parameters[argument])

    base = {name: value(name) for name in operator.required}
    for group in operator.one_of:
        if not group.at_run and not base.keys() & set(group.arguments):
            base[group.arguments[0]] = value(group.arguments[0])
    if operator.sensor:
        base["timeout"] = "600.0"  # the default of seven days is lowered, which is not what is tried here
    required = look_up("outcomes", "-")
    refused = required if required and required.startswith("refused") else None
    for name in operator.required:
        refused = refused or outcome_of_kind(operator.parameters[name], expected)
    whole = refused or look_up("outcomes", "*") or "equal"
    yield Pair(operator.path, "-", tuple(base.items()), look_up("outcomes", "-") or whole)
    largest = dict(base)
    for name, parameter in operator.parameters.items():
        if parameter.level == "task" or name in operator.required or not may_differ(parameter):
            continue
        outcome = refused or look_up("outcomes", name) or outcome_of_kind(parameter, expected) or whole
        given = without_rivals({**base, name: value(name)}, name, operator)
        yield Pair(operator.path, name, tuple(given.items()), outcome)
        rivals = {other for group in operator.exclusive if name in group for other in group} - {name}
        if outcome == "equal" and not rivals & largest.keys() and name not in expected["alone"]:
            largest[name] = value(name)
    yield Pair(operator.path, "*", tuple(largest.items()), whole)


def may_differ(parameter: Parameter) -> bool:
    """Whether the class takes any value but the default."""
    return parameter.types != ("null",) and parameter.choices != (parameter.default,)


def outcome_of_kind(parameter: Parameter, expected: dict[str, Any]) -> str | None:
    """The outcome of an argument of which no type has a form in YAML."""
    kinds = [kind for kind in parameter.types if kind != "null"]
    found: str | None = expected["kinds"].get(kinds[0]) if set(kinds) <= expected["kinds"].keys() and kinds else None
    return found


def without_rivals(given: dict[str, str], name: str, operator: OperatorClass) -> dict[str, str]:
    rivals = {other for group in operator.exclusive if name in group for other in group} - {name}
    return {key: text for key, text in given.items() if key not in rivals}


def expression(parameter: Parameter) -> str:
    """A plausible value as Python source, another than the default."""
    default = parameter.default
    for choice in parameter.choices:
        if choice != default and choice is not None:
            return repr(choice)
    for kind in parameter.types:
        match kind:
            case "string":
                return repr(f"a {parameter.name.replace('_', ' ')}")
            case "boolean":
                return repr(default is not True)
            case "integer":
                return repr(default + 1 if isinstance(default, int) else 7)
            case "number" if parameter.name == "timeout":
                return "700.0"  # a sensor's default and more would be lowered
            case "number":
                return repr(default + 1 if isinstance(default, (int, float)) else 7.5)
            case "array":
                return "['a', 'b']"
            case "object":
                return "{'Key': 'value', 'List': [1, 2]}"
            case "timedelta":
                return "datetime.timedelta(minutes=3)"
            case "datetime":
                return "datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)"
            case "callable":
                return "a_function"
            case "instance" | "any":
                return "object()"
            case _:
                continue
    raise SystemExit(f"no value for {parameter.name} {parameter.types}")


def source(dag_id: str, row: Sequence[Pair]) -> str:
    """A DAG file with one task per pair of a class."""
    module, name = row[0].path.rsplit(".", 1)
    tasks = "\n".join(
        f"    {name}(task_id={pair.task_id!r}{''.join(f', {key}={value}' for key, value in pair.given)})"
        for pair in row
    )
    imports = f"from {module} import {name}\n"
    if "k8s." in tasks:
        imports += "from kubernetes.client import models as k8s\n"
    return f"{HEAD.format(imports=imports)}with DAG({dag_id!r}, schedule=None, default_args={DEFAULT_ARGS}):\n{tasks}\n"


def run(matrix: Sequence[Sequence[Pair]], jobs: int = 2) -> list[Result]:
    """Converts all pairs: those of a class that are not refused in one DAG, and each by itself where that fails."""
    options = CompileOptions(Options(now=NOW), jobs=jobs, limits=Limits(timeout=120))
    with tempfile.TemporaryDirectory() as folder, compiler(options) as running:
        together = convert(running, Path(folder), [(_name(row[0].path), _written(row)) for row in matrix])
        done = {result.pair for result in together}
        left = [pair for row in matrix for pair in row if pair not in done]
        apart = convert(running, Path(folder), [(f"{_name(pair.path)}.{pair.task_id}", [pair]) for pair in left])
    found = {result.pair: result for result in (*together, *apart)}
    return [found[pair] for row in matrix for pair in row]


Group = tuple[str, Sequence[Pair]]


def _name(path: str) -> str:
    return path.rsplit(".", 1)[-1]


def _written(row: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in row if not pair.refused]


def convert(running: Compiler, folder: Path, groups: Sequence[Group]) -> list[Result]:
    """Results of one DAG file per group; a group of several pairs that is not written as a whole gives none."""
    groups = [group for group in groups if group[1]]
    written: list[SourceFile] = []
    for dag_id, row in groups:
        path = folder / f"{dag_id.replace('.', '_')}.py"
        path.write_text(source(dag_id, row), encoding="utf-8")
        written.append(SourceFile(str(path), str(folder), explicit=True, imports=(row[0].path.rsplit(".", 1)[0],)))
    converted = running.convert(written)
    texts = {definition.dag_id: definition.text for definition in converted.definitions}
    results: list[Result] = []
    for group, report in zip(groups, converted.report.files, strict=True):
        results += judge_group(group, report, texts.get(group[0]))
    return results


def judge_group(group: Group, report: FileReport, text: str | None) -> Iterator[Result]:
    dag_id, row = group
    proved = any(dag.dag_id == dag_id and dag.proof.status is ProofStatus.EQUAL for dag in report.dags)
    tasks = yaml.safe_load(text)[dag_id]["tasks"] if text and proved else None
    if tasks is None and len(row) > 1:
        return
    for pair in row:
        found = [d for d in report.diagnostics if d.task_id in (pair.task_id, None)]
        yield judge(pair, found, tasks[pair.task_id] if tasks else None, report.status)


def judge(pair: Pair, found: Sequence[Diagnostic], task: dict[str, Any] | None, status: FileStatus) -> Result:
    """The outcome of one pair from the findings about its task and from what was written for it."""
    about = [d for d in found if d.key == pair.argument or pair.argument in "-*" or d.effect is Effect.REFUSED]
    said = "; ".join(f"{d.code} {d.message}" for d in found)
    refused = sorted({d.code for d in about if d.effect is Effect.REFUSED})
    if task is None:
        outcome = f"refused {','.join(refused)}" if refused else f"{status.value}"
        return Result(pair, outcome, said)
    changed = sorted({d.code for d in about if d.effect in (Effect.DROPPED, Effect.CHANGED)})
    if changed:
        return Result(pair, f"declared {','.join(changed)}", said)
    missing = [name for name, _ in pair.given if name not in task]
    return Result(pair, f"lost {','.join(missing)}" if missing else "equal", said)


if __name__ == "__main__":
    sys.exit(main())
