"""Which runs a rollback takes back: one that is named or the last, with what was built upon it, and no older one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from dagconv.deploy.steps.switch_trigger import Switch
from dagconv.errors import UsageError
from dagconv.migrate.run.journal import InForce, Journal, Run
from dagconv.migrate.run.records import Verb
from dagconv.migrate.steps.pause_source import Pause


@dataclass(frozen=True, slots=True)
class Target:
    """`runs` from the chosen one on, oldest first; `pending` are their steps in force, newest first."""

    runs: tuple[Run, ...]
    pending: tuple[InForce, ...]

    def described(self) -> list[str]:
        """Each run that is still in force with its time and size, newest first."""
        return [_describe(run, self._of(run)) for run in reversed(self.runs) if self._of(run)]

    def resumed(self) -> dict[str, float]:
        """The DAGs that run again in the old environment, by id, and since when they were paused."""
        return {
            entry.step.dag: entry.run.at
            for entry in self.pending
            if isinstance(entry.step, Pause) and not entry.step.was_paused
        }

    def by_hand(self) -> list[str]:
        """DAGs whose workflows were switched on, and which dagconv has not paused: somebody else has."""
        steps = [recorded.step for run in self.runs for recorded in run.steps.values()]
        paused = {step.dag for step in steps if isinstance(step, Pause)}
        switched = {step.dag for step in steps if isinstance(step, Switch)}
        return sorted(switched - paused)

    def _of(self, run: Run) -> list[InForce]:
        return [entry for entry in self.pending if entry.run.id == run.id]


def choose_target(journal: Journal, wanted: str | None) -> Target:
    """Without `wanted`, the beginning of a run's id: the last apply that changed something with the cutovers after
    it, or a destroy if that came last. A run that was cut off before its first step changed nothing, and no older
    one is meant.

    Raises UsageError for a run that there is not.
    """
    cut_off = journal.unfinished()
    if wanted is None and cut_off is not None and not cut_off.steps and cut_off.verb is not Verb.ROLLBACK:
        return Target((), ())
    runs = [run for run in journal.runs() if run.steps and run.verb is not Verb.ROLLBACK]
    first = _default(runs) if wanted is None else _named(runs, wanted)
    chosen = tuple(runs[first:]) if first is not None else ()
    ids = {run.id for run in chosen}
    return Target(chosen, tuple(entry for entry in reversed(journal.in_force()) if entry.run.id in ids))


def when(at: float) -> str:
    moment = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _default(runs: Sequence[Run]) -> int | None:
    last_kept = max((index for index, run in enumerate(runs) if run.verb is not Verb.DESTROY), default=-1)
    if last_kept < len(runs) - 1:
        return last_kept + 1  # one that was cut off and called again is one destroy
    applies = [index for index, run in enumerate(runs) if run.verb is Verb.APPLY]
    return applies[-1] if applies else None


def _named(runs: Sequence[Run], wanted: str) -> int:
    found = [index for index, run in enumerate(runs) if run.id.startswith(wanted)]
    if len(found) != 1:
        listed = ", ".join(f"{run.verb.value} {run.name} of {when(run.at)}" for run in reversed(runs)) or "none"
        raise UsageError(f"no one run begins with {wanted!r}; those that changed something: {listed}")
    return found[0]


def _describe(run: Run, pending: Sequence[InForce]) -> str:
    dags = len({entry.step.dag_id for entry in pending if entry.step.dag_id})
    return f"{run.verb.value} {run.name} of {when(run.at)}: {len(pending)} steps, {dags} DAGs"
