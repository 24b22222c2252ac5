"""Which Airflow the DAGs of a root were written for: one root, one answer, whichever of its files a call names.

Said by what pins Airflow beside the DAGs, else by what all files of the root import and say: an import that only one
release has, arguments that others refuse. Files are read as text and never run.
"""

from __future__ import annotations

import ast
import configparser
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dagconv.discover.ignore import IgnoreSyntax
from dagconv.discover.source import SourceFile, SourceKind
from dagconv.discover.walk import discover
from dagconv.ir.source_airflow import SourceAirflow

# What belongs to an environment stands beside its DAGs or one folder above.
_REQUIREMENTS = ("requirements.txt", "constraints.txt", "Dockerfile")
_MARKS = ("dagconv.toml", ".airflowignore", "airflow.cfg", "requirements.txt", "constraints.txt")
_PINS = (
    re.compile(r"^\s*apache[-_.]airflow(?:\[[^\]]*\])?\s*(?:==|~=|>=|===)\s*v?(\d+)\.(\d+)", re.IGNORECASE),
    re.compile(r"constraints-(\d+)\.(\d+)"),
    re.compile(r"^\s*FROM\s+\S*airflow:(?:\w+-)?(\d+)\.(\d+)", re.IGNORECASE),
)
_MENTION = re.compile(r"^\s*(?:from|import)\s+airflow\b|\bschedule_interval\s*=", re.MULTILINE)
_OF_1_10 = ("_operator", "_hook", "_sensor", "_operators", "_hooks", "_sensors")
# Modules that 1.10 did not have. Airflow 3 still has some of them, so that they tell 2 from 1.10 and nothing else.
_SINCE_2 = re.compile(
    r"airflow\.(providers|decorators|datasets|timetables|utils\.task_group|models\.(param|taskmixin)"
    r"|operators\.(python|bash|empty|email|trigger_dagrun|datetime|weekday)|sensors\.(python|bash|external_task))\b"
)
_OLD, _NOT_1_10 = "1.10 or 2", "2 or 3"


def dags_root(source_root: Path) -> Path:
    """What DAGs of one environment share: the nearest `dags`, else a folder that marks itself, else the source's."""
    folders = (source_root, *source_root.parents)
    named = next((folder for folder in folders if folder.name == "dags"), None)
    return named or next(filter(_is_marked, folders), source_root)


def _is_marked(folder: Path) -> bool:
    """By a file of an environment; a Dockerfile that pins no Airflow belongs to something else."""
    image = _lines(folder / "Dockerfile")
    return any((folder / mark).is_file() for mark in _MARKS) or any(p.search(line) for line in image for p in _PINS)


def source_airflows(files: Sequence[SourceFile], said: str | None) -> dict[str, SourceAirflow]:
    """The answer by source root; what the user has `said` about all is not looked for."""
    found = {root: dags_root(Path(root).absolute()) for root in {file.root for file in files}}
    answers = {folder: SourceAirflow(said) if said else source_airflow(folder) for folder in set(found.values())}
    return {root: answers[folder] for root, folder in found.items()}


def source_airflow(root: Path) -> SourceAirflow:
    """The answer for a DAG root, an absolute path."""
    pinned = dict(reversed(list(_pinned(root))))
    return _settled(pinned) if pinned else _settled(_shown_by_files(root))


def shown(found: SourceAirflow) -> str:
    """A line for the report; empty where nothing tells, which is said where something depends on it."""
    if found.contradiction:
        return f"Which Airflow the DAGs are for is not certain: {found.reason}, but {found.contradiction}."
    if found.generation:
        return f"The DAGs are taken as of Airflow {found.generation}, by {found.reason or '--source-airflow'}."
    return ""


