"""Says what a package needs where it runs: what the service cannot give is an error, the rest a note or a warning."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.package.needs import Need
from dagconv.package.rules import DATABASE, NETWORK, NO_PACKAGE, RUNTIME_NEED, RUNTIME_VALUE

_ADVICE = {
    "environment": ("the environment variable {name}", "set it in the workflow's environment, without secrets"),
    "program": ("the program {name}", "call the AWS service by boto3 or its operator; only Python and Bash are sure"),
    "context": (
        "{name} of the context",
        "hand over what is needed of it: settings that the service ignores are not in it, nor is a run's conf",
    ),
    "file": ("the file {name}", "read it from S3, or keep it beside the module that reads it"),
}


def needs_data(dag_id: str, needs: Sequence[Need]) -> dict[str, object]:
    """What stands in `<dag_id>.needs.json`: by kind, each thing with its places, relative to the working directory."""
    kinds: dict[str, dict[str, dict[str, object]]] = {}
    for need in sorted(needs, key=lambda need: (need.kind, need.name, need.file, need.line)):
        entry = kinds.setdefault(need.kind, {}).setdefault(
            need.name, {"places": [], "at_import": False, "optional": True}
        )
        entry["places"].append(f"{os.path.relpath(need.file)}:{need.line}")  # type: ignore[attr-defined]
        entry["at_import"] = bool(entry["at_import"]) or need.at_import
        entry["optional"] = bool(entry["optional"]) and need.optional
    return {
        "about": "What the code package of this workflow needs where it runs. Written by dagconv.",
        "workflow": dag_id,
        "needs": kinds,
    }


def report_needs(needs: Sequence[Need], dag_id: str, accept: Collection[str]) -> Iterator[Diagnostic]:
    """One finding for each thing that is needed, at the first place."""
    said: set[tuple[str, str]] = set()
    for need in sorted(needs, key=lambda need: (need.optional, not need.at_import, need.file, need.line)):
        if (need.kind, need.name) in said:
            continue
        said.add((need.kind, need.name))
        yield _report(need, Location(need.file, need.line), dag_id, accept)


def _report(need: Need, place: Location, dag_id: str, accept: Collection[str]) -> Diagnostic:
    when = " when the package is imported, by every task" if need.at_import else ""
    name = need.name if need.name != "?" else "of a computed name"
    match need.kind:
        case "package" | "provider":
            severity = Severity.WARNING if need.optional else Severity.ERROR
            return NO_PACKAGE.at(place, dag_id=dag_id, name=name, when=when, severity=severity)
        case "database":
            return DATABASE.at(place, dag_id=dag_id, name=name)
        case "variable" | "connection":
            severity = Severity.WARNING if RUNTIME_VALUE.accept in accept else Severity.ERROR
            kind = need.kind.title()
            return RUNTIME_VALUE.at(place, dag_id=dag_id, kind=kind, name=name, when=when, severity=severity)
        case "network":
            return NETWORK.at(place, dag_id=dag_id, name=name)
        case kind:
            what, advice = _ADVICE[kind]
            return RUNTIME_NEED.at(place, dag_id=dag_id, what=what.format(name=name), when=when, advice=advice)
