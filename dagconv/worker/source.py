"""A child's job: imports one DAG file through Airflow's DagBag and describes what it holds."""

from __future__ import annotations

import datetime
import random
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagconv.ir import codec
from dagconv.wire.answer import Answer, Finding, Loaded
from dagconv.wire.request import Again, Load
from dagconv.worker import audit, compat, isolation, witness
from dagconv.worker.audit import AUDIT
from dagconv.worker.compat import aws_replies, inputs, stubs, user_modules
from dagconv.worker.compat.era import era_of, judge
from dagconv.worker.compat.subdag import INLINED
from dagconv.worker.compat.uses import USES
from dagconv.worker.complain import describe_error, finding, is_user_class, message_of, shown_error, was_reported
from dagconv.worker.objects import MAX_STATES, TooManyObjectsError
from dagconv.worker.observe import OBSERVATIONS, watch_files
from dagconv.worker.read.location import SourceMap
from dagconv.worker.read.task import NotReproducibleError, Source
from dagconv.worker.read.workflow import read_workflow
from dagconv.worker.record import RECORDER, Position, dag_construction

# A definition of 50 KB holds fewer tasks than this, whatever they are: each needs its operator's path.
MAX_TESTIFIED_TASKS = 1000
_ELSEWHERE: list[bytes] = []


def load(request: Load, trace: int) -> Answer:
    """Where the child stands when user code ends it goes to the file `trace`."""
    path, given = request.path, request.inputs
    sys.path.extend(given.overlays)  # before the user's files are told from a library's
    RECORDER.is_user_file = user_files(request.root)
    isolation.guard(OBSERVATIONS.report, request.root, trace)
    sys.dont_write_bytecode = True
    user_modules.install(list(request.roots), path)
    if request.compat:
        compat.enable(datetime.datetime.fromtimestamp(request.now, datetime.timezone.utc))
    aws_replies.install()
    inputs.take(given, request.asking)
    if zone := given.configuration.get("core.default_timezone"):
        compat.set_timezone(zone)
    if given.stub_missing:
        stubs.install()
    if request.asking:
        watch_files()
    return _import(path) if request.again is None else _import_elsewhen(path, request.again)


def user_files(root: str) -> Any:
    """Whether a file name is one of the user's: under the source root, or outside every library folder."""
    libraries = tuple(
        {str(Path(p)) for p in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *sys.path) if p}
        | {str(Path(__file__).parent.parent)}
    )
    known: dict[str, bool] = {}

    def is_user_file(name: str) -> bool:
        answer = known.get(name)
        if answer is None:
            inside = name.startswith(root + "/")
            answer = inside or not (name.startswith(libraries) or name.startswith("<"))
            known[name] = answer
        return answer

    return is_user_file


def _import_elsewhen(path: str, again: Again) -> Answer:
    """The same import one day and some hours later, with other random numbers and addresses of objects."""
    import time_machine

    random.seed(again.seed)
    # Takes the free places of every size, so that what is made from here on lies elsewhere in memory.
    _ELSEWHERE.extend(bytes(size) for size in range(0, 480, 16) for _ in range(300))
    with time_machine.travel(again.moment, tick=True):
        return _import(path)


def _import(path: str) -> Answer:
    from airflow.models.dagbag import DagBag

    problems: list[BaseException] = []

    class Log:
        """Stands in for DagBag's logger: the exception itself is worth more than its text."""

        def exception(self, *_: object) -> None:
            error = sys.exc_info()[1]
            if error is not None:
                problems.append(error)

        def __getattr__(self, _: str) -> Any:
            return lambda *_, **__: None

    class Bag(DagBag):  # type: ignore[misc]
        log = Log()

    bag = Bag(dag_folder="/nonexistent", include_examples=False, collect_dags=False, safe_mode=False)
    # Template files are read by the reader, one by one, with their names.
    _leave_templates()
    AUDIT.watch()
    try:
        found = bag.process_file(path, only_if_updated=False, safe_mode=False)
    except BaseException as error:  # noqa: BLE001  # DagBag lets KeyboardInterrupt through
        problems.append(error)
        found = []
    found = [dag for dag in found if not any(dag is inner for inner in INLINED)]
    generation, reason = judge(path)
    dags, unreadable = _read_dags([] if problems else found, generation, reason)
    errors = [describe_error(problem) for problem in problems if not was_reported(problem)]
    changed = [] if problems else audit.findings(audit.user_files())
    findings = (*OBSERVATIONS.found, *USES.found, *errors, *changed, *unreadable)
    return Answer(codec.VERSION, bool(problems), tuple(dags), findings)


def _leave_templates() -> None:
    from airflow.sdk.definitions.dag import DAG

    def resolve_template_files(_: Any) -> None:
        pass

    DAG.resolve_template_files = resolve_template_files


def _read_dags(found: list[Any], generation: str = "", reason: str = "") -> tuple[list[Loaded], list[Finding]]:
    places = SourceMap()
    dags, findings = [], []
    for dag in sorted(found, key=_definition_order):
        source = Source(is_user_class, places, twins=len(dag.tasks) <= MAX_TESTIFIED_TASKS)
        try:
            workflow = replace(
                read_workflow(dag, source), era=era_of(dag, generation, reason), region=audit.file_region()
            )
            testimony = _testimony(dag)
        except NotReproducibleError as error:
            findings.append(_not_readable("task-not-reproducible", dag, message_of(error), error.position))
        except TooManyObjectsError:
            made = dag_construction(dag)
            params = {"reason": f"of DAG {dag.dag_id} hangs together with more than {MAX_STATES} objects"}
            findings.append(finding("unbounded-argument", params, *_file_and_line(made.position if made else None)))
        except Exception as error:  # noqa: BLE001  # a fault of the reader must not take the other files with it
            made = dag_construction(dag)
            findings.append(_not_readable("reader-failed", dag, shown_error(error), made.position if made else None))
        else:
            dags.append(Loaded(workflow, testimony, _origin(dag)))
    return dags, findings


def _testimony(dag: Any) -> dict[str, Any]:
    """About each task, with each instance that Airflow would make of a mapped one, and the DAG."""
    told = dag.tasks if len(dag.tasks) <= MAX_TESTIFIED_TASKS else ()
    return {"tasks": {task.task_id: witness.testify(task) for task in told}, "dag": witness.testify_dag(dag)}


def _not_readable(slug: str, dag: Any, error: str, position: Position | None) -> Finding:
    params = {"error": error, "dag_id": dag.dag_id}
    return finding(slug, params, *_file_and_line(position))


def _file_and_line(position: Position | None) -> tuple[str | None, int | None]:
    return (position.code.co_filename, position.line) if position else (None, None)


def _definition_order(dag: Any) -> tuple[int, str]:
    construction = dag_construction(dag)
    line = construction.position.line if construction and construction.position else 0
    return line, dag.dag_id


def _origin(dag: Any) -> str | None:
    """The file whose module was being executed when the DAG was made."""
    construction = dag_construction(dag)
    return construction.module_file if construction else None
