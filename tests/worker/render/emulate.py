"""Renders the tables of contexts/ with the context that the worker emulates, in a process of its own: Airflow stands
in it without database, and no other test has it.

Run by test_contexts.py with the paths of a table and of the answer, and how many runs a step takes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path


def main() -> None:
    from dagconv.worker import engine

    engine.configure(Path(tempfile.mkdtemp(dir=Path(sys.argv[2]).parent)))
    engine.start()
    engine.prepare_runs(needed=True)
    table = json.loads(Path(sys.argv[1]).read_text())
    release = "2.7" if table["versions"]["pendulum"].startswith("2.") else "2.11"
    columns = table["columns"]
    runs = [rendered(table["schedules"][run[0]], run, columns, release) for run in table["runs"][:: int(sys.argv[3])]]
    Path(sys.argv[2]).write_text(json.dumps(runs))


def rendered(spec, run, columns, release):
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG

    from dagconv.ir.rendering import Occasion, Runs
    from dagconv.worker.render.engine import supervisor_stood_in
    from dagconv.worker.render.old import old_context
    from dagconv.worker.render.run import run_of
    from dagconv.worker.render.values import Outputs

    name, scheduled, moment, _ = run
    with DAG(name, schedule=None, params={"p": "given"}):
        task = EmptyOperator(task_id="t")
    occasion = Occasion("recorded", scheduled, moment, "none")
    with supervisor_stood_in():
        context = old_context(
            task, run_of(occasion, Runs("2", schedule(spec))), Outputs("none", {}, name, ["t"]), -1, release
        )
        return {"values": [render(task, context, column) for column in columns], "keys": sorted(context)}


def schedule(spec):
    from dagconv.ir.schedule import NO_SCHEDULE, Cron, Delta
    from dagconv.ir.value import TimedeltaValue
    from dagconv.language.cron import expand_preset

    if "seconds" in spec:
        return Delta(TimedeltaValue(spec["seconds"] // 86400, spec["seconds"] % 86400, 0), data_intervals=True)
    if spec["cron"] is None:
        return NO_SCHEDULE
    return Cron(spec["cron"], expand_preset(spec["cron"]) or spec["cron"], spec["zone"], data_intervals=True)


def render(task, context, expression):
    try:
        return task.render_template("{{ " + expression + " }}", context)
    except Exception as error:  # noqa: BLE001  # whatever a run would fail with
        return "fails: " + type(error).__name__


if __name__ == "__main__":
    main()
