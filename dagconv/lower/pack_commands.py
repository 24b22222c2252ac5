"""Judges the shell commands that a code package may carry: what they name must be on the service's worker too.

An inline command needs no package. Files below the DAGs folder of MWAA are packaged, since the service extracts a
package to that same folder (contract 3.2).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dagconv.catalog.files import read_schema
from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.task import Task
from dagconv.ir.value import MapValue, TemplateFileValue, Value
from dagconv.lower.carry_code import BASH
from dagconv.lower.lowering import Fate, Lowering, given

FOLDER = "/usr/local/airflow/dags/"

PATH = Rule(
    code="DC526",
    slug="command-names-foreign-path",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A shell command names a path that the service's worker does not have.",
    message="{key} names {value}, a path of the source's machine that no code package reaches",
    help="keep the file below the DAGs folder and name it by /usr/local/airflow/dags/..., or read it from S3",
    why="A package is extracted to /usr/local/airflow/dags. Nothing else of the source's machine is on the worker.",
    example="BashOperator(task_id='run', bash_command='/srv/jobs/run.sh ')",
    fix="BashOperator(task_id='run', bash_command='/usr/local/airflow/dags/run.sh ')",
    source=(ContractRule(50), Section("3.2"), Section("3.3")),
)
PROGRAM = Rule(
    code="DC527",
    slug="command-calls-program",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A shell command calls a program that the service's worker is not known to have.",
    message="{key} calls {value}, which the service's worker is not known to have",
    help="call the AWS service by its operator; what the worker has besides Bash and Python is not documented",
    why="The worker is a container of the service. Its programs are neither listed nor to be added to.",
    example="BashOperator(task_id='list', bash_command='aws s3 ls')",
    fix="S3ListOperator(task_id='list', bucket='b')",
    source=(Section("3.3"),),
)
ARGUMENT = Rule(
    code="DC528",
    slug="command-with-code",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A shell command has a working directory of the source's, or code for its output.",
    message="{key}={value} has no equal on the service",
    help="{advice}",
    why="The worker has none of the source's folders, and a definition holds no functions.",
    example="BashOperator(task_id='run', bash_command='make', cwd='/srv/jobs')",
    fix="BashOperator(task_id='run', bash_command='cd /tmp && make')",
    source=(ContractRule(50), Section("3.2")),
)
_OF_SOURCE = re.compile(
    r"(?<![\w/.:}$-])(?:/(?:usr/local/airflow|opt|home|root|mnt|srv|data|app|Users)|~)/[^\s\"'`;|&<>()]*"
)
_STARTS = re.compile(r"(?:^|[;\n|&(`]|\$\(|\b(?:do|then|else|if|while|until|time|exec|env|xargs|!)\s)\s*")
_WORD = re.compile(r"(?:\w+=(?:\"[^\"]*\"|'[^']*'|\S*)\s+)*([A-Za-z0-9_./~-]+)")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#[^\n]*|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@functools.cache
def known_programs() -> frozenset[str]:
    """What a command may call without a warning (schemas/programs.json)."""
    return frozenset(read_schema("programs.json")["programs"])


def pack_commands(lowering: Lowering) -> None:
    if lowering.code is None:
        return
    for task in lowering.tasks:
        if task.operator.path == BASH and lowering.fates.get(task.task_id) is Fate.CARRIED:
            _judge(lowering, task)


def _judge(lowering: Lowering, task: Task) -> None:
    for name, advice in (
        ("cwd", "begin the command by cd to a folder that the worker has"),
        ("output_processor", "let the command print what is to be kept"),
    ):
        argument = given(task, name)
        if argument is not None and argument.value is not None:
            value = argument.value if isinstance(argument.value, str) else "a function"
            lowering.report(ARGUMENT, task.task_id, name, value=value, advice=advice)
            lowering.fates[task.task_id] = Fate.REFUSED
    for key, text in _texts(task):
        for path in dict.fromkeys(_OF_SOURCE.findall(text)):
            relative = _packaged(path)
            if relative is None:
                lowering.report(PATH, task.task_id, key, value=path)
            else:
                lowering.scripts.add(relative)
        if key == "bash_command":
            for program in sorted(set(_programs(text)) - known_programs()):
                lowering.report(PROGRAM, task.task_id, key, value=program)


def _texts(task: Task) -> Iterator[tuple[str, str]]:
    command, env = task.argument("bash_command"), task.argument("env")
    values: list[tuple[str, Value]] = [("bash_command", command.value if command else None)]
    if env is not None and isinstance(env.value, MapValue):
        values += [("env", value) for _, value in env.value.entries]
    for key, value in values:
        if isinstance(value, str | TemplateFileValue):
            yield key, value if isinstance(value, str) else value.text


def _packaged(path: str) -> str | None:
    """The path in the package of a file below the DAGs folder; None of one that no package reaches."""
    inside = path.removeprefix(FOLDER)
    plain = inside != path and inside and not any(sign in inside for sign in "${}*?[~") and ".." not in inside
    return str(PurePosixPath(inside)) if plain else None


def _programs(text: str) -> Iterator[str]:
    """Names of programs that begin commands; what stands in quotes, templates and comments is none."""
    bare = _QUOTED.sub("''", text)
    for start in _STARTS.finditer(bare):
        word = _WORD.match(bare, start.end())
        if word and not word[1].isdigit() and "=" not in word[1]:
            name = PurePosixPath(word[1]).name
            if name and not name.startswith("-") and "." not in name:
                yield name
