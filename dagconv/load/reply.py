"""What a child answered, as workflows and findings: the answer is untrusted, and a bad one fails its file only."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.ir import codec
from dagconv.ir.workflow import Workflow
from dagconv.load import rules
from dagconv.load.process import Reply
from dagconv.load.text import unwritable_text

CROWD = 64  # the server's MAX_DESCENDANTS


@dataclass(frozen=True, slots=True)
class Limits:
    """Per file: `timeout` in seconds, `memory_mb` on top of what Airflow itself needs."""

    timeout: float = 30.0
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """One DAG. `witness` is the worker's second testimony, compared only with another of its kind; `origin` the
    file whose module made the DAG; `schedule_text` a schedule that the engine was spared (reloads only)."""

    workflow: Workflow
    witness: dict[str, Any]
    origin: str | None = None
    schedule_text: str | None = None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`failed` when the file could not be loaded at all, whatever else was found."""

    dags: tuple[Loaded, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: bool = False


def read_reply(reply: Reply, path: Path, limits: Limits) -> LoadResult:
    """The reply of a load or reload child; a child that did not answer, or not as agreed, fails this file only."""
    if reply.outcome != "done":
        return LoadResult((), (_explain_end(reply, path, limits),), failed=True)
    try:
        data = json.loads(reply.answer, parse_constant=_refuse_constant)
        if not isinstance(data, dict) or data.get("version") != codec.VERSION:
            raise codec.DecodeError("no version that is known")
        entries = _list(data, "dags")
        dags = tuple(_read_dag(entry) for entry in entries)
        findings = [_read_finding(entry, path, limits) for entry in _list(data, "findings")]
        if _ESCAPED.search(reply.answer):
            for entry, dag in zip(entries, dags, strict=True):
                findings += unwritable_text(entry["workflow"], dag.workflow)
    except (codec.DecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        bad = rules.BAD_REPLY.at(Location(str(path)), reason=str(error))
        return LoadResult((), (bad,), failed=True)
    if reply.cut:
        findings.append(rules.MUCH_OUTPUT.at(Location(str(path))))
    failed = data.get("failed") is not False
    if failed and not any(finding.severity is Severity.ERROR for finding in findings):
        findings.append(rules.BAD_REPLY.at(Location(str(path)), reason="it failed without a reason"))
    return LoadResult(() if failed else dags, tuple(findings), failed)


# How JSON in ASCII spells NUL and halves of surrogate pairs; whole pairs are looked at more closely.
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def _refuse_constant(name: str) -> None:
    raise codec.DecodeError(f"{name} is no JSON")


def _list(data: dict[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    if not isinstance(value, list):
        raise codec.DecodeError(f"{name} is not a list")
    return value


def _read_dag(entry: Any) -> Loaded:
    if not isinstance(entry, dict):
        raise codec.DecodeError("a DAG is no object")
    origin, schedule, witness = entry.get("origin"), entry.get("schedule_text"), entry.get("witness")
    if not isinstance(origin, (str, type(None))) or not isinstance(schedule, (str, type(None))):
        raise codec.DecodeError("a DAG's origin or schedule is not text")
    if not isinstance(witness, dict):
        raise codec.DecodeError("a DAG has no witness")
    return Loaded(codec.decode(Workflow, entry.get("workflow")), witness, origin, schedule)


# Names that `Rule.at` has for itself.
_NOT_PARAMS = frozenset({"self", "location", "dag_id", "related", "severity"})


def _read_finding(entry: Any, path: Path, limits: Limits) -> Diagnostic:
    rule = rules.BY_SLUG.get(entry["slug"])
    params = entry["params"]
    if rule is None or not isinstance(params, dict) or not all(isinstance(v, str) for v in params.values()):
        raise codec.DecodeError("a finding of an unknown kind")
    known = {"limit": str(limits.memory_mb), **params}
    missing = rule.parameters - known.keys()
    if missing:
        raise codec.DecodeError(f"{rule.slug} without {min(missing)}")
    file, dag_id = entry.get("file"), params.get("dag_id")
    location = Location(file if isinstance(file, str) else str(path), *_numbers(entry))
    return rule.at(location, dag_id=dag_id, **{name: known[name] for name in sorted(known.keys() - _NOT_PARAMS)})


def _numbers(entry: dict[str, Any]) -> Iterator[int | None]:
    """Line and column."""
    for name in ("line", "column"):
        number = entry.get(name)
        yield number if type(number) is int and number > 0 else None


def _explain_end(reply: Reply, path: Path, limits: Limits) -> Diagnostic:
    line = last_line(reply.trace, str(path))
    location, place = Location(str(path), line), f" at line {line}" if line else ""
    if reply.outcome == "crowd":
        return rules.PROCESS_BOMB.at(location, limit=CROWD)
    if reply.outcome == "timeout" or reply.signal == signal.SIGXCPU:
        return rules.TIME_LIMIT.at(location, seconds=f"{limits.timeout:g}", place=place)
    if reply.outcome == "garbled":
        return rules.BAD_REPLY.at(location, reason="something else was written in its place")
    if reply.signal is not None:
        return rules.PROCESS_KILLED.at(location, signal=_signal_name(reply.signal), place=place)
    return rules.PROCESS_EXITED.at(location, exit=reply.exit, place=place)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


_FRAME = re.compile(r'^  File "(?P<file>.*)", line (?P<line>\d+)', re.MULTILINE)
_FRAME_NAME_LIMIT = 500  # faulthandler cuts names there


def last_line(trace: str, path: str) -> int | None:
    """The innermost line of the file in faulthandler's last dump, which escapes what is not ASCII.

    Of several threads the one that crashed counts ("Current thread"), else the main one, which comes last.
    """
    threads = re.split(r"^(?=(?:Current thread|Thread) 0x)", trace, flags=re.MULTILINE)
    current = [thread for thread in threads if thread.startswith("Current thread")]
    name = path.encode("ascii", "backslashreplace").decode()[:_FRAME_NAME_LIMIT]
    for match in _FRAME.finditer((current or threads)[-1]):
        if match["file"].removesuffix("...") == name:
            return int(match["line"])
    return None
