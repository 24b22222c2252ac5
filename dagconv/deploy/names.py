"""Maps DAG ids to workflow names: legal, unique and the same on every run (contract 6.2, rule 55)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.errors import UsageError

LONGEST = 255
_ILLEGAL_START = re.compile(r"^[^a-zA-Z0-9]+")
_ILLEGAL = re.compile(r"[^a-zA-Z0-9._-]")

MAPPED = Rule(
    code="DC801",
    slug="dag-id-no-workflow-name",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="The DAG id is no legal workflow name, so the workflow is called otherwise.",
    message=(
        'DAG "{dag_id}" becomes the workflow "{name}": '
        "a name starts with a letter or digit and has at most 255 characters"
    ),
    help="The DAG id inside the definition stays; choose names with --name-template if this one does not suit.",
    why="A workflow's name must match [a-zA-Z0-9]+[a-zA-Z0-9._-]* and a DAG id may start with an underscore.",
    example="_nightly becomes the workflow nightly",
    fix="Nothing to do, or rename the DAG.",
    source=(ContractRule(55), Section("6.2")),
)
COLLIDING = Rule(
    code="DC802",
    slug="workflow-name-taken-twice",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Two DAG ids map to one workflow name.",
    message='DAGs {dags} all map to the workflow name "{name}"; none of them is migrated',
    help="Rename one of them, or pass --suffix-names to append a short hash of the DAG id to each.",
    why="Names are unique in an account and Region, and may be compared without regard to case.",
    example="_etl and etl both become etl",
    fix="Rename one of the DAGs or pass --suffix-names.",
    source=(ContractRule(55), Section("6.2"), Page("docs/faults.md", "43")),
)


@dataclass(frozen=True, slots=True)
class Naming:
    """`names` maps every DAG id that has a name; those in `findings` of COLLIDING have none."""

    names: Mapping[str, str]
    findings: tuple[Diagnostic, ...]


def legal_name(dag_id: str, template: str) -> str:
    """The name of one DAG. Raises UsageError when the template lacks `{dag_id}`."""
    if "{dag_id}" not in template:
        raise UsageError("--name-template must contain {dag_id}")
    name = _ILLEGAL.sub("-", template.replace("{dag_id}", dag_id))
    return (_ILLEGAL_START.sub("", name) or "dag")[:LONGEST]


def map_names(dag_ids: Iterable[str], template: str = "{dag_id}", *, suffix: bool = False) -> Naming:
    """Names for all DAGs of a plan together, since they must differ from one another."""
    wanted = {dag_id: legal_name(dag_id, template) for dag_id in sorted(dag_ids)}
    by_name: dict[str, list[str]] = {}
    for dag_id, name in wanted.items():
        by_name.setdefault(name.casefold(), []).append(dag_id)
    names: dict[str, str] = {}
    findings: list[Diagnostic] = []
    for dag_id, name in wanted.items():
        rivals = by_name[name.casefold()]
        if len(rivals) > 1 and not suffix:
            findings.append(COLLIDING.at(None, dag_id=dag_id, name=name, dags=", ".join(rivals)))
            continue
        if len(rivals) > 1:
            tail = "-" + hashlib.sha256(dag_id.encode()).hexdigest()[:6]
            name = name[: LONGEST - len(tail)] + tail
        names[dag_id] = name
        if name != template.replace("{dag_id}", dag_id):
            findings.append(MAPPED.at(None, dag_id=dag_id, name=name))
    return Naming(names, tuple(findings))
