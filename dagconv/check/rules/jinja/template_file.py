"""Values that Airflow takes for the name of a template file, and templates that load others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.check.node import text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.check.templates import is_rendered, templates
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC480",
    slug="template-file",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A value names a template file, which is not there on the service.",
    message="'{key}' names the template file '{found}', which the service does not have",
    help="write the text of the file into the definition",
    why=(
        "A value that ends in one of the operator's template extensions is replaced by the file of that "
        "name, searched beside the DAG. A definition is a single file, so rendering fails with "
        "TemplateNotFound."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    query:\n"
        "      operator: airflow.providers.amazon.aws.operators.athena.AthenaOperator\n"
        "      query: sql/count.sql\n"
        "      database: db\n"
        "      output_location: s3://b/o\n"
    ),
    fix="Write the text of the file in place of its name.",
    source=(ContractRule(39), Section("5")),
)


# Arguments whose text is a file's name if it ends like one (template_ext of the provider's SQL operators).
_FIELDS = frozenset({"sql", "query"})
_FILE = re.compile(r"[^\s{}]+\.(sql|hql)")


def check_template_file(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    for entry in task.node.entries:
        name, text = entry.key.text, text_of(entry.value)
        if name in _FIELDS and text is not None and is_rendered(task, name) and _FILE.fullmatch(text):
            yield subject.at(RULE, entry.value, task, name, found=text)


def check_loaded_template(subject: Subject) -> Iterator[Diagnostic]:
    for use, template in templates(subject):
        for loaded in template.loads:
            yield subject.at(RULE, use.node, use.task, use.key, found=loaded or "(computed)")
