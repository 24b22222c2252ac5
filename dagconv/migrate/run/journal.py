"""The journal: one line per step with the intent on disk before a call and the outcome after it; only ever appended."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagconv.aws.redact import redact
from dagconv.aws.services import Json
from dagconv.errors import UsageError

# "N:before" or "N:after": the process kills itself around writing its Nth record. For crash tests.
KILL_AT = "DAGCONV_TEST_KILL_AT"
KINDS = ("begin", "intent", "done", "failed", "note", "end")


@dataclass(frozen=True, slots=True)
class Record:
    """One line. `run` is the id of the call that wrote it, `step` is empty for begin, note and end."""

    kind: str
    run: str
    step: str
    facts: Json


@dataclass(frozen=True, slots=True)
class Step:
    """What the journal knows of one step: the facts of its intent, and its outcome if there is one."""

    name: str
    intent: Json
    outcome: Json | None = None
    failure: str = ""


@dataclass(slots=True)
class Run:
    """One apply, cutover, rollback or destroy. `steps` in the order of their first intent."""

    id: str
    verb: str
    facts: Json
    steps: dict[str, Step] = field(default_factory=dict)
    ended: bool = False
    result: Json = field(default_factory=dict)


class Journal:
    """Appends to `journal.jsonl`. Every record is on disk when `write` returns.

    Raises UsageError when a line before the last cannot be read: then nothing in it is trusted (C1 4, 5).
    """

    def __init__(self, path: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._written = 0
        self._kill_at = os.environ.get(KILL_AT, "")
        self.records = list(_read(path, say))

    def write(self, kind: str, run: str, step: str = "", facts: Json | None = None) -> None:
        """Raises UsageError when the disk is full or the folder read-only; nothing may be called then (C1 6)."""
        record = Record(kind, run, step, redact(facts or {}))
        with self._lock:
            self._written += 1
            self._die("before")
            try:
                self._append(_line(record))
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
            if record.kind == "begin":
                runs[record.run] = Run(record.run, str(record.facts.get("verb", "")), record.facts)
            elif (run := runs.get(record.run)) is not None:
                _tell(run, record)
        return list(runs.values())

    def last(self, *verbs: str) -> Run | None:
        return next((run for run in reversed(self.runs()) if run.verb in verbs), None)

    def unfinished(self) -> Run | None:
        return next((run for run in reversed(self.runs()) if not run.ended), None)

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
            _sync_folder(self.path.parent)

    def _die(self, moment: str) -> None:
        if self._kill_at == f"{self._written}:{moment}":
            os.kill(os.getpid(), signal.SIGKILL)


def _tell(run: Run, record: Record) -> None:
    step = run.steps.get(record.step)
    match record.kind:
        case "intent":
            # A repeat keeps the facts of the first intent: they say what was there before anything was changed.
            run.steps[record.step] = Step(record.step, step.intent if step else record.facts)
        case "done" if step:
            run.steps[record.step] = Step(record.step, step.intent, record.facts)
        case "failed" if step:
            run.steps[record.step] = Step(record.step, step.intent, None, str(record.facts.get("reason", "")))
        case "end":
            run.ended, run.result = True, record.facts
        case _:
            pass


def _line(record: Record) -> bytes:
    body = {"kind": record.kind, "run": record.run, "step": record.step, "facts": record.facts}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return f"{_sum(text)} {text}\n".encode()


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
        record = _parse(line)
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


def _parse(line: bytes) -> Record | None:
    try:
        total, _, text = line.decode("utf-8").partition(" ")
        body: Any = json.loads(text)
        if total != _sum(text) or body["kind"] not in KINDS:
            return None
        return Record(body["kind"], body["run"], body["step"], body["facts"])
    except (UnicodeDecodeError, ValueError, KeyError, TypeError):
        return None


def _cut(path: Path, size: int) -> None:
    """Ends the file after its last whole record, so that the next one starts on a line of its own."""
    try:
        os.truncate(path, size)
    except OSError as error:
        raise UsageError(f"cannot write the journal {path}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
