"""The journal: one line per step with the step on disk before its call and the outcome after it; only ever appended."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from dagconv.deploy.steps.step import AnyStep, Outcome, StepKey
from dagconv.errors import UsageError
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
from dagconv.migrate.run.storage import Storage

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
    """Appends to the journal of a state. A record is there to stay when `write` returns; only the outcome of a step
    may wait for the record after it where the storage is slow: it is looked for again where it is missing.

    Readers change nothing: a last line that is torn, or is just being written, is left out, and cut off by the first
    record that is written behind it. Raises UsageError when a line before the last cannot be read: then nothing in
    it is trusted (docs/faults.md 4, 5).
    """

    def __init__(self, storage: Storage, say: Callable[[str], None] = lambda _: None) -> None:
        self._storage = storage
        self._say = say
        self._queueing, self._writing = threading.Lock(), threading.Lock()
        self._queue: list[bytes] = []
        self._broken: UsageError | None = None
        self._written = 0
        self._kill_at = os.environ.get(KILL_AT, "")
        data = storage.read_journal()
        self.records, self._size = _read(data, storage.place)
        self._torn = len(data) > self._size

    def write(self, record: Record) -> None:
        """Raises UsageError when the disk is full, the folder read-only or the bucket lost; nothing may be called
        then (docs/faults.md 6).
        """
        with self._queueing:
            self._written += 1
            number = self._written
            self._die(number, "before")
            self._queue.append(to_line(record))
            self.records.append(record)
        if not (self._storage.slow and isinstance(record, StepDone)):
            self._flush()
        self._die(number, "after")

    def _flush(self) -> None:
        """Writes what waits, that of other threads too."""
        with self._writing:
            if self._broken is not None:
                raise self._broken
            with self._queueing:
                data, self._queue = b"".join(self._queue), []
            if not data:
                return  # another thread has written ours
            try:
                self._storage.append_journal(data, self._size)
            except UsageError as error:
                self._broken = error
                raise
            self._size += len(data)
            if self._torn:
                self._torn = False
                self._say(
                    f"warning: the last line of the journal in {self._storage.place} was torn and is cut off; what "
                    "it meant is read back from AWS"
                )

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

    def _die(self, number: int, moment: str) -> None:
        if self._kill_at == f"{number}:{moment}":
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


def _read(data: bytes, place: str) -> tuple[list[Record], int]:
    """The records, and how many bytes they fill."""
    records, size = list[Record](), 0
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        record = from_line(line.removesuffix(b"\n")) if line.endswith(b"\n") else None
        if record is None and size + len(line) == len(data):
            break
        if record is None:
            raise UsageError(
                f"line {number} of the journal in {place} is damaged, so the journal is not trusted; "
                "`migrate repair` sets it aside and reads the truth from AWS"
            )
        records.append(record)
        size += len(line)
    return records, size
