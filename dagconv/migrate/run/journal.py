"""The journal: one line per step with the step on disk before its call and the outcome after it; only ever appended."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dagconv.deploy.steps.step import AnyStep, Outcome, StepKey
from dagconv.errors import UsageError
from dagconv.files import sync_folder
from dagconv.migrate.run.records import (
    About,
    Begin,
    End,
    Intent,
    Record,
    StepDone,
    StepFailed,
    TakenBack,
    Verb,
    from_line,
    to_line,
)

# "N:before" or "N:after": the process kills itself around writing its Nth record. For crash tests.
KILL_AT = "DAGCONV_TEST_KILL_AT"


@dataclass(slots=True)
class Recorded:
    """What the journal knows of one step; `outcome` is None where a call was cut off or failed."""

    step: AnyStep
    outcome: Outcome | None = None


@dataclass(slots=True)
class Run:
    """One apply, cutover, rollback or destroy. `steps` in the order of their first intent; `at` when it began."""

    id: str
    about: About
    at: float
    steps: dict[StepKey, Recorded] = field(default_factory=dict)
    end: End | None = None

    @property
    def verb(self) -> Verb:
        return self.about.verb

    @property
    def name(self) -> str:
        """As people call it."""
        return self.id[:12]


@dataclass(frozen=True, slots=True)
class InForce:
    """A step that no rollback has taken back."""

    run: Run
    recorded: Recorded

    @property
    def step(self) -> AnyStep:
        return self.recorded.step


class Journal:
    """Appends to `journal.jsonl`. Every record is on disk when `write` returns.

    Raises UsageError when a line before the last cannot be read: then nothing in it is trusted (docs/faults.md 4, 5).
    """

    def __init__(self, path: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._written = 0
        self._kill_at = os.environ.get(KILL_AT, "")
        self.records = list(_read(path, say))

    def write(self, record: Record) -> None:
        """Raises UsageError when the disk is full or the folder read-only; nothing may be called then
        (docs/faults.md 6).
        """
        with self._lock:
            self._written += 1
            self._die("before")
            try:
                self._append(to_line(record))
            except OSError as error:
                raise UsageError(
                    f"cannot write the journal {self.path}: {error.strerror}; nothing was called"
                ) from error
            self.records.append(record)
            self._die("after")

    def runs(self) -> list[Run]:
        """All runs in the order in which they began."""
        runs: dict[str, Run] = {}
        for record in self.records:
            if isinstance(record, Begin):
                runs[record.run] = Run(record.run, record.about, record.at)
            elif (run := runs.get(record.run)) is not None:
                _tell(run, record)
        return list(runs.values())

    def last(self, verb: Verb) -> Run | None:
        return next((run for run in reversed(self.runs()) if run.verb is verb), None)

    def unfinished(self) -> Run | None:
        return next((run for run in reversed(self.runs()) if run.end is None), None)

    def in_force(self) -> list[InForce]:
        """Steps with an effect, or perhaps one, that were not taken back; in the order of their intents."""
        undone = {(record.of, record.key) for record in self.records if isinstance(record, TakenBack)}
        return [
            InForce(run, recorded)
            for run in self.runs()
            for key, recorded in run.steps.items()
            if (run.id, key) not in undone
        ]

    def known_versions(self) -> set[str]:
        """Every version that a run of ours made or found: any other was made by somebody else."""
        found: set[str] = set()
        for record in self.records:
            match record:
                case Intent(_, step):
                    found.update(step.versions)
                case StepDone(_, _, outcome):
                    found.update(outcome.versions)
                case TakenBack(versions=versions):
                    found.update(versions)
        return found

    def _append(self, line: bytes) -> None:
        fresh = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = 0
            while written < len(line):
                written += os.write(descriptor, line[written:])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if fresh:
            sync_folder(self.path.parent)

    def _die(self, moment: str) -> None:
        if self._kill_at == f"{self._written}:{moment}":
            os.kill(os.getpid(), signal.SIGKILL)


def _tell(run: Run, record: Record) -> None:
    match record:
        case Intent(_, step):
            # A repeat keeps the first intent: it says what was there before anything was changed.
            known = run.steps.get(step.key)
            run.steps[step.key] = Recorded(known.step if known else step)
        case StepDone(_, key, outcome) if key in run.steps:
            run.steps[key] = Recorded(run.steps[key].step, outcome)
        case StepFailed(_, key) if key in run.steps:
            run.steps[key] = Recorded(run.steps[key].step)
        case End():
            run.end = record
        case _:
            pass


def _read(path: Path, say: Callable[[str], None]) -> Iterator[Record]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot read the journal {path}: {error.strerror}") from error
    lines = data.split(b"\n")
    complete, tail = lines[:-1], lines[-1]
    for number, line in enumerate(complete, 1):
        record = from_line(line)
        if record is None and number == len(complete) and not tail:
            tail = line
            break
        if record is None:
            raise UsageError(
                f"{path}:{number}: this line is damaged, so the journal is not trusted; "
                "`migrate repair` sets it aside and reads the truth from AWS"
            )
        yield record
    if tail:
        say(f"warning: the last line of {path} is torn and was cut off; what it meant is read back from AWS")
        _cut(path, len(data) - len(tail) - (1 if data.endswith(b"\n") else 0))


def _cut(path: Path, size: int) -> None:
    """Ends the file after its last whole record, so that the next one starts on a line of its own."""
    try:
        os.truncate(path, size)
    except OSError as error:
        raise UsageError(f"cannot write the journal {path}: {error.strerror}") from error
