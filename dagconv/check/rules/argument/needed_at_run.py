"""Arguments that Python leaves optional and without which the run fails."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import Diagnostic, Effect, Rule, Severity

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
        "    query:\n"
        "      operator: airflow.providers.amazon.aws.operators.athena.AthenaOperator\n"
        "      query: select 1\n"
        "      database: db\n"
    ),
    fix="Give the argument.",
    source="contract 9 rule 45 (contract 4)",
)


def check_needed_at_run(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    known = task.signature
    if known is None:
        return
    for name, parameter in known.parameters.items():
        given = subject.effective(task, name)
        empty = given is None or (isinstance(given, Scalar) and given.value is None)
        if not parameter.needed_at_run or not empty:
            continue
        summary = f": {parameter.summary}" if parameter.summary else ""
        place = task.node.entry("operator") or task.key
        yield subject.at(RULE, place, task, name, operator=known.name, summary=summary, reason=parameter.needed_at_run)
