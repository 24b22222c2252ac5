"""Arguments that Python leaves optional and without which the run fails."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Node, Scalar, is_null, walk
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC367",
    slug="argument-needed-at-run",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The argument may be left out in Python, but the task fails without it when it runs.",
    message="{operator} fails at run time without '{key}': {reason}",
    help="add '{key}'{summary}",
    why=(
        "The class gives the argument a default of None and raises only in execute(), so creation "
        "succeeds and each run fails."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    wait:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor\n"
        "      bucket_key: in/orders.csv\n"
    ),
    fix="Give the argument.",
    source=(ContractRule(45), Section("4")),
)


def check_needed_at_run(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    known = task.signature
    for name, parameter in known.parameters.items() if known is not None else ():
        if known is None or not parameter.needed_at_run or not is_absent(subject.effective(task, name)):
            continue
        if any(_says(task.argument(other), start) for other, start in parameter.needed_unless):
            continue
        summary = f": {parameter.summary}" if parameter.summary else ""
        place = task.node.entry("operator") or task.key
        reason = parameter.needed_at_run
        yield subject.at(RULE, place, task, name, operator=known.name, summary=summary, reason=reason)


def is_absent(node: Node | None) -> bool:
    return node is None or is_null(node)


def _says(node: Node | None, start: str) -> bool:
    """Whether every text of an argument starts so, as far as that can be told before rendering."""
    texts = [part.text for part in walk(node) if isinstance(part, Scalar)] if node is not None else []
    return bool(texts) and all(text.startswith((start, "{{", "{%")) for text in texts)
