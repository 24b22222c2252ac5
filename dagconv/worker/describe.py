"""DAG objects to what a child answers about them: the workflow, the witness's testimony, and where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dagconv.ir.code import Testified
from dagconv.wire.answer import Finding, Loaded
from dagconv.worker import audit, witness
from dagconv.worker.compat.era import era_of
from dagconv.worker.complain import finding, is_user_class, message_of, shown_error
from dagconv.worker.objects import MAX_STATES, TooManyObjectsError
from dagconv.worker.read.location import SourceMap
from dagconv.worker.read.mapping import InstancesFailError
from dagconv.worker.read.task import Source
from dagconv.worker.read.twin import NotReproducibleError
from dagconv.worker.read.workflow import half_set_id, read_workflow, replaced_methods
from dagconv.worker.record import Position, dag_construction

# A definition of 50 KB holds fewer tasks than this, whatever they are: each needs its operator's path.
MAX_TESTIFIED_TASKS = 1000


def read_dags(
    found: list[Any],
    generation: str = "",
    reason: str = "",
    testify: Callable[[list[Any]], Testified | None] = lambda _: None,
) -> tuple[list[Loaded], list[Finding]]:
    """The DAGs in the order of their definition, and what could not be described of them; `testify` tells of code."""
    places = SourceMap()
    dags, findings = [], []
    for dag in sorted(found, key=_definition_order):
        if names := replaced_methods(dag, is_user_class):
            made = dag_construction(dag)
            params = {"dag_id": dag.dag_id, "names": ", ".join(names)}
            findings.append(finding("dag-methods-replaced", params, *_file_and_line(made.position if made else None)))
            continue
        if told := half_set_id(dag):
            made = dag_construction(dag)
            params = {"dag_id": dag.dag_id, "what": told}
            findings.append(finding("id-half-set", params, *_file_and_line(made.position if made else None)))
            continue
        source = Source(is_user_class, places, twins=len(dag.tasks) <= MAX_TESTIFIED_TASKS)
        try:
            workflow = replace(
                read_workflow(dag, source), era=era_of(dag, generation, reason), region=audit.file_region()
            )
            testimony = witness.testify_dag(dag, dag.tasks if source.twins else ())
        except NotReproducibleError as error:
            findings.append(_not_readable("task-not-reproducible", dag, message_of(error), error.position))
        except InstancesFailError as failed:
            cause = shown_error(failed.cause)
            findings.append(_not_readable("instances-fail", dag, cause, failed.position, task_id=failed.task_id))
        except TooManyObjectsError:
            made = dag_construction(dag)
            params = {"reason": f"of DAG {dag.dag_id} hangs together with more than {MAX_STATES} objects"}
            findings.append(finding("unbounded-argument", params, *_file_and_line(made.position if made else None)))
        except Exception as error:  # noqa: BLE001  # a fault of the reader must not take the other files with it
            made = dag_construction(dag)
            findings.append(_not_readable("reader-failed", dag, shown_error(error), made.position if made else None))
        else:
            dags.append(Loaded(workflow, testimony, _origin(dag), code=testify(dag.tasks)))
    return dags, findings


def _not_readable(slug: str, dag: Any, error: str, position: Position | None, **more: str) -> Finding:
    params = {"error": error, "dag_id": dag.dag_id, **more}
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
