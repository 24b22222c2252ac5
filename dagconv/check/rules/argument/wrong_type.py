"""Values of a type that the operator cannot use."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.operators import Parameter
from dagconv.check.node import Mapping, Node, Scalar, kind_of, kind_words, shown
from dagconv.check.subject import Subject, TaskNode
from dagconv.check.templates import is_rendered
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.language.jinja import is_template

RULE = Rule(
    code="DC369",
    slug="argument-type",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument has a value of the wrong type.",
    message="'{key}' of {operator} must be {wanted}, but is {found}",
    help="write {wanted}{quoting}",
    why=(
        "Python does not check the type when the task is created, so the run would fail or do something "
        'else: the text "false", for one, counts as true.'
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: [my-bucket]\n"
    ),
    fix=("Write a value of the type named; put a text that looks like a number or date in quotes."),
    source=(Section("1.1"), Page("schemas/operators/_index.json")),
)


# Kinds that a parameter of another kind takes as well, since Python does: whole numbers are numbers, and so on.
_ALSO = {
    "integer": {"number", "timedelta"},
    "boolean": {"integer", "number"},
    "number": {"timedelta"},
}
_UNSPOKEN = frozenset({"null", "instance", "callable"})
# Durations and switches have rules of their own.
_ELSEWHERE = frozenset(
    {
        "retries",
        "retry_delay",
        "execution_timeout",
        "trigger_rule",
        "params",
        "start_date",
        "end_date",
        "task_id",
    }
)


def check_wrong_type(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    for known, entry, parameter in task.known_arguments():
        name, node = entry.key.text, entry.value
        if name in _ELSEWHERE or _is_callback(subject, name):
            continue
        if _fits(parameter, node, rendered=is_rendered(task, name)):
            continue
        wanted = " or ".join(dict.fromkeys(kind_words(kind) for kind in parameter.types if kind not in _UNSPOKEN))
        plain = isinstance(node, Scalar) and "string" in parameter.types
        yield subject.at(
            RULE,
            node,
            task,
            name,
            operator=known.name,
            wanted=wanted,
            found=_found(node),
            quoting=f": put it in quotes, '{node.text}'" if plain and isinstance(node, Scalar) else "",
        )


def _is_callback(subject: Subject, name: str) -> bool:
    """Whether the service ignores the argument whatever it is: it is the loader that resolves callbacks."""
    ignored = subject.service.ignored_task_keys.get(name)
    return ignored is not None and ignored.kind == "callback"


def _found(node: Node) -> str:
    kind = kind_words(kind_of(node))
    return f"{kind} ({shown(node)})" if isinstance(node, Scalar) and node.text else kind


def _fits(parameter: Parameter, node: Node, *, rendered: bool) -> bool:
    types = set(parameter.types)
    kind = kind_of(node)
    if not types or "any" in types or kind in types or _ALSO.get(kind, set()) & types:
        return True
    if kind == "null":
        return not parameter.required or parameter.default is None
    if kind == "string" and isinstance(node, Scalar):
        # A template may render to whatever is needed, and a callable is a matter of its own rule.
        return (rendered and is_template(node.text)) or "callable" in types
    # Objects and reserved keys are a matter of their own rules.
    return isinstance(node, Mapping) and any(entry.key.text.startswith("__") for entry in node.entries)
