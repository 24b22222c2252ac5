"""The form of `schedule`: null, a five-field cron, a preset, rate(...) or cron(...)."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping, Node, Scalar, is_null, shown
from dagconv.check.subject import Subject
from dagconv.check.timespan import TimespanError, is_timedelta, read_timedelta
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Section, Severity
from dagconv.language.cron import CronError, next_fires, parse_cron
from dagconv.language.eventbridge import is_eventbridge, parse_aws_cron, parse_rate, print_rate

NOT_TEXT = Rule(
    code="DC461",
    slug="schedule-not-text",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The schedule is neither text nor null.",
    message="schedule is {found} instead of text or null",
    help="{advice}",
    why=(
        "The service takes one text (a cron, a preset, rate or cron) or null. Lists of crons, "
        "timetables, time spans and assets do not exist on it."
    ),
    example=(
        "my_dag:\n"
        "  schedule: {__type__: datetime.timedelta, hours: 6}\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Write a cron expression, rate(...), or null.",
    source=(ContractRule(24), ContractRule(26), ContractRule(28), Section("1.5")),
)

UNREADABLE = Rule(
    code="DC462",
    slug="schedule-unreadable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The schedule cannot be read as a cron, a preset, rate(...) or cron(...).",
    message="schedule '{found}' cannot be read: {reason}",
    help=("write five cron fields (minute hour day month weekday), a preset such as @daily, rate(6 hours), or null"),
    why="The service checks the schedule when the workflow is created.",
    example=('my_dag:\n  schedule: "0 25 * * *"\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n'),
    fix="Correct the expression.",
    source=(ContractRule(24), Section("1.5")),
)

BOTH_DAYS = Rule(
    code="DC463",
    slug="cron-both-day-fields",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The cron restricts the day of the month and the day of the week.",
    message=("schedule '{found}' gives a day of the month and a day of the week; the service takes only one of them"),
    help="write * in one of the two fields, or make two workflows",
    why=(
        "Cron fires when either of the two matches. The service, whose schedules EventBridge runs, "
        "refuses to take both."
    ),
    example=('my_dag:\n  schedule: "0 6 1 * 1"\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n'),
    fix="Restrict only one of the two fields.",
    source=(ContractRule(25), Section("1.5")),
)

PRESET = Rule(
    code="DC464",
    slug="schedule-preset-unsupported",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A preset of Airflow that the service does not list.",
    message="the service knows no schedule '{found}'",
    help="{advice}",
    why=(
        "The service lists @hourly, @daily, @weekly, @monthly, @yearly and @annually. Airflow's others "
        "have another spelling, or no counterpart."
    ),
    example=('my_dag:\n  schedule: "@once"\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n'),
    fix=("Write the cron that means the same, or null and start the workflow by hand or by EventBridge."),
    source=(ContractRule(24), ContractRule(28), Section("1.5")),
)

EVENTBRIDGE = Rule(
    code="DC465",
    slug="schedule-eventbridge",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A schedule of EventBridge's own form, which Airflow itself refuses.",
    message="schedule '{found}' is documented for the service, but Airflow 3.0.6 itself refuses it",
    help="write a five-field cron where one means the same",
    why=(
        "The newest API model allows these forms in a definition. The engine's own check refuses them, "
        "so either the service takes them out first or they do not work."
    ),
    example=(
        "my_dag:\n  schedule: rate(5 hours)\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Write a five-field cron where one means the same.",
    source=(ContractRule(24), ContractRule(26), Section("1.5")),
)

NEVER = Rule(
    code="DC466",
    slug="schedule-never-fires",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The cron names a day that does not exist.",
    message="schedule '{found}' never fires",
    help="correct the day and month fields",
    why="Airflow raises when it looks for the next run and finds none.",
    example=('my_dag:\n  schedule: "0 0 31 2 *"\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n'),
    fix="Correct the day and month fields.",
    source=(ContractRule(24), Section("1.5"), Engine("airflow.timetables._cron", "CronMixin.validate")),
)


def check_form(subject: Subject) -> Iterator[Diagnostic]:
    node = subject.dag.get("schedule")
    if node is None or is_null(node):
        return
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        found = shown(node)
        yield subject.at(NOT_TEXT, node, key="schedule", found=found, advice=_advice(node))
        return
    text = node.value.strip()
    if text.lower() != "none":
        yield from _check_text(subject, node, text)


def _check_text(subject: Subject, node: Scalar, text: str) -> Iterator[Diagnostic]:
    service = subject.service
    if text.startswith("@") and node.value not in service.schedule_presets:  # Airflow takes no blanks around them
        yield subject.at(PRESET, node, key="schedule", found=text, advice=_preset_advice(subject, text))
        return
    try:
        if is_eventbridge(text):
            _ = parse_rate(text) if text.startswith("rate") else parse_aws_cron(text)
            yield subject.at(EVENTBRIDGE, node, key="schedule", found=text)
            return
        fields = parse_cron(text)
    except ValueError as error:
        reason = str(error) if isinstance(error, CronError) else "a number is too large"
        yield subject.at(UNREADABLE, node, key="schedule", found=text, reason=reason)
        return
    if fields.both_days:
        yield subject.at(BOTH_DAYS, node, key="schedule", found=text)
    elif not next_fires(fields, subject.now, 1):
        yield subject.at(NEVER, node, key="schedule", found=text)


def _preset_advice(subject: Subject, text: str) -> str:
    if text in subject.service.airflow_presets:
        return f"write '{subject.service.airflow_presets[text]}'"
    if text in subject.service.presets_without_cron:
        return "write null, and start the workflow by hand, by the API or by an EventBridge rule"
    hint = subject.suggest(text, subject.service.schedule_presets)
    return f"write one of {', '.join(subject.service.schedule_presets)}{hint}"


def _advice(node: Node) -> str:
    if isinstance(node, Mapping) and is_timedelta(node):
        try:
            minutes, rest = divmod(read_timedelta(node).total_seconds(), 60)
        except TimespanError:
            minutes, rest = 0, 0
        if minutes >= 1 and not rest:
            return f"write {print_rate(int(minutes))}"
    return "write a five-field cron such as '0 6 * * *', a preset, or null for runs on demand"
