"""Judges definitions further than their text shows: through the engine itself, and what fixes make of them."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, replace

from dagconv.check.batch import NOT_LOADED, Judged, with_findings
from dagconv.check.definition import check_definition
from dagconv.check.node import Mapping
from dagconv.diagnostics import Diagnostic, Location
from dagconv.diagnostics.report import FileStatus
from dagconv.errors import InternalError
from dagconv.fix.apply import fix_text
from dagconv.load.process import Worker
from dagconv.load.reload import reload_definition
from dagconv.prove.view import Reader, view_workflow
from dagconv.wire.limits import Limits

# Of path, text before and text after: whether both mean the same to the service.
SameMeaning = Callable[[str, str, str], bool]

# How Airflow's messages name a task: "(task_id: a)", "for task 'a'", "for a in dag", "'my_dag .a'".
_TASK = r"(?<![\w.-]){}(?![\w-])"


def check_deeply(judged: Sequence[Judged], limits: Limits) -> list[Judged]:
    """What only the engine can see, added to what the text shows. Raises EngineMissingError without Airflow."""
    with Worker() as worker:
        return [_load(worker, one, limits) for one in judged]


@contextlib.contextmanager
def comparing(limits: Limits) -> Iterator[SameMeaning]:
    """A function of path, text before and text after: whether both mean the same to the service.

    What the engine does not load has no meaning yet that a fix could change.
    """
    with Worker() as worker:

        def same(path: str, before: str, after: str) -> bool:
            sides = [reload_definition(worker, text, path, limits) for text in (before, after)]
            if any(side.failed or len(side.dags) != 1 for side in sides):
                return True
            one, two = ((side.dags[0].schedule_text, side.dags[0].workflow) for side in sides)
            views = (view_workflow(workflow, Reader.SERVICE) for _, workflow in (one, two))
            return one[0] == two[0] and next(views) == next(views)

        yield same


@dataclass(frozen=True, slots=True)
class Fix:
    """A file before and after its fixes, and how often each code was fixed."""

    path: str
    before: str
    after: str
    codes: MappingABC[str, int]


def fix_files(judged: Sequence[Judged], same: SameMeaning | None = None, *, unsafe: bool) -> Iterator[Fix]:
    """Each file that was read and judged, fixed; `same` is asked about safe fixes.

    Raises InternalError when a safe fix changes what a definition means.
    """
    for one in judged:
        if one.document is None or one.report.status is FileStatus.SKIPPED or not one.document.text:
            continue
        path, text = one.report.path, one.document.text
        fixed = fix_text(text, functools.partial(check_definition, filename=path), unsafe=unsafe)
        if same is not None and not unsafe and fixed.text != text and not same(path, text, fixed.text):
            raise InternalError(f"the fixes {', '.join(sorted(fixed.codes))} change what {path} means; it is as it was")
        yield Fix(path, text, fixed.text, fixed.codes)


def _load(worker: Worker, judged: Judged, limits: Limits) -> Judged:
    document, path = judged.document, judged.report.path
    if document is None or judged.report.status is not FileStatus.VALID:
        return judged
    if judged.needs_code:
        return with_findings(judged, (NOT_LOADED.at(Location(path)),))
    result = reload_definition(worker, document.text, path, limits)
    return with_findings(judged, [_placed(judged, found) for found in result.diagnostics])


def _placed(judged: Judged, found: Diagnostic) -> Diagnostic:
    """The finding at the task that the engine's own words name, else at the DAG."""
    document = judged.document
    root = document.root if document is not None else None
    if document is None or not isinstance(root, Mapping) or found.location is None or found.location.line is not None:
        return found
    dag = root.entries[0]
    said = " ".join(value for _, value in found.params if isinstance(value, str))
    tasks = dag.value.get("tasks") if isinstance(dag.value, Mapping) else None
    for entry in tasks.entries if isinstance(tasks, Mapping) else ():
        if re.search(_TASK.format(re.escape(entry.key.text)), said):
            return replace(found, location=document.place(entry.key), dag_id=dag.key.text, task_id=entry.key.text)
    return replace(found, location=document.place(dag.key), dag_id=dag.key.text)
