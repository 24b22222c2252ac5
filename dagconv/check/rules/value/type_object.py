"""`__type__` objects: only time spans and moments are built; anything else would be called while loading."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.moment import UNITS, read_moment
from dagconv.check.node import Mapping, Scalar, kind_of, kind_words, text_of, walk
from dagconv.check.subject import Subject, TaskNode
from dagconv.check.timespan import TimespanError, read_timedelta
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

REFUSED = Rule(
    code="DC450",
    slug="type-object-refused",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="`__type__` names something other than a time span or a moment.",
    message="__type__ names {found}, which a definition must not build",
    help="write a plain value; only {allowed} are allowed",
    why=(
        "The loader calls whatever `__type__` names while it reads the definition, functions such as "
        "os.system included. The service is known to take time spans and dates only."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: {__type__: os.getcwd}\n"
    ),
    fix="Write the plain value.",
    source=(ContractRule(41), Section("1.8")),
)

BROKEN = Rule(
    code="DC451",
    slug="type-object-broken",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The object that `__type__` asks for cannot be built from these values.",
    message="{found}",
    help="write, for example, {{__type__: datetime.timedelta, minutes: 30}}",
    why=(
        "The loader passes the other keys to the class, which raises TypeError on names it does not have and on text."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    copy:\n"
        "      operator: airflow.operators.empty.EmptyOperator\n"
        "      execution_timeout: {__type__: datetime.timedelta, minute: 30}\n"
    ),
    fix="Correct the names and values.",
    source=(Section("1.8"), Section("4")),
)


def check_type_object(subject: Subject) -> Iterator[Diagnostic]:
    for task, name, value in subject.arguments():
        for node in walk(value):
            if isinstance(node, Mapping) and node.entry("__type__") is not None:
                yield from _check(subject, node, task, name)


def _check(subject: Subject, node: Mapping, task: TaskNode | None, name: str) -> Iterator[Diagnostic]:
    kind = node.get("__type__")
    path = text_of(kind)
    allowed = subject.service.allowed_type_objects
    if kind is not None and path not in allowed:
        found = f"'{path}'" if path is not None else kind_words(kind_of(kind))
        words = " and ".join(sorted(allowed, reverse=True))
        yield subject.at(REFUSED, kind, task, name, found=found, allowed=words)
    elif path == "datetime.timedelta":
        try:
            read_timedelta(node)
        except TimespanError as error:
            yield subject.at(BROKEN, error.node, task, name, found=str(error))
    elif path == "datetime.datetime":
        yield from _check_moment(subject, node, task, name)


def _check_moment(subject: Subject, node: Mapping, task: TaskNode | None, name: str) -> Iterator[Diagnostic]:
    for entry in node.entries:
        unit, value = entry.key.text, entry.value
        if unit in ("__type__", "__args__", "tzinfo"):
            continue
        if unit not in UNITS:
            yield subject.at(BROKEN, entry, task, name, found=f"datetime.datetime takes no '{unit}'")
        elif not isinstance(value, Scalar) or isinstance(value.value, bool) or not isinstance(value.value, int):
            yield subject.at(BROKEN, entry, task, name, found=f"'{unit}' of datetime.datetime must be a whole number")
            return
    if node.entry("__args__") is None and any(node.entry(unit) is None for unit in UNITS[:3]):
        yield subject.at(BROKEN, node, task, name, found="datetime.datetime needs year, month and day")
    elif read_moment(node) is None:
        yield subject.at(BROKEN, node, task, name, found="there is no such moment")
