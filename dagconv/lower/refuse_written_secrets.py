"""Refuses secrets, from the inputs or of a form that nothing else has: a definition is no place for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.task import Missing
from dagconv.ir.value import Value, walk
from dagconv.language.secret import is_secret_text
from dagconv.lower.lowering import Lowering

WRITTEN_SECRET = Rule(
    code="DC409",
    slug="secret-in-definition",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A secret would stand in the definition.",
    message="{key} holds {value}, and would stand in the definition for all to read",
    help="let the called service read the secret itself, or read it in a template that a secrets backend serves "
    "(--template-variables keep); --accept secrets-in-definition writes it",
    why="A definition lies in S3, and GetWorkflow returns its text. Values of Connections, those that stand under "
    "names such as password or token, and texts such as access keys and URIs with a password are taken for secrets.",
    example="S3CreateObjectOperator(..., data=Variable.get('db_password'))",
    fix="Pass the name of the secret, and let the job look it up.",
    source=(ContractRule(37), Section("3.5")),
    accept="secrets-in-definition",
)


def refuse_written_secrets(lowering: Lowering) -> None:
    workflow = lowering.workflow
    severity = Severity.WARNING if WRITTEN_SECRET.accept in lowering.options.accept else None
    dag: list[tuple[str, Value]] = [("dag_id", workflow.dag_id), ("description", workflow.description)]
    for param in workflow.params:
        shown = () if isinstance(param.default, Missing) else (param.default,)
        dag += [(f"params.{param.name}", value) for value in (param.name, *shown, param.description, param.schema)]
    dag += [(argument.name, argument.value) for argument in workflow.settings]
    _report(lowering, None, dag, severity)
    for task in lowering.tasks:
        written = ((argument.name, argument.value) for argument in task.arguments)
        _report(lowering, task.task_id, (("task_id", task.task_id), *written), severity)


def _report(
    lowering: Lowering, task_id: str | None, written: Iterable[tuple[str, Value]], severity: Severity | None
) -> None:
    found = dict.fromkeys((key, words) for key, value in written for words in _held(lowering, value))
    for key, words in found:
        lowering.report(WRITTEN_SECRET, task_id, key, severity=severity, value=words)


def _held(lowering: Lowering, value: Value) -> Iterator[str]:
    """In words, each once."""
    texts = [str(part) for _, part in walk(value) if isinstance(part, str | int)]
    secrets = lowering.options.secrets
    if any(is_secret_text(text) and "{{" not in text for text in texts):
        yield "a text that looks like a credential"
    yield from dict.fromkeys(words for secret, words in secrets.items() if any(secret in text for text in texts))
