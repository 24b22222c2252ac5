"""Finished definitions from a folder: validated, marked as not proved, taken in the place of a converted one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from dagconv.check.definition import check_definition
from dagconv.deploy.definition import Definition, Origin, as_finding, body_of
from dagconv.diagnostics import Diagnostic, Effect, Location, Page, Rule, Severity
from dagconv.errors import UsageError

NOT_PROVED = Rule(
    code="DC830",
    slug="definition-not-proved",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The definition was given as a finished file: it was validated, but not compared with a DAG file.",
    message='DAG "{dag_id}" is taken from a finished file: validated, not proved against a DAG file',
    help="Convert the DAG file if there is one; a proved definition is one that loads back to the same DAG.",
    why="Only a conversion can prove that a definition means the same as its source.",
    example="--definitions repaired/",
    fix="Nothing to do for definitions that were written by hand.",
    source=(Page("docs/migration.md", "1. Plan"),),
)
TWICE = Rule(
    code="DC831",
    slug="dag-id-given-twice",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Two definition files hold the same DAG id.",
    message='DAG "{dag_id}" stands in {files}; none of them is migrated',
    help="Keep one of the files.",
    why="A workflow is made from one definition; which one is meant is not for a tool to guess.",
    example="etl.yaml and old/etl.yaml with the root key etl",
    fix="Remove one of the files.",
    source=(Page("docs/adr/0003-outputs.md"),),
)


def read_given(folder: Path) -> list[Definition]:
    """All definitions of a folder and below. A file that is not valid is a refused definition named by its file.

    Raises UsageError when the folder cannot be read or holds no definition.
    """
    if not folder.is_dir():
        raise UsageError(f"--definitions {folder}: no such folder")
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
    if not files:
        raise UsageError(f"--definitions {folder}: holds no .yaml file")
    return _settle([_read(path, path.relative_to(folder).as_posix()) for path in files])


def replace_converted(converted: Iterable[Definition], given: Sequence[Definition]) -> list[Definition]:
    """A file repaired by hand takes the place of the converted definition of the same DAG, whose links stay."""
    found = list(converted)
    links = {definition.dag_id: definition.links for definition in found}
    theirs = {definition.dag_id for definition in given}
    taken = (replace(definition, links=links.get(definition.dag_id, ())) for definition in given)
    return [*(d for d in found if d.dag_id not in theirs), *taken]


def _read(path: Path, name: str) -> Definition:
    data = path.read_bytes()
    found: list[Diagnostic] = check_definition(data, name)
    text = data.decode("utf-8", errors="replace")
    body = body_of(text)
    dag_id = body[0] if body else path.stem
    refused = body is None or any(finding.severity is Severity.ERROR for finding in found)
    if not refused:
        found = [*found, NOT_PROVED.at(Location(name), dag_id=dag_id)]
    findings = tuple(map(as_finding, found))
    return Definition(dag_id, "" if refused else text, Origin.GIVEN, name, findings, unread=body is None)


def _settle(definitions: list[Definition]) -> list[Definition]:
    sources: dict[str, list[str]] = {}
    for definition in definitions:
        sources.setdefault(definition.dag_id, []).append(definition.source)
    settled: dict[str, Definition] = {}
    for definition in definitions:
        files = sources[definition.dag_id]
        if len(files) > 1:
            finding = as_finding(TWICE.at(Location(files[0]), dag_id=definition.dag_id, files=", ".join(files)))
            settled[definition.dag_id] = Definition(definition.dag_id, "", Origin.GIVEN, files[0], (finding,))
        else:
            settled[definition.dag_id] = definition
    return list(settled.values())
