"""Records what runs of Airflow 2 hold in their context, by Airflow 2 itself: `make context-tables`.

The tables are fixtures: tests/worker/render compares the context that the worker emulates with them. The releases come
from the package index, by name, into venvs of their own in an ignored cache.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache"
TABLES = ROOT / "tests" / "worker" / "render" / "contexts"
RELEASES = ("2.7.3", "2.11.0")
CRONS = (
    *("0 5 * * *", "*/15 * * * *", "0 0 1 * *", "0 0 * * 0", "30 2 * * 1-5", "0 0 31 * *", "0 */6 * * *"),
    *("15 3 1 1 *", "@hourly", "@daily", "@weekly", "@monthly", "@yearly"),
)
ZONES = (
    *(("0 5 * * *", "Europe/Paris"), ("30 2 * * *", "America/New_York"), ("0 0 * * *", "Asia/Kolkata")),
    *(("0 */3 * * *", "Europe/London"), ("0 0 1 * *", "Australia/Sydney")),
)
PERIODS = (86400, 6 * 3600, 45 * 60, 7 * 86400, 36 * 3600)
ANCHORS = ("2024-02-28T23:59:00Z", "2024-12-31T12:00:00Z", "2025-03-29T12:00:00Z", "2025-06-11T00:00:00Z")
BY_HAND = ("2024-02-29T23:40:00Z", "2025-01-01T00:05:00Z", "2025-06-11T10:37:21Z", "2025-10-26T01:30:00Z")
# What templates ask of the objects in the context.
EXPRESSIONS = (
    *("dag_run.run_id", "dag_run.run_type", "dag_run.external_trigger", "dag_run.conf", "dag_run.dag_id"),
    *("dag_run.execution_date", "dag_run.logical_date", "dag_run.data_interval_start", "dag_run.data_interval_end"),
    *("ti.task_id", "ti.dag_id", "ti.run_id", "ti.map_index", "ti.execution_date", "ti.xcom_pull('t')"),
    *("ti.xcom_pull(['t'])", "task.task_id", "dag.dag_id", "params.p", "macros.ds_add(ds, 3)", "ds | length"),
    *("execution_date.day_of_week", "execution_date.replace(day=1)", "execution_date.subtract(days=1)"),
    *(
        "execution_date.strftime('%Y/%m')",
        "execution_date.date()",
        "execution_date | ts_nodash",
        "execution_date.int_timestamp",
    ),
    *("data_interval_end.in_timezone('Asia/Tokyo')", "execution_date.start_of('month').to_date_string()"),
)


def schedules() -> dict[str, dict[str, object]]:
    """By name: a cron or None, or a period in seconds, and the zone of the start date."""
    found: dict[str, dict[str, object]] = {"none": {"cron": None, "zone": "UTC"}}
    found |= {f"cron{n}": {"cron": cron, "zone": "UTC"} for n, cron in enumerate(CRONS)}
    found |= {f"zone{n}": {"cron": cron, "zone": zone} for n, (cron, zone) in enumerate(ZONES)}
    return found | {f"period{n}": {"seconds": seconds, "zone": "UTC"} for n, seconds in enumerate(PERIODS)}


def interpreter(release: str) -> Path:
    """Of a venv that holds this release, made on first use. Pendulum decides how dates print: 2.7 came with 2."""
    venv = CACHE / f"airflow-{release}"
    python = venv / "bin" / "python"
    if not (venv / "lib").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", f"apache-airflow=={release}"], check=True)
    return python


def record(release: str) -> str:
    asked = {"schedules": schedules(), "anchors": ANCHORS, "by_hand": BY_HAND, "expressions": EXPRESSIONS}
    answer = CACHE / f"contexts-{release}.json"
    script = Path(__file__).with_name("airflow2_contexts.py")
    subprocess.run([interpreter(release), script, answer], input=json.dumps(asked), text=True, check=True)
    told = json.loads(answer.read_text())
    return table_text(told["versions"], told["runs"])


def table_text(versions: Mapping[str, str], runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """One line a run: whether it was scheduled, its moment, and a value for each of the columns."""
    columns = sorted({expression for found in runs.values() for run in found for expression in run["values"]})
    lines = [
        json.dumps([name, run["scheduled"], run["moment"], [run["values"][column] for column in columns]])
        for name, found in runs.items()
        for run in found
    ]
    head = {"versions": versions, "schedules": schedules(), "columns": columns}
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    return "{" + ",\n".join(parts) + ',\n"runs": [\n' + ",\n".join(lines) + "\n]}\n"


def main() -> None:
    TABLES.mkdir(exist_ok=True)
    for release in RELEASES:
        place = TABLES / f"{release}.json"
        text = record(release)
        same = place.exists() and place.read_text() == text
        place.write_text(text)
        print(f"{place.relative_to(ROOT)}: {'as it was' if same else 'written'}")


if __name__ == "__main__":
    main()
