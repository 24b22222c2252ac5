"""Renders definitions as the service's engine does, without any code of dagconv: three runs in a row of each.

Run by test_meaning.py in a process of its own. Reads JSON {case: {"text", "first", "fields"}} from its input, where
`first` is the moment from which on runs count, and prints {case: [[fire time, {field: value}], ...]}.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import uuid
from pathlib import Path


def main() -> None:
    home = tempfile.mkdtemp(dir=Path(sys.argv[1]).parent)
    os.environ.update(AIRFLOW_HOME=home, AIRFLOW__CORE__LOAD_EXAMPLES="False", _AIRFLOW__AS_LIBRARY="1")
    os.environ.update(AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="sqlite://")
    from airflow import settings

    settings.PLUGINS_FOLDER = home
    cases = json.load(sys.stdin)
    found = {name: render(case, Path(home) / f"{name}.yaml") for name, case in cases.items()}
    Path(sys.argv[1]).write_text(json.dumps(found))


def render(case, file):
    from airflow.timetables.base import TimeRestriction
    from airflow.utils import timezone
    from dagfactory import load_yaml_dags

    file.write_text(case["text"])
    dags = {}
    load_yaml_dags(globals_dict=dags, config_filepath=str(file), defaults_config_path=str(file.parent))
    (dag,) = dags.values()
    restriction = TimeRestriction(earliest=timezone.parse(case["first"]), latest=None, catchup=True)
    last, runs = None, []
    for _ in range(3):
        info = dag.timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        last = info.data_interval
        values = {field: rendered(dag, info, *field.split(".")) for field in case["fields"]}
        runs.append([info.run_after.isoformat(), values])
    return runs


def rendered(dag, info, task_id, argument):
    from airflow.sdk.api.datamodels._generated import DagRun, TIRunContext
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    # Made anew for each run: rendering changes the task.
    task = dag.get_task(task_id).prepare_for_execution()
    run = DagRun(
        dag_id=dag.dag_id,
        run_id=f"scheduled__{info.run_after.isoformat()}",
        logical_date=info.logical_date,
        data_interval_start=info.data_interval.start,
        data_interval_end=info.data_interval.end,
        run_after=info.run_after,
        start_date=info.run_after,
        run_type="scheduled",
        clear_number=0,
        state="running",
        consumed_asset_events=[],
    )
    instance = RuntimeTaskInstance.model_construct(
        id=uuid.UUID(int=0),
        task_id=task_id,
        dag_id=dag.dag_id,
        run_id=run.run_id,
        try_number=1,
        map_index=-1,
        task=task,
        _ti_context_from_server=TIRunContext(dag_run=run, max_tries=0, task_reschedule_count=0, should_retry=False),
    )
    task.render_template_fields(instance.get_template_context())
    return getattr(task, argument)


if __name__ == "__main__":
    main()
