"""Treats schedules that are no fixed times: assets, once, continuous, and timetables of the user's own (rule 28)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.schedule import NO_SCHEDULE, Assets, Continuous, CustomTimetable, Once
from dagconv.lower.lowering import Lowering

ASSETS = Rule(
    code="DC420",
    slug="schedule-by-assets",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG runs when assets (datasets) are updated.",
    message="the schedule waits for updates of {value}; the service has no assets",
    help="{advice}",
    why="The service starts runs by time or on demand only.",
    example="DAG('report', schedule=[Asset('s3://b/list')])",
    fix="Take schedule=None and start the workflow by an EventBridge rule or from the workflow that makes the data.",
    source=(ContractRule(28), Section("1.5")),
)
ONCE = Rule(
    code="DC421",
    slug="schedule-once",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="The DAG runs once; the workflow is written without a schedule.",
    message="@once runs the DAG a single time; the service has no such schedule: written without one",
    help="start the one run with StartWorkflowRun when the workflow has been created",
    why="The service knows recurring schedules only. One run started by hand is what @once does.",
    example="DAG('setup', schedule='@once')",
    fix="Start the run by hand.",
    source=(ContractRule(28), Section("1.5")),
)
CONTINUOUS = Rule(
    code="DC422",
    slug="schedule-continuous",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG starts again whenever its last run has ended.",
    message="@continuous starts a run whenever the last one has ended; the service has no such schedule",
    help="take schedule=None and let an EventBridge rule on 'MWAA Serverless Workflow Run Succeeded' start it again",
    why="The service knows schedules by time only.",
    example="DAG('poller', schedule='@continuous', max_active_runs=1)",
    fix="Schedule often enough, or start the next run from an event.",
    source=(ContractRule(28), Section("1.5"), Section("1.9")),
)
TIMETABLE = Rule(
    code="DC423",
    slug="schedule-by-own-timetable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG's schedule is a timetable class without an equal cron.",
    message="the timetable {value} decides by code when to run; a definition has no form for it",
    help="say the times as a cron, or take schedule=None and start the runs from EventBridge Scheduler",
    why="A definition holds a cron or a rate, no code.",
    example="DAG('report', schedule=AfterWorkdayTimetable())",
    fix="Find a cron that fires at the same times, or start the runs from outside.",
    source=(ContractRule(28), Section("1.5")),
)


def refuse_triggers(lowering: Lowering) -> None:
    match lowering.workflow.schedule:
        case Assets(uris, with_time):
            lowering.report(
                ASSETS, None, "schedule", value=", ".join(uris) or "assets", advice=_advice(uris, with_time)
            )
        case Once():
            lowering.report(ONCE, None, "schedule")
            lowering.set_schedule(ONCE, NO_SCHEDULE)
        case Continuous():
            lowering.report(CONTINUOUS, None, "schedule")
        case CustomTimetable(path):
            lowering.report(TIMETABLE, None, "schedule", value=path)
        case _:
            pass


def _advice(uris: tuple[str, ...], with_time: bool) -> str:
    if with_time:
        return "keep the time as the schedule, and start further runs by an EventBridge rule on what makes the data"
    if any(uri.startswith("s3://") for uri in uris):
        return "take schedule=None and start the workflow by an EventBridge rule on 'Object Created' of the bucket"
    return "take schedule=None and start the workflow from the one that makes the data"
