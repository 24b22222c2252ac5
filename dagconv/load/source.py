"""Loads one DAG file through the worker, twice, and turns the replies into workflows and findings."""

from __future__ import annotations

import datetime
import json
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.ir import codec
from dagconv.ir.task import Task
from dagconv.ir.workflow import Workflow
from dagconv.load import rules
from dagconv.load.process import Reply, Worker

# "one day and some hours later": another day, another hour, another minute.
LATER = datetime.timedelta(days=1, hours=5, minutes=17, seconds=23)
SECOND_SEED = 20_240_229
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


def load_source(
    worker: Worker,
    path: Path,
    root: Path,
    limits: Limits,
    now: datetime.datetime,
    again: Worker | None = None,
    compat: bool = True,
) -> LoadResult:
    """Imports the file in two children, the second in another time, and compares what they saw.

    `again` is a second worker with another hash seed, by which the order of sets shows too. Without `compat` only
    what Airflow 3.0.6 itself can load is loaded.
    """
    request = {
        "job": "load",
        "path": str(path),
        "root": str(root),
        "roots": import_roots(path, root),
        "again": None,
        "moment": None,
        "now": now.timestamp(),
        "compat": compat,
        "timeout": limits.timeout,
        "memory_mb": limits.memory_mb,
    }
    later = {**request, "again": SECOND_SEED, "moment": (now + LATER).timestamp()}
    with ThreadPoolExecutor(1) as pool:
        second_reply = pool.submit((again or worker).ask, later)
        first = read_reply(worker.ask(request), path, limits)
        second = read_reply(second_reply.result(), path, limits)
    if first.failed:
        return first
    if second.failed:
        return LoadResult((), second.diagnostics, failed=True)
    unstable = tuple(differences(first, second, path))
    diagnostics = (*first.diagnostics, *unstable)
    if not first.dags and not diagnostics:
        diagnostics = (rules.NO_DAG.at(Location(str(path))),)
    return LoadResult(first.dags, diagnostics)


def import_roots(path: Path, root: Path) -> list[str]:
    """What stands on sys.path, as on MWAA: the DAGs folder, and plugins beside it."""
    folders = [root, root.parent / "plugins"]
    if path.suffix == ".zip":
        folders.insert(0, path)
    return [str(folder) for folder in folders if folder.exists()]


def read_reply(reply: Reply, path: Path, limits: Limits) -> LoadResult:
    """The reply of a load or reload child; a child that did not answer, or not as agreed, fails this file only."""
    if reply.outcome != "done":
        return LoadResult((), (_explain_end(reply, path, limits),), failed=True)
    try:
        data = json.loads(reply.answer)
        if not isinstance(data, dict) or data.get("version") != codec.VERSION:
            raise codec.DecodeError("no version that is known")
        dags = tuple(_read_dag(entry) for entry in _list(data, "dags"))
        findings = [_read_finding(entry, path, limits) for entry in _list(data, "findings")]
    except (codec.DecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        bad = rules.BAD_REPLY.at(Location(str(path)), reason=str(error))
        return LoadResult((), (bad,), failed=True)
    if reply.cut:
        findings.append(rules.MUCH_OUTPUT.at(Location(str(path))))
    failed = data.get("failed") is not False
    if failed and not any(finding.severity is Severity.ERROR for finding in findings):
        findings.append(rules.BAD_REPLY.at(Location(str(path)), reason="it failed without a reason"))
    return LoadResult(() if failed else dags, tuple(findings), failed)


def _list(data: dict[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    if not isinstance(value, list):
        raise codec.DecodeError(f"{name} is not a list")
    return value


def _read_dag(entry: Any) -> Loaded:
    origin, schedule, witness = entry.get("origin"), entry.get("schedule_text"), entry.get("witness")
    if not isinstance(origin, (str, type(None))) or not isinstance(schedule, (str, type(None))):
        raise codec.DecodeError("a DAG's origin or schedule is not text")
    if not isinstance(witness, dict):
        raise codec.DecodeError("a DAG has no witness")
    return Loaded(codec.decode(Workflow, entry.get("workflow")), witness, origin, schedule)


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
    return rule.at(location, dag_id=dag_id, **{name: known[name] for name in rule.parameters if name != "dag_id"})


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


def differences(first: LoadResult, second: LoadResult, path: Path) -> Iterator[Diagnostic]:
    """What differs between two loads of one file, each at its place."""
    other = {dag.workflow.dag_id: dag.workflow for dag in second.dags}
    mine = {dag.workflow.dag_id for dag in first.dags}
    for dag_id in sorted(mine ^ other.keys()):
        states = ("there", "missing") if dag_id in mine else ("missing", "there")
        yield _differs(Location(str(path)), f"DAG {dag_id}", *states)
    for dag in first.dags:
        again = other.get(dag.workflow.dag_id)
        if again is not None and not codec.same(dag.workflow, again):
            yield from _workflow_differences(dag.workflow, again)


def _differs(location: Location | None, what: str, before: str, after: str) -> Diagnostic:
    return rules.CHANGES_BETWEEN_LOADS.at(location, what=what, before=before, after=after)


_DAG_FIELDS = ("description", "schedule", "start_date", "end_date", "default_args", "params", "settings", "groups")


def _workflow_differences(one: Workflow, two: Workflow) -> Iterator[Diagnostic]:
    for field in _DAG_FIELDS:
        before, after = (codec.canonical(getattr(workflow, field)) for workflow in (one, two))
        if before != after:
            yield _differs(one.locate(None, field), f"{field} of DAG {one.dag_id}", before, after)
    others = {task.task_id: task for task in two.tasks}
    ids = {task.task_id for task in one.tasks}
    for task_id in sorted(ids ^ others.keys()):
        states = ("there", "missing") if task_id in ids else ("missing", "there")
        yield _differs(one.locate(task_id, None), f"task {task_id} of DAG {one.dag_id}", *states)
    for task in one.tasks:
        if task.task_id in others and not codec.same(task, others[task.task_id]):
            yield from _task_differences(one, task, others[task.task_id])


def _task_differences(workflow: Workflow, one: Task, two: Task) -> Iterator[Diagnostic]:
    names = dict.fromkeys(argument.name for argument in (*one.arguments, *two.arguments))
    found = False
    for name in names:
        before, after = (_argument_text(task, name) for task in (one, two))
        if before != after:
            found = True
            yield _differs(workflow.locate(one.task_id, name), f"{name} of task {one.task_id}", before, after)
    if not found:
        yield _differs(workflow.locate(one.task_id, None), f"task {one.task_id}", "one form", "another")


def _argument_text(task: Task, name: str) -> str:
    argument = task.argument(name)
    return codec.canonical(argument.value) if argument else "missing"
