"""Loads one DAG file through the worker, twice, and puts together what both imports showed."""

from __future__ import annotations

import datetime
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.ir.enactment import RunPlan
from dagconv.ir.rendering import RenderPlan
from dagconv.load import dag_rules, failed_rules
from dagconv.load.moving import settle_moving_dates
from dagconv.load.process import Worker
from dagconv.load.reply import LoadResult, read_reads, read_reply
from dagconv.load.stability import differences, settle_code
from dagconv.load.uncalled import find_uncalled
from dagconv.wire.answer import answer_of
from dagconv.wire.inputs import NO_INPUTS, Inputs
from dagconv.wire.limits import Limits
from dagconv.wire.reads import union
from dagconv.wire.request import Again, Load

# "one day and some hours later": another day, another hour, another minute.
LATER = datetime.timedelta(days=1, hours=5, minutes=17, seconds=23)
SECOND_SEED = 20_240_229


def load_source(
    worker: Worker,
    path: Path,
    root: Path,
    limits: Limits,
    now: datetime.datetime,
    again: Worker | None = None,
    compat: bool = True,
    inputs: Inputs = NO_INPUTS,
    code: bool = False,
) -> LoadResult:
    """Imports the file in two children, the second in another time, and compares what they saw.

    `again` is a second worker with another hash seed, by which the order of sets shows too. Without `compat` only
    what Airflow 3.0.6 itself can load is loaded; with `code` the functions of tasks are testified to.
    """
    roots = import_roots(path, root, inputs.folders)
    request = Load(str(path), str(root), roots, now.timestamp(), limits, inputs, compat=compat, code=code)
    later = replace(request, again=Again(SECOND_SEED, time.time() + LATER.total_seconds()))
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit((again or worker).ask, later)
        first_reply = worker.ask(request)
        second_reply = asked.result()
    first = read_reply(first_reply, path, limits)
    # Nearly always both are the same to the byte.
    ends = [(reply.end.outcome, answer_of(reply.answer)) for reply in (first_reply, second_reply)]
    second = first if ends[0] == ends[1] else read_reply(second_reply, path, limits)
    reads = union((first.reads, read_reads(second_reply)))
    if first.failed:
        return replace(first, reads=reads)
    found = list(first.diagnostics)
    if second.failed:
        return LoadResult((), (*second.diagnostics, *_only_first(second, path)), failed=True, reads=reads)
    # What only one of the two did, it did because of the time or by chance.
    found += [finding for finding in second.diagnostics if finding not in found]
    dags, others = settle_moving_dates(first.dags, second.dags, LATER)
    found += differences(dags, others, path)
    if not dags and not any(finding.severity is Severity.ERROR for finding in found):
        found.append(_no_dag(path))
    return LoadResult(tuple(settle_code(dags, others)), tuple(found), reads=reads)


def render_source(
    worker: Worker,
    path: Path,
    root: Path,
    limits: Limits,
    now: datetime.datetime,
    plan: RenderPlan,
    inputs: Inputs = NO_INPUTS,
    code: bool = False,
) -> LoadResult:
    """Imports the file once more, in a child of its own, and renders what the plan names; no DAG is read."""
    roots = import_roots(path, root, inputs.folders)
    request = Load(str(path), str(root), roots, now.timestamp(), limits, inputs, code=code, render=plan)
    return read_reply(worker.ask(request), path, limits)


def enact_source(
    worker: Worker,
    path: Path,
    root: Path,
    limits: Limits,
    now: datetime.datetime,
    plan: RunPlan,
    inputs: Inputs = NO_INPUTS,
) -> LoadResult:
    """Imports the file once more, in a child of its own, and runs the tasks of the DAG that the plan names."""
    roots = import_roots(path, root, inputs.folders)
    request = Load(str(path), str(root), roots, now.timestamp(), limits, inputs, code=True, enact=plan)
    return read_reply(worker.ask(request), path, limits)


def _only_first(second: LoadResult, path: Path) -> list[Diagnostic]:
    """That the import works now and fails later, unless it was cut off, which load on the machine can do too."""
    cause = next((d for d in second.diagnostics if d.severity is Severity.ERROR), None)
    if cause is None or cause.rule is failed_rules.TIME_LIMIT:
        return []
    place = cause.location or Location(str(path))
    return [dag_rules.CHANGES_BETWEEN_LOADS.at(place, what="the import", before="a success", after="a failure")]


def _no_dag(path: Path) -> Diagnostic:
    uncalled = find_uncalled(path)
    if uncalled is None:
        return dag_rules.NO_DAG.at(Location(str(path)), hint="")
    return dag_rules.NO_DAG.at(Location(str(path), uncalled.line), hint=f"; {uncalled.name}() would make one")


def import_roots(path: Path, root: Path, named: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What stands on sys.path, as on MWAA: the DAGs folder, and plugins beside it.

    `named` are folders that the user named as DAGs or plugins folder, `root` the source. The DAGs folder is the nearest
    `dags` above the file, where there is one; the folder around it may hold an `include`, and a file may count on its
    own folder, which another layout had as root.
    """
    dags = next((folder for folder in path.parents if folder.name == "dags"), root)
    folders = [*map(Path, named), dags, dags.parent / "plugins", root, root / "plugins", root.parent / "plugins"]
    if (dags.parent / "include").is_dir():
        folders.append(dags.parent)
    folders.append(path.parent)
    if path.suffix == ".zip":
        folders.insert(0, path)
    return tuple(dict.fromkeys(str(folder) for folder in folders if folder.exists()))
