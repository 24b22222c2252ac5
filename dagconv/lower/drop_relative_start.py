"""Drops a start date that moves with the day of the import, so that a definition does not move with its conversion."""

from __future__ import annotations

from dagconv.diagnostics import Effect, Rule, Section, Severity, Web
from dagconv.lower.lower_dates import has_passed, show_date
from dagconv.lower.lowering import Lowering

RELATIVE = Rule(
    code="DC246",
    slug="relative-start-dropped",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The start date is counted from the day of the import and has always passed.",
    message="start_date, counted from the day of the import, has always passed; dropped",
    help="no step is needed",
    why="A start that has passed holds back no run; written down it would be another one at every conversion.",
    example="DAG('manual', schedule=None, start_date=days_ago(1))",
    fix="DAG('manual', schedule=None, start_date=datetime(2024, 1, 1))",
    source=(Web("https://github.com/apache/airflow/blob/2.11.0/airflow/utils/dates.py"), Section("7")),
)
NEVER_STARTS = Rule(
    code="DC247",
    slug="relative-date-in-future",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A date of the DAG is counted from the day of the import and cannot be fixed.",
    message="{key}, counted from the day of the import, is {value} today and another day tomorrow",
    help="give a fixed date",
    why="A start that always lies ahead lets no run start; an end that moves never comes or has always come.",
    example="DAG('never', schedule='@daily', start_date=days_ago(-1))",
    fix="DAG('later', schedule='@daily', start_date=datetime(2027, 1, 1))",
    source=(Web("https://github.com/apache/airflow/blob/2.11.0/airflow/utils/dates.py"),),
)


def drop_relative_start(lowering: Lowering) -> None:
    workflow = lowering.workflow
    for name in workflow.era.relative:
        date = workflow.start_date if name == "start_date" else workflow.end_date
        if date is None:
            continue
        if name == "start_date" and has_passed(lowering, date):
            lowering.report(RELATIVE, None, name)
            lowering.drop_date(RELATIVE, name)
        else:
            lowering.report(NEVER_STARTS, None, name, value=show_date(date))
