"""Where each DAG of a migration runs: in the old environment, on the service, on both sides, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dagconv.aws.services import CallError, World
from dagconv.deploy.definition import schedule_of
from dagconv.deploy.remote import SCHEDULED, RemoteWorkflow, read_remote
from dagconv.deploy.steps.switch_trigger import Switch
from dagconv.migrate.run.journal import Journal
from dagconv.migrate.run.records import ApplyRun, CutoverRun
from dagconv.migrate.steps.pause_source import Pause
from dagconv.migrate.survey.source import paused_dags


@dataclass(frozen=True, slots=True)
class Coverage:
    """DAG ids. `unknown` says why the old environment could not be asked; then nothing is known of it."""

    nowhere: tuple[str, ...]
    twice: tuple[str, ...]
    unknown: str = ""

    @property
    def good(self) -> bool:
        return not (self.nowhere or self.twice or self.unknown)


def read_coverage(world: World, journal: Journal, applied: ApplyRun) -> Coverage:
    """What runs where, as both sides say it now. Raises CallError when the workflows cannot be read."""
    if not applied.environment:
        return Coverage((), ())
    live = {workflow.dag_id for workflow in _live(world, journal, applied)}
    try:
        paused = dict(paused_dags(world, applied.environment))
    except (CallError, ValueError) as error:
        return Coverage((), (), f"environment {applied.environment} cannot be asked which DAGs are paused: {error}")
    nowhere = sorted(dag_id for dag_id in _moved(journal) - live if paused.get(dag_id, True))
    return Coverage(tuple(nowhere), tuple(sorted(d for d in live if paused.get(d) is False)))


def _live(world: World, journal: Journal, applied: ApplyRun) -> Iterator[RemoteWorkflow]:
    """Workflows of the migration that start runs by a schedule."""
    modes = {run.about.mode for run in journal.runs() if isinstance(run.about, CutoverRun)} | {SCHEDULED}
    for summary in world.workflows.all():
        if summary.get("TriggerMode", SCHEDULED) not in modes or summary.get("WorkflowStatus") == "DELETING":
            continue
        workflow = read_remote(world, summary)
        if workflow.ours(applied.owner.mark) and workflow.trigger_mode in modes and schedule_of(workflow.text):
            yield workflow


def _moved(journal: Journal) -> set[str]:
    """DAGs that ran in the old environment until a cutover: those that it found paused did not."""
    found_paused: dict[str, bool] = {}
    for run in journal.runs():
        for recorded in run.steps.values():
            match recorded.step:
                case Pause(dag=dag_id, was_paused=was_paused):
                    found_paused[dag_id] = found_paused.get(dag_id, True) and was_paused
                case Switch(dag=dag_id):
                    found_paused.setdefault(dag_id, False)
                case _:
                    pass
    return {dag_id for dag_id, was_paused in found_paused.items() if not was_paused}
