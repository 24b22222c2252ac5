"""start_date and end_date of the DAG and in default_args."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from dagconv.check.moment import read_moment
from dagconv.check.node import Mapping, Node, Scalar, is_null, kind_of, kind_words, text_of
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Section, Severity

UNREADABLE = Rule(
    code="DC455",
    slug="date-unreadable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A date is not one that the loader can read.",
    message="{key} is {found}, which is no date",
    help="write it as '2030-01-31'",
    why="The loader parses ISO 8601 text and raises on numbers, lists and other words.",
    example=(
        "my_dag:\n  start_date: first of May\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Write the date as quoted 'YYYY-MM-DD'.",
    source=(ContractRule(29), Section("1.6")),
)

OFFSET = Rule(
    code="DC456",
    slug="date-offset-lost",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="The UTC offset of a date is dropped by the loader.",
    message="{key} '{found}' loses its offset: it is taken as {taken} UTC",
    help="write the moment in UTC: '{utc}'",
    why="The loader replaces the time zone of the date by UTC without converting it.",
    example=(
        "my_dag:\n"
        '  start_date: "2030-01-01T05:00:00+02:00"\n'
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Convert the moment to UTC.",
    source=(ContractRule(27), Section("1.5"), Section("1.6")),
)

RELATIVE = Rule(
    code="DC457",
    slug="date-relative",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A relative date moves with each reading of the definition.",
    message="{key} '{found}' counts back from the day on which the definition is read",
    help="write a fixed date such as '2030-01-31', or leave it out",
    why='The loader turns words like "2 days" into today minus two days, each time anew.',
    example=("my_dag:\n  start_date: 2 days\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"),
    fix="Write a fixed date.",
    source=(ContractRule(29), Section("1.6"), Engine("dagfactory.utils", "get_datetime")),
)

PAST_START = Rule(
    code="DC458",
    slug="start-date-past",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The start date is past; it changes nothing.",
    message="start_date '{found}' is past, so it changes nothing",
    help="leave it out; a future date delays the first run",
    why=(
        "There is no catch-up on the service, so a past start date starts nothing earlier. The "
        "documentation even asks for a future one."
    ),
    example=(
        "my_dag:\n"
        '  schedule: "0 5 * * *"\n'
        '  start_date: "2024-01-01"\n'
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Leave the date out.",
    source=(ContractRule(29), Section("1.6")),
)

PAST_END = Rule(
    code="DC459",
    slug="end-date-past",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The end date is past, so the schedule never fires.",
    message="end_date '{found}' is past: the schedule would never fire",
    help="remove the end date, or set schedule to null to run on demand only",
    why=(
        "A schedule that has ended before it was created does nothing; what else the service does with it is not known."
    ),
    example=(
        "my_dag:\n"
        '  schedule: "0 5 * * *"\n'
        '  end_date: "2024-01-01"\n'
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Remove or correct the end date.",
    source=(ContractRule(29), Section("1.6")),
)

ORDER = Rule(
    code="DC460",
    slug="end-date-before-start",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The end date lies before the start date.",
    message="end_date '{found}' lies before start_date '{start}'",
    help="correct one of the two",
    why="No run can ever be scheduled; Airflow raises when it computes the first one.",
    example=(
        "my_dag:\n"
        '  start_date: "2031-01-01"\n'
        '  end_date: "2030-01-01"\n'
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Correct one of the two dates.",
    source=(ContractRule(29), Section("1.6")),
)


# What dag-factory or pendulum count from the day of reading: "2 days", "now", a time of the day.
_RELATIVE = re.compile(r"\d+\s+(day|hour|minute|second)s?|now|\d\d:\d\d(:\d\d)?")
# Further forms of ISO 8601 that pendulum reads: a week, a day of the year.
_RARE = re.compile(r"\d{4}-?W\d\d(-?\d)?|\d{4}-?\d{3}")
_ISO = re.compile(
    r"(\d{4})(?:[-/]?(\d\d)(?:[-/]?(\d\d))?)?(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?)?(Z|[+-]\d\d:?\d\d)?"
)


def check_date(subject: Subject) -> Iterator[Diagnostic]:
    moments: dict[str, tuple[Node, datetime.datetime]] = {}
    for holder in (subject.default_args, subject.dag):
        for name in ("start_date", "end_date"):
            node = holder.get(name) if holder is not None else None
            if node is None or is_null(node):
                continue
            moment, found = _read(subject, node, name)
            yield from found
            if moment is not None:
                moments[name] = node, moment
    yield from _check_order(subject, moments)


def _check_order(subject: Subject, moments: dict[str, tuple[Node, datetime.datetime]]) -> Iterator[Diagnostic]:
    schedule = subject.dag.get("schedule")
    scheduled = isinstance(schedule, Scalar) and str(schedule.value).strip().lower() != "none"
    start, end = moments.get("start_date"), moments.get("end_date")
    if start and end and end[1] < start[1]:
        yield subject.at(
            ORDER, end[0], key="end_date", related=(start[0],), found=_words(end[0]), start=_words(start[0])
        )
    elif end and scheduled and end[1] < subject.now:
        yield subject.at(PAST_END, end[0], key="end_date", found=_words(end[0]))
    if start and scheduled and start[1] < subject.now:
        yield subject.at(PAST_START, start[0], key="start_date", found=_words(start[0]))


def _read(subject: Subject, node: Node, name: str) -> tuple[datetime.datetime | None, list[Diagnostic]]:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(node, Mapping) and text_of(node.get("__type__")) in subject.service.allowed_type_objects:
        return read_moment(node), []
    if isinstance(value, datetime.date):
        value = value.isoformat()
    if not isinstance(value, str):
        return None, [subject.at(UNREADABLE, node, key=name, found=_words(node))]
    if _RELATIVE.fullmatch(value):
        return None, [subject.at(RELATIVE, node, key=name, found=value)]
    if _RARE.fullmatch(value):
        return None, []
    match = _ISO.fullmatch(value)
    moment = _moment(match) if match else None
    if match is None or moment is None:
        return None, [subject.at(UNREADABLE, node, key=name, found=f"'{value}'")]
    offset = _offset(match.group(7))
    if not offset:
        return moment, []
    utc = (moment - offset).strftime("%Y-%m-%dT%H:%M:%S")
    taken = moment.strftime("%Y-%m-%d %H:%M")
    return moment, [subject.at(OFFSET, node, key=name, found=value, taken=taken, utc=utc)]


def _moment(match: re.Match[str]) -> datetime.datetime | None:
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    try:
        return datetime.datetime(
            year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=datetime.timezone.utc
        )
    except ValueError:
        return None


def _offset(text: str | None) -> datetime.timedelta | None:
    if not text or text == "Z":
        return None
    sign = -1 if text[0] == "-" else 1
    return sign * datetime.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))


def _words(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    moment = read_moment(node)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else kind_words(kind_of(node))
