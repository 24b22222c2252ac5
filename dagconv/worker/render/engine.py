"""The engine's own context of a real run: Airflow 3.0.6 builds it, only its supervisor is stood in for."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Iterator
from typing import Any

from dagconv.worker.render.run import Run
from dagconv.worker.render.values import Given, Named, Outputs, variables_of

_ID = uuid.UUID(int=1)


@contextlib.contextmanager
def supervisor_stood_in() -> Iterator[None]:
    """While contexts are made and rendered with; afterwards Airflow is as it was."""
    from airflow.sdk.execution_time import task_runner

    names = ("XCom", "get_previous_dagrun_success", "process_params")
    saved = {name: vars(task_runner)[name] for name in names}
    try:
        yield
    finally:
        vars(task_runner).update(saved)


def engine_context(task: Any, run: Run, outputs: Outputs, index: int = -1) -> dict[str, Any]:
    """The context of a run in Airflow 3.0.6. Whatever it asks of its supervisor is answered by `outputs`."""
    from airflow.sdk.execution_time import task_runner

    runtime: Any = task_runner
    runtime.XCom = outputs
    runtime.get_previous_dagrun_success = lambda _: _previous(run)
    instance = task_runner.RuntimeTaskInstance.model_construct(
        id=_ID,
        task_id=task.task_id,
        dag_id=task.dag_id,
        run_id=run.run_id,
        try_number=1,
        map_index=index,
        task=task,
        start_date=run.moment,
    )
    instance._ti_context_from_server = _from_server(task, run)
    runtime.process_params = lambda *_, **__: params_of(task, run)
    context: dict[str, Any] = dict(instance.get_template_context())
    context["var"] = variables_of(run.variables, run.occasion.values)
    context["conn"] = Named("conn", "nested")
    return context


def params_of(task: Any, run: Run) -> dict[str, Any]:
    """The params of the DAG and the task; where a run is given values they are all overridden."""
    declared = {name: task.params.get_param(name).value for name in task.params}
    if run.occasion.is_given_values:
        return Given(declared, run.occasion.values)
    return {name: value for name, value in declared.items() if type(value).__name__ != "ArgNotSet"}


def conf_of(run: Run) -> dict[str, Any]:
    return Given({}, run.occasion.values) if run.occasion.is_given_values else {}


def _from_server(task: Any, run: Run) -> Any:
    from airflow.sdk.api.datamodels import _generated as models

    dag_run = models.DagRun.model_construct(
        dag_id=task.dag_id,
        run_id=run.run_id,
        logical_date=run.logical,
        data_interval_start=run.start,
        data_interval_end=run.end,
        run_after=run.moment,
        start_date=run.moment,
        run_type=models.DagRunType.SCHEDULED if run.occasion.scheduled else models.DagRunType.MANUAL,
        state=models.DagRunState.RUNNING,
        conf=conf_of(run),
        consumed_asset_events=[],
    )
    return models.TIRunContext.model_construct(dag_run=dag_run, max_tries=0)


def _previous(run: Run) -> Any:
    from airflow.sdk.execution_time.comms import PrevSuccessfulDagRunResult

    day = datetime.timedelta(days=1)
    return PrevSuccessfulDagRunResult.model_construct(
        data_interval_start=run.start - day,
        data_interval_end=run.end - day,
        start_date=run.moment - day,
        end_date=run.moment - day,
    )