def shown_path(path: Path) -> str:
    """As a user in the working directory would name it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _settled(found: Mapping[str, str]) -> SourceAirflow:
    """From what was found, by what it tells. Airflow 2 served the names of 1.10 to the end."""
    reason = next((found[told] for told in ("2", "1.10", _OLD) if told in found), "")
    old = "1.10" if "1.10" in found and not {"2", _NOT_1_10} & found.keys() else "2"
    if reason and "3" in found:
        return SourceAirflow("", f"Airflow {old} by {reason}", f"Airflow 3 by {found['3']}")
    if reason:
        return SourceAirflow(old, reason)
    return SourceAirflow("3", found["3"]) if "3" in found else SourceAirflow()


def _pinned(root: Path) -> Iterator[tuple[str, str]]:
    for folder in (root, root.parent):
        for name in _REQUIREMENTS:
            for number, line in enumerate(_lines(folder / name), 1):
                for pattern in _PINS:
                    if version := pattern.search(line.partition("#")[0]):
                        yield _generation(version[1]), f"{shown_path(folder / name)} line {number}"
        config = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            config.read_string("\n".join(_lines(folder / "airflow.cfg")))
        except configparser.Error:
            continue
        if config.has_section("execution_api"):
            yield "3", f"section [execution_api] of {shown_path(folder / 'airflow.cfg')}"
        elif config.has_section("webserver"):
            yield "2", f"section [webserver] of {shown_path(folder / 'airflow.cfg')}"


def _generation(major: str) -> str:
    return "1.10" if major == "1" else "2" if major == "2" else "3"


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _shown_by_files(root: Path) -> dict[str, str]:
    """Generation -> the first place that shows it; not in files that .airflowignore leaves out in either syntax."""
    listings = [{f.path: f for f in discover((str(root),), syntax).files} for syntax in IgnoreSyntax]
    found: dict[str, str] = {}
    for path in sorted(set.intersection(*map(set, listings))):
        if listings[0][path].kind is not SourceKind.PYTHON:
            continue
        text = "\n".join(_lines(Path(path)))
        if not _MENTION.search(text):
            continue
        for generation, what, line in _uses(text):
            found.setdefault(generation, f"{what} ({shown_path(Path(path))}:{line})")
    return found


def _uses(text: str) -> Iterator[tuple[str, str, int]]:
    """Generation, what shows it, and its line. What stands under a `try` serves several releases."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    guarded = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        match node:
            case ast.Import(names=names):
                shown = [(alias.name, _of_name(alias.name)) for alias in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                shown = [(f"{module}.{alias.name}", _of_name(f"{module}.{alias.name}")) for alias in names]
            case ast.Call(func=ast.Name(id="DAG" | "dag") | ast.Attribute(attr="DAG" | "dag"), keywords=keywords):
                shown = [("schedule_interval", _OLD) for keyword in keywords if keyword.arg == "schedule_interval"]
            case _:
                continue
        yield from ((generation, what, node.lineno) for what, generation in shown if generation)


def _of_name(name: str) -> str:
    """The generation that an import tells; empty where several have it."""
    from dagconv.catalog.renames import renames  # large, and `--help` needs none of it

    if name == "airflow.sdk" or name.startswith("airflow.sdk."):
        return "3"
    table = renames()
    if name in table.newer:
        return "3"
    if _SINCE_2.match(name):
        return "2" if name in table.old_names else _NOT_1_10
    if name not in table.old_names or not name.startswith("airflow."):
        return ""
    module = name.rpartition(".")[0]
    return "1.10" if module.startswith("airflow.contrib.") or module.endswith(_OF_1_10) else _OLD


def ignore_syntax(sources: Sequence[str], named: str | None, said: str | None) -> IgnoreSyntax:
    """The syntax that is `named`, else the default of the release that the user has `said` or the sources show:
    regular expressions before Airflow 3, glob patterns from 3 on."""
    if named:
        return IgnoreSyntax(named)
    folders = (Path(source) if Path(source).is_dir() else Path(source).parent for source in sources)
    found = {said} if said else {source_airflow(dags_root(folder.absolute())).generation for folder in folders}
    return IgnoreSyntax.REGEXP if found & {"1.10", "2"} else IgnoreSyntax.GLOB
