"""Types of the DAG-level values that the loader cannot take otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar, kind_of, kind_words, shown
from dagconv.check.subject import Subject
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Section, Severity

RULE = Rule(
    code="DC258",
    slug="dag-key-type",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A DAG-level key has a value of the wrong type.",
    message="'{key}' is {found}, but must be {wanted}",
    help="write {wanted}",
    why="The loader hands these values to Airflow's DAG class, which raises on another type.",
    example=("my_dag:\n  tags: nightly\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"),
    fix="Write a value of the type named.",
    source=(Section("1.3"), Engine("dagfactory.dagbuilder", "DagBuilder.build")),
)


# Key -> the kinds that Airflow's DAG takes. Kinds are those of JSON Schema; null stands where leaving out does.
_TAKES: dict[str, tuple[str, ...]] = {
    "dag_id": ("string",),
    "description": ("string", "null"),
    "catchup": ("boolean",),
    "max_active_runs": ("integer",),
    "max_active_tasks": ("integer",),
    "max_consecutive_failed_dag_runs": ("integer",),
    "tags": ("array",),
    "dagrun_timeout": ("timedelta", "null"),
    "is_paused_upon_creation": ("boolean", "null"),
    "render_template_as_native_obj": ("boolean",),
    "doc_md": ("string", "null"),
    "dag_display_name": ("string", "null"),
}


def check_key_type(subject: Subject) -> Iterator[Diagnostic]:
    for name, takes in _TAKES.items():
        node = subject.dag.get(name)
        if node is None:
            continue
        kind = kind_of(node)
        if kind not in takes:
            wanted = " or ".join(kind_words(take) for take in takes)
            found = shown(node) if isinstance(node, Scalar) else kind_words(kind)
            yield subject.at(RULE, node, key=name, found=found, wanted=wanted)
