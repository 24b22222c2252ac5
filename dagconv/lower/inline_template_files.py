"""Writes the text of template files in place of their names: the service does not have the files (contract 5)."""

from __future__ import annotations

import re

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import TemplateFileValue, Value
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_arguments

INLINED = Rule(
    code="DC410",
    slug="template-file-inlined",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="An argument names a template file, whose text is written instead.",
    message="{key} names the file {value}; its text is written into the definition",
    help="convert again when the file changes",
    why="Airflow reads the file from the DAGs folder when the task runs. The service does not have the file.",
    example="AthenaOperator(task_id='query', query='daily.sql', ...)",
    fix="Nothing to do.",
    source=(ContractRule(39), Section("5")),
)
SEARCHPATH = Rule(
    code="DC419",
    slug="template-searchpath",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG names folders of template files.",
    message="template_searchpath is dropped: the text of template files stands in the definition",
    help="no step is needed",
    why="The service has neither the folders nor the files.",
    example="DAG('report', template_searchpath='/usr/local/airflow/sql')",
    fix="Nothing to do.",
    source=(Section("1.3"), Section("5")),
)
NEEDS_OTHER_FILES = Rule(
    code="DC411",
    slug="template-file-with-includes",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template file includes, imports or extends other files.",
    message="the file {value} of {key} uses {tag} to read another file, which the service does not have",
    help="put the text of both files into one",
    why="Templates of the service are single texts; other files cannot be reached when it renders them.",
    example="{% include 'columns.sql' %}",
    fix="Join the files.",
    source=(ContractRule(39), Section("5")),
)
TEXT_LIKE_NAME = Rule(
    code="DC412",
    slug="template-text-like-a-file-name",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The text of a template file ends like the name of a template file.",
    message="the text of {value} ends in {extension}: written into {key} it would be read as a file's name",
    help="end the file with a comment or another line",
    why="Airflow takes a templated text with such an ending for the name of a file.",
    example="a file query.sql that holds: -- see other.sql",
    fix="Change the end of the text.",
    source=(Engine("airflow.sdk.definitions._internal.templater", "Templater.render_template"),),
)
_OTHER_FILES = re.compile(r"\{%[-+]?\s*(include|import|from|extends)\b")


def inline_template_files(lowering: Lowering) -> None:
    def inline_task(task: Task) -> Task:
        return rewrite_arguments(
            lowering, INLINED, task, lambda argument, part: _inline(lowering, task, argument, part)
        )

    lowering.map_tasks(inline_task)
    searchpath = lowering.workflow.setting("template_searchpath")
    if searchpath is not None:
        lowering.report(SEARCHPATH, None, searchpath.name)
        lowering.drop_setting(SEARCHPATH, searchpath.name)


def _inline(lowering: Lowering, task: Task, argument: Argument, part: Value) -> Value:
    if not isinstance(part, TemplateFileValue):
        return part
    name, text = part.name, part.text
    extension = "." + name.strip().rpartition(".")[2]
    found = _OTHER_FILES.search(text)
    if found:
        lowering.report(NEEDS_OTHER_FILES, task.task_id, argument.name, value=name, tag=found.group(1))
    elif text.endswith(extension):
        lowering.report(TEXT_LIKE_NAME, task.task_id, argument.name, value=name, extension=extension)
    else:
        lowering.report(INLINED, task.task_id, argument.name, value=name)
    return text
