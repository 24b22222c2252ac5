"""Writes `$` so that the loader of definitions leaves it alone: it expands `$NAME` in the raw text (contract 1.8).

In a rendered text `{{ '$' }}` gives the sign back when the task runs, and in a literal of an expression `\\x24`,
whoever reads the file before. Elsewhere there is no escape, and what looks like a name is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dagconv.catalog.rendering import is_rendered
from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.task import MISSING, Argument, Task
from dagconv.ir.value import Value, walk
from dagconv.language.jinja import JinjaError
from dagconv.language.jinja_use import Piece, pieces, rewritten
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_arguments

ESCAPED = Rule(
    code="DC440",
    slug="dollar-in-template",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A templated text holds $NAME, which is written as a template that gives the sign.",
    message="{key} holds {value}; the sign is written as {sign}, so that no variable of the loader replaces it",
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
    summary="A text that is not rendered holds $NAME.",
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
# In a literal of Jinja, with the backslashes before it: an odd one would take what is written for the sign.
_IN_LITERAL = re.compile(r"(\\*)\$(?=[\w{])", re.ASCII)


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
        found = NAME.search(part) if isinstance(part, str) else None
        if found is None or not isinstance(part, str):
            return part
        try:
            new = escaped(part)
        except JinjaError:
            return part  # the check of the definition says what is wrong
        value = "$ before a template" if found.group().startswith("${{") else found.group()
        sign = "{{ '$' }}" if new.count("'$") > part.count("'$") else r"\x24"
        lowering.report(ESCAPED, task.task_id, argument.name, value=value, sign=sign)
        return new

    task = rewrite_arguments(lowering, ESCAPED, task, escape, templated=True)
    for argument in task.arguments:
        _refuse(lowering, task, argument.name, argument.value)
    return task


def escaped(text: str) -> str:
    """A template that prints the same and has no `$` before a name or brace. Raises JinjaError.

    Once `}}` is written, any earlier `${` would reach to it, so that every such sign goes.
    """
    spans: list[tuple[int, int, str]] = []
    for piece in pieces(text):
        match piece.kind:
            case "text":
                spans += [(*sign.span(), f"{{{{ '{sign.group()}' }}}}") for sign in _signs(text, piece)]
            case "raw":
                spans += [
                    (*sign.span(), f"{{% endraw %}}{{{{ '{sign.group()}' }}}}{{% raw %}}")
                    for sign in _signs(text, piece)
                ]
            case "comment":
                spans += [(*sign.span(), "") for sign in _signs(text, piece)]
            case "literal":
                found = (sign for sign in _IN_LITERAL.finditer(text) if piece.start <= sign.start() < piece.end)
                spans += [(*sign.span(), sign[1] + "\\" * (len(sign[1]) % 2) + r"\x24") for sign in found]
    return rewritten(text, spans)


def _signs(text: str, piece: Piece) -> Iterator[re.Match[str]]:
    """What follows the last of a piece may begin the next: the whole text is searched."""
    return (sign for sign in _SIGNS.finditer(text) if piece.start <= sign.start() < piece.end)


def _refuse(lowering: Lowering, task: Task | None, key: str, value: Value) -> None:
    for path, part in walk(value):
        found = NAME.search(part) if isinstance(part, str) else None
        if found is None:
            continue
        if task is not None and is_rendered(task, key) and "<key>" not in path:
            reason, advice = "stands in a template that Jinja cannot read", "correct the template"
        else:
            reason, advice = "is not rendered, so that there is no escape", "write the text without $ before a name"
        lowering.report(
            NO_ESCAPE, task.task_id if task else None, key, value=found.group(), reason=reason, advice=advice
        )
        return
