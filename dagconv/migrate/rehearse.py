"""The scenes of a rehearsal: the real command line as processes of its own against a stage in this process."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dagconv.migrate.run.journal import KILL_AT

if TYPE_CHECKING:
    from dagconv.standin.stage import Stage  # which needs an extra

ENVIRONMENT = "Rehearsal"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "VIRTUAL_ENV", "PYTHONPATH", "NO_COLOR", "FORCE_COLOR", "TMPDIR")
# Where the first apply is killed in a rehearsal with a crash: in the middle of the third workflow's creation.
_CRASH = "13:before"

Tell = Callable[[str], None]


class Rehearsal:
    """Runs the verbs one after another in `folder`, each shown as a user would type it.

    `inputs` are options of `plan` about the source.
    """

    def __init__(self, stage: Stage, folder: Path, inputs: Sequence[str], tell: Tell) -> None:
        self._stage = stage
        self._inputs = inputs
        self._folder = folder
        self._tell = tell
        self.failures: list[str] = []

    def play(self, source: Path | None, definitions: Path | None, *, crash: bool) -> None:
        """Plan, apply, verify, one DAG first and then all of them cut over, drift, and back again."""
        self._stage.open_environment(ENVIRONMENT, source)
        self._stage.environment.knows_every_dag = True
        self._stage.control("/_set", {"page_size": 3})
        self._stage.backing.trust_delay = 10.0
        given = ("--definitions", str(definitions)) if definitions else ()
        # What cannot be converted is refused with exit 1 and stays behind; that is what a rehearsal shows.
        self._verb("plan", "--environment", ENVIRONMENT, *given, *self._inputs, "--out", "plan.json", good=(0, 1))
        if crash:
            self._tell("\n# The machine loses power in the middle of apply:")
            self._verb("apply", "plan.json", "--auto-approve", "--parallel", "1", good=(-9,), kill_at=_CRASH)
            self._tell(f"\n# {len(self._stage.workflows.snapshot())} workflows exist now. Another call goes on:")
            self._verb("apply", "--resume")
        else:
            self._verb("apply", "plan.json", "--auto-approve")
        self._verb("verify")
        self._verb("cutover", "--canary", "1", "--pause-source", "--auto-approve")
        self._verb("cutover", "--pause-source", "--auto-approve")
        self._verb("status", "--drift")
        self._verb("rollback", "--auto-approve")
        paused = [dag_id for dag_id, paused in self._stage.environment.paused.items() if paused]
        left = [w["name"] for w in self._stage.workflows.snapshot() if not w["deleting"]]
        self._tell(f"\n# After the rollback: {len(left)} workflows, {len(paused)} paused DAGs in the old environment.")
        self._tell(
            f"# {len(self._stage.front.calls)} calls, {self._stage.ticker.waited:.0f} s of waiting (not waited)."
        )
        if left or paused or self._stage.front.broken:
            self.failures.append("the stage is not as it was before")

    def _verb(self, *arguments: str, good: tuple[int, ...] = (0,), kill_at: str = "") -> None:
        self._tell("\n$ dag-converter migrate " + shlex.join(arguments))
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | self._stage.variables()
        if kill_at:
            environment[KILL_AT] = kill_at
        done = subprocess.run(  # noqa: S603  # our own command line
            [sys.executable, "-m", "dagconv", "migrate", *arguments],
            cwd=self._folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        self._tell(done.stdout.rstrip())
        if done.returncode not in good:
            self.failures.append(f"{arguments[0]} ended with {done.returncode}")
