"""`operators`: searches the operator classes that a definition may name, and shows the arguments of one."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any

import click

from dagconv.catalog.operators import OperatorClass, Operators, Parameter, load_operators
from dagconv.ir import codec
from dagconv.ir.task import MISSING

_EPILOG = """\b
Examples:
  dag-converter operators athena
  dag-converter operators S3ListOperator
  dag-converter operators --format json glue

\b
Exit codes: 0 found, 1 nothing found."""

_SHARED = ("task", "sensor", "aws")  # levels of arguments that many classes have in common


@click.command(epilog=_EPILOG, short_help="Search the operator classes and their arguments.")
@click.argument("words", nargs=-1, metavar="WORD...")
@click.option("--all-arguments", is_flag=True, help="Show the arguments that every task has, too.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(words: tuple[str, ...], all_arguments: bool, form: str) -> int:
    """List the classes whose path holds every WORD; when one is left, show its arguments."""
    operators = load_operators()
    paths = _matching(operators, words)
    if not paths:
        names = {path.rsplit(".", 1)[-1] for path in operators.paths()}
        near = difflib.get_close_matches(words[-1], sorted(names), 3)
        click.echo(f"No class with {' and '.join(words)}" + (f"; like it: {', '.join(near)}" if near else ""), err=True)
        return 1
    if form == "json":
        click.echo(json.dumps([_members(found) for found in _found(operators, paths)], indent=2))
    elif len(paths) == 1:
        for found in _found(operators, paths):
            click.echo("\n".join(_description(found, all_arguments)))
    else:
        for path in paths:
            status = operators.status(path)
            click.echo(f"{path}  {status.value if status else ''}")
    return 0


def _matching(operators: Operators, words: tuple[str, ...]) -> list[str]:
    """Paths that hold all words; a word that is a whole class name leaves only the classes of that name."""
    paths = [path for path in operators.paths() if all(word.lower() in path.lower() for word in words)]
    exact = [path for path in paths if path in words or path.rsplit(".", 1)[-1] in words]
    return exact or paths


def _found(operators: Operators, paths: Iterable[str]) -> Iterable[OperatorClass]:
    return (found for found in map(operators.find, paths) if found is not None)


def _description(found: OperatorClass, all_arguments: bool) -> list[str]:
    lines = [found.path, f"  {found.status.value}" + (f"; {found.note}" if found.note else "")]
    if found.needs_code:
        lines.append(f"  needs a code package ({found.needs_code})")
    lines += [f"  at most one of: {', '.join(group)}" for group in found.exclusive]
    shown = [p for p in found.parameters.values() if all_arguments or p.level not in _SHARED]
    lines += ["", "Arguments:"] if shown else []
    for parameter in sorted(shown, key=lambda p: (not p.required, p.name)):
        lines.append(f"  {parameter.name}: {_type(parameter)}{_marks(parameter)}")
        if parameter.summary:
            lines.append(f"      {parameter.summary}")
    if not all_arguments and len(shown) < len(found.parameters):
        lines += ["", f"and {len(found.parameters) - len(shown)} that every task has (--all-arguments)"]
    return lines


def _type(parameter: Parameter) -> str:
    if parameter.choices:
        return " | ".join(json.dumps(_plain(choice)) for choice in parameter.choices)
    return " | ".join(parameter.types)


def _marks(parameter: Parameter) -> str:
    marks = []
    if parameter.required:
        marks.append("required")
    elif parameter.needed_at_run:
        marks.append(f"needed at run: {parameter.needed_at_run}")
    elif parameter.default is not MISSING:
        marks.append(f"default {json.dumps(_plain(parameter.default))}")
    if parameter.templated:
        marks.append("templated")
    return f"  ({', '.join(marks)})" if marks else ""


def _members(found: OperatorClass) -> dict[str, Any]:
    return {
        "path": found.path,
        "status": found.status.value,
        "service": found.service,
        "sensor": found.sensor,
        "note": found.note,
        "needs_code": found.needs_code,
        "exclusive": [list(group) for group in found.exclusive],
        "arguments": {
            name: {
                "types": list(parameter.types),
                "required": parameter.required,
                "needed_at_run": parameter.needed_at_run,
                "templated": parameter.templated,
                "choices": [_plain(choice) for choice in parameter.choices],
                **({} if parameter.default is MISSING else {"default": _plain(parameter.default)}),
                "summary": parameter.summary,
            }
            for name, parameter in found.parameters.items()
        },
    }


def _plain(value: Any) -> Any:
    """A value as JSON shows it; durations and dates in the codec's own form."""
    return value if value is None or isinstance(value, str | int | float | bool) else codec.encode(value)
