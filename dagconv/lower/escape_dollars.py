"""Writes `$` so that the loader of definitions leaves it alone: it expands `$NAME` in the raw text (contract 1.8).

In a rendered text `{{ '$' }}` gives the sign back when the task runs, whoever reads the file before. Elsewhere
there is no escape, and what looks like a name is refused.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.task import MISSING, Argument, Task
from dagconv.ir.value import Value, walk
from dagconv.language.jinja import is_template
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_arguments

ESCAPED = Rule(
    code="DC440",
    slug="dollar-in-template",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A templated text holds $NAME, which is written as a template that gives the sign.",
    message="{key} holds {value}; the sign is written as {{{{ '$' }}}}, so that no variable of the loader replaces it",
    help="no step is needed",
    why="Definitions are read after $NAME and ${{NAME}} have been replaced by variables of the reading process. "
    "There is no other escape.",
    example="AthenaOperator(task_id='query', query='SELECT $1', ...)",
    fix="Nothing to do.",
    source=(ContractRule(40), Section("1.8"), Engine("dagfactory._yaml", "load_yaml_file")),
)
NO_ESCAPE = Rule(
    code="DC441",
    slug="dollar-without-escape",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A text that is not rendered, or an expression, holds $NAME.",
    message="{key} holds {value}, which the loader of definitions may replace, and {reason}",
    help="{advice}",
    why="Definitions are read after $NAME and ${{NAME}} have been replaced by variables of the reading process.",
    example="S3CreateObjectOperator(..., acl_policy='$POLICY')",
    fix="Rewrite the text without the sign before a name.",
    source=(ContractRule(40), Section("1.8")),
)
DESCRIPTION = Rule(
    code="DC222",
    slug="dollar-in-description",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The description holds $NAME and is not written.",
    message="the description holds {value}, which the loader of definitions may replace; dropped",
    help="give the description to the workflow itself: create-workflow --description",
    why="The service ignores the description in a definition, and the loader could change it.",
    example="DAG('report', description='costs in $USD')",
    fix="Rewrite the text without the sign before a name.",
    source=(Section("1.3"), Section("1.8")),
)
# What os.path.expandvars replaces.
NAME = re.compile(r"\$(?:\w+|\{[^}]*\})", re.ASCII)
# With the braces before it, which would make one with those that are written.
_SIGNS = re.compile(r"\{*\$+(?=[\w{])", re.ASCII)
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def escape_dollars(lowering: Lowering) -> None:
    workflow = lowering.workflow
    found = NAME.search(workflow.description or "")
    if found:
        lowering.report(DESCRIPTION, None, "description", value=found.group())
        lowering.declare(DESCRIPTION, None, "description", workflow.description, MISSING)
        lowering.workflow = replace(workflow, description=None)
    for param in workflow.params:
        if param.default is not MISSING:
            _refuse(lowering, None, "params", param.default)  # type: ignore[arg-type]  # MISSING is excluded
    lowering.map_tasks(lambda task: _escape_task(lowering, task))


def _escape_task(lowering: Lowering, task: Task) -> Task:
    def escape(argument: Argument, part: Value) -> Value:
        return _escape(lowering, task, argument, part) if isinstance(part, str) else part

    task = rewrite_arguments(lowering, ESCAPED, task, escape, templated=True)
    for argument in task.arguments:
        _refuse(lowering, task, argument.name, argument.value)
    return task


def _escape(lowering: Lowering, task: Task, argument: Argument, text: str) -> str:
    found = _found_outside_of_tags(text)
    if found is None or ("raw" in text and is_template(text)):
        return text
    tags = _tags(text)
    parts, at = [], 0
    # Once `}}` is written, any earlier `${` would reach to it, so that every sign before a name or brace goes.
    for run in _SIGNS.finditer(text):
        if not _within(tags, run.start()):
            parts += [text[at : run.start()], f"{{{{ '{run.group()}' }}}}"]
            at = run.end()
    lowering.report(ESCAPED, task.task_id, argument.name, value=found)
    return "".join([*parts, text[at:]])


def _found_outside_of_tags(text: str) -> str | None:
    """The first name that the loader would replace. A tag may follow a `$` directly: the whole text is searched."""
    tags = _tags(text)
    return next((match.group() for match in NAME.finditer(text) if not _within(tags, match.start())), None)


def _tags(text: str) -> list[tuple[int, int]]:
    return [tag.span() for tag in _TAG.finditer(text)]


def _within(spans: list[tuple[int, int]], position: int) -> bool:
    return any(start <= position < end for start, end in spans)


def _refuse(lowering: Lowering, task: Task | None, key: str, value: Value) -> None:
    for path, part in walk(value):
        found = NAME.search(part) if isinstance(part, str) else None
        if found is None:
            continue
        if task is not None and key in task.template_fields and "<key>" not in path:
            reason, advice = "stands in an expression", "say it in the expression as '$' ~ 'NAME'"
        else:
            reason, advice = "is not rendered, so that there is no escape", "write the text without $ before a name"
        lowering.report(
            NO_ESCAPE, task.task_id if task else None, key, value=found.group(), reason=reason, advice=advice
        )
        return
