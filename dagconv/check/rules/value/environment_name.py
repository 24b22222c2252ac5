"""`$NAME` in a value: replaced while the file is read, if the reader has such a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.check.document import span_at
from dagconv.check.node import Scalar, walk
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC453",
    slug="environment-name",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A value holds $NAME, which is replaced when the reading process has such a variable.",
    message=("{found} would be replaced while the definition is read, if a variable of that name is set there"),
    help="move the text into a script of the code package or into Amazon S3; there is no escape",
    why=(
        "dag-factory expands environment variables in the raw text before it reads the YAML, inside of "
        "quotes too, and $$ does not help. Names that are not set stay as they are."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    show:\n"
        "      operator: airflow.providers.standard.operators.bash.BashOperator\n"
        "      bash_command: echo $HOME\n"
    ),
    fix=("Move the text out of the definition, or make sure that no variable of this name is set."),
    source=(ContractRule(40), Section("1.8")),
)


# What os.path.expandvars replaces, without the names that no process has (`{ params.x }`, `$1`).
_NAME = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
# AWS Lambda's and Amazon API Gateway's own words.
_WORDS = frozenset({"LATEST", "default", "context", "input", "util", "stageVariables"})


def check_environment_name(subject: Subject) -> Iterator[Diagnostic]:
    text = subject.document.text
    if "$" not in text:
        return
    seen: set[tuple[str | None, str, str]] = set()
    for task, key, value in subject.arguments():
        for node in walk(value):
            if not isinstance(node, Scalar):
                continue
            for match in _NAME.finditer(text, node.span.start, node.span.end):
                mark = (task.task_id if task else None, key, match.group())
                if (match.group(1) or match.group(2)) not in _WORDS and mark not in seen:
                    seen.add(mark)  # once per argument: a script may use a variable in every line
                    yield subject.at(RULE, span_at(text, *match.span()), task, key, found=match.group())
