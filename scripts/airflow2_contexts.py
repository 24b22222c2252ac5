"""Renders every variable of a run's context in the Airflow 2 that it runs in, and prints the table as JSON.

Run by `context_tables.py` with the interpreter of a venv of its own; imports nothing of dagconv. Reads JSON from its
input: `schedules` by name, `anchors` from which on scheduled runs count, `by_hand`, and the `expressions` to render.
"""

import datetime
import json
import os
import sys
import tempfile
from typing import Any

# The keys of the context that hold whole objects; `expressions` ask them for what templates ask.
OBJECTS = (
    *("conf", "conn", "dag", "dag_run", "macros", "task", "task_instance", "ti", "var"),
    *("inlet_events", "outlet_events"),
)


def main() -> None:
    asked = json.load(sys.stdin)
    home = tempfile.mkdtemp()
    os.environ.update(
        AIRFLOW_HOME=home,
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__UNIT_TEST_MODE="False",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="sqlite:///" + home + "/airflow.db",
    )
    import logging

    logging.disable(logging.CRITICAL)
    import sqlalchemy  # type: ignore[import-untyped]  # of that Airflow
    from airflow import models, settings
    from airflow.models.base import Base
    from airflow.models.tasklog import LogTemplate
    from airflow.utils.session import create_session

    models.import_all_models()
    if "ab_user" not in Base.metadata.tables:  # of the web server, which notes of tasks refer to
        sqlalchemy.Table("ab_user", Base.metadata, sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True))
    Base.metadata.create_all(settings.engine)
    with create_session() as session:
        session.add(LogTemplate(filename="f", elasticsearch_id="e"))  # which every run refers to
    table = {name: runs_of(name, schedule, asked) for name, schedule in asked["schedules"].items()}
    import airflow
    import pendulum

    versions = {"airflow": airflow.__version__, "pendulum": pendulum.__version__}
    with open(sys.argv[1], "w") as file:  # noqa: PTH123  # as old as the Airflow that it runs in
        json.dump({"versions": versions, "runs": table}, file)


def runs_of(name: str, schedule: Any, asked: Any) -> Any:
    import pendulum
    from airflow import DAG
    from airflow.operators.empty import EmptyOperator

    start = pendulum.datetime(2020, 1, 1, tz=schedule["zone"])
    every = datetime.timedelta(seconds=schedule["seconds"]) if "seconds" in schedule else schedule["cron"]
    with DAG(name, schedule=every, start_date=start, catchup=True, params={"p": "given"}) as dag:
        EmptyOperator(task_id="t")
    dag.sync_to_db()
    found = []
    infos = [first_run(dag, pendulum.parse(anchor)) for anchor in asked["anchors"] if every is not None]
    for info in {info.run_after: info for info in infos}.values():  # a rare schedule may have one run after two
        found.append(one_run(dag, True, info.run_after, info.logical_date, info.data_interval, asked["expressions"]))
    for text in asked["by_hand"]:
        moment = pendulum.parse(text)
        interval = dag.timetable.infer_manual_data_interval(run_after=moment)
        found.append(one_run(dag, False, moment, moment, interval, asked["expressions"]))
    return found


def first_run(dag: Any, anchor: Any) -> Any:
    """Found between two runs, so that it is the first after the anchor."""
    for days in (2, 40, 800):
        before = None
        for info in dag.iter_dagrun_infos_between(anchor.subtract(days=days), anchor.add(days=days)):
            if info.run_after > anchor and before is not None:
                return info
            before = info
    raise ValueError("no run in two years")


def one_run(dag: Any, scheduled: bool, moment: Any, logical: Any, interval: Any, expressions: Any) -> Any:
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunType

    kind = DagRunType.SCHEDULED if scheduled else DagRunType.MANUAL
    with create_session() as session:
        run = dag.create_dagrun(
            run_id=dag.timetable.generate_run_id(run_type=kind, logical_date=logical, data_interval=interval),
            run_type=kind,
            execution_date=logical,
            data_interval=interval,
            state=DagRunState.RUNNING,
            external_trigger=not scheduled,
            session=session,
        )
        session.flush()
        instance = run.get_task_instance("t", session=session)
        instance.task = dag.get_task("t")
        context = instance.get_template_context(session=session)
        values = {expression: rendered(instance.task, context, expression) for expression in expressions}
        values |= {key: rendered(instance.task, context, key) for key in sorted(context) if key not in OBJECTS}
    return {"scheduled": scheduled, "moment": moment.in_timezone("UTC").isoformat(), "values": values}


def rendered(task: Any, context: Any, expression: str) -> Any:
    try:
        return task.render_template("{{ " + expression + " }}", context)
    except Exception as error:  # noqa: BLE001  # whatever a run would fail with
        return "fails: " + type(error).__name__


if __name__ == "__main__":
    main()
