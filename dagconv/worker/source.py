"""A child's job: imports one DAG file through Airflow's DagBag and describes what it holds."""

from __future__ import annotations

import random
import sys
import sysconfig
import traceback
from pathlib import Path
from typing import Any

from dagconv.ir import codec
from dagconv.worker import isolation, witness
from dagconv.worker.observe import OBSERVATIONS
from dagconv.worker.read.location import SourceMap
from dagconv.worker.read.task import NotReproducibleError, Source
from dagconv.worker.read.value import class_path, module_name
from dagconv.worker.read.workflow import read_workflow
from dagconv.worker.record import RECORDER, dag_construction

# A definition of 50 KB holds fewer tasks than this, whatever they are: each needs its operator's path.
MAX_TESTIFIED_TASKS = 1000


def load(request: dict[str, Any]) -> dict[str, Any]:
    """`request` has path, root and roots (folders on sys.path), and `again`, which asks for a changed clock."""
    path, root = request["path"], request["root"]
    RECORDER.is_user_file = user_files(root)
    isolation.guard(OBSERVATIONS.report, root)
    sys.dont_write_bytecode = True
    sys.path[:0] = request["roots"]
    if request["again"]:
        return _import_elsewhen(path, request)
    return _import(path)


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


def is_user_class(cls: type) -> bool:
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and RECORDER.is_user_file(file)


def _import_elsewhen(path: str, request: dict[str, Any]) -> dict[str, Any]:
    """The same import one day and some hours later, with other random numbers."""
    import time_machine

    random.seed(request["again"])
    with time_machine.travel(request["moment"], tick=True):
        return _import(path)


def _import(path: str) -> dict[str, Any]:
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
    try:
        found = bag.process_file(path, only_if_updated=False, safe_mode=False)
    except BaseException as error:  # noqa: BLE001  # DagBag lets KeyboardInterrupt through
        problems.append(error)
        found = []
    findings = [*OBSERVATIONS.found, *(describe_error(problem) for problem in problems)]
    dags, unreadable = _read_dags(found)
    return {"version": codec.VERSION, "dags": dags, "findings": findings + unreadable}


def _leave_templates() -> None:
    from airflow.sdk.definitions.dag import DAG

    def resolve_template_files(_: Any) -> None:
        pass

    DAG.resolve_template_files = resolve_template_files


def _read_dags(found: list[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    source = Source(is_user_class, SourceMap())
    dags, findings = [], []
    for dag in sorted(found, key=_definition_order):
        try:
            workflow = read_workflow(dag, source)
        except NotReproducibleError as error:
            findings.append(_finding("task-not-reproducible", {"error": str(error), "dag_id": dag.dag_id}))
            continue
        testimony = {t.task_id: witness.testify(t) for t in dag.tasks} if len(dag.tasks) <= MAX_TESTIFIED_TASKS else {}
        dags.append(
            {
                "workflow": codec.encode(workflow),
                "witness": {"tasks": testimony, "dag": witness.testify_dag(dag)},
                "origin": _origin(dag),
            }
        )
    return dags, findings


def _definition_order(dag: Any) -> tuple[int, str]:
    construction = dag_construction(dag)
    line = construction.position.line if construction and construction.position else 0
    return line, dag.dag_id


def _origin(dag: Any) -> str | None:
    """The file whose module was being executed when the DAG was made."""
    construction = dag_construction(dag)
    return construction.module_file if construction else None


def describe_error(error: BaseException) -> dict[str, Any]:
    """A finding for an exception that ended an import, at the innermost frame of the user's files."""
    if isinstance(error, SyntaxError) and error.filename and RECORDER.is_user_file(error.filename):
        params = {"message": error.msg, "text": (error.text or "").strip()}
        return _finding("syntax-error", params, error.filename, error.lineno, error.offset)
    slug = "import-failed"
    params = {"error": type(error).__name__, "message": _message(error)}
    if isinstance(error, ModuleNotFoundError):
        slug, params = "module-not-found", {"module": error.name or "?", "message": _message(error)}
    elif isinstance(error, (SystemExit, KeyboardInterrupt)):
        slug = "exit-at-import"
    elif isinstance(error, MemoryError):
        slug = "memory-limit"
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    lines = [number for _, number in traceback.walk_tb(error.__traceback__)]
    for frame, line in reversed(list(zip(frames, lines, strict=True))):
        if RECORDER.is_user_file(frame.f_code.co_filename):
            return _finding(slug, params, frame.f_code.co_filename, line)
    return _finding(slug, params)


def _message(error: BaseException) -> str:
    """The exception's text when its class is one whose `__str__` may be called."""
    if type(error).__str__ in (BaseException.__str__, OSError.__str__, KeyError.__str__, ImportError.__str__):
        return str(error)
    if not is_user_class(type(error)):
        return str(error)
    return class_path(type(error))


def _finding(
    slug: str, params: dict[str, Any], file: str | None = None, line: int | None = None, column: int | None = None
) -> dict[str, Any]:
    shown = {name: module_name(str(value))[:500] for name, value in params.items()}
    return {"slug": slug, "params": shown, "file": file, "line": line, "column": column}
