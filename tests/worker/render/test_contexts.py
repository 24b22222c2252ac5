"""The emulated context of Airflow 2 against tables that Airflow 2.7.3 and 2.11.0 wrote themselves.

`make context-tables` writes the tables anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TABLES = sorted((HERE / "contexts").glob("*.json"))
# Of these only the name is emulated, with a moment for a value: what they hold depends on the runs before.
OF_OTHER_RUNS = frozenset(
    {"prev_data_interval_start_success", "prev_data_interval_end_success", "prev_start_date_success"}
    | {"prev_end_date_success", "prev_execution_date_success"}
)
# Objects, of which templates ask parts that the tables have.
OBJECTS = frozenset({"conf", "conn", "dag", "dag_run", "macros", "task", "task_instance", "ti", "var"})
# What 2.7.3 counts otherwise than every later release: the last interval, in the hour that clocks show twice.
COUNTED_OTHERWISE = ("2.7.3", "zone3", "2025-10-26T01:30:00+00:00")

# Every fourth run, in their order, which takes all schedules; all with DAGCONV_TEST_FULL.
EACH = 1 if os.environ.get("DAGCONV_TEST_FULL") else 4

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module", params=TABLES, ids=lambda path: path.stem)
def table(request, tmp_path_factory):
    """The release, its columns, and by run what Airflow gave and what is emulated."""
    answer = tmp_path_factory.mktemp("emulated") / "answer.json"
    command = [sys.executable, str(HERE / "emulate.py"), str(request.param), str(answer), str(EACH)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    recorded = json.loads(request.param.read_text())
    return (
        request.param.stem,
        recorded["columns"],
        list(zip(recorded["runs"][::EACH], json.loads(answer.read_text()), strict=True)),
    )


def test_the_tables_are_of_both_releases_and_of_enough_schedules(table):
    assert [path.stem for path in TABLES] == ["2.11.0", "2.7.3"]
    _, columns, runs = table
    assert len({name for (name, *_), _ in runs}) >= 20
    assert len(runs) >= 150 / EACH
    assert len(columns) >= 50


def test_every_variable_renders_as_airflow_rendered_it(table):
    release, columns, runs = table
    differences = [
        (name, moment, scheduled, column, value, emulated)
        for (name, scheduled, moment, values), answer in runs
        for column, value, emulated in zip(columns, values, answer["values"], strict=True)
        if value != emulated and column not in OF_OTHER_RUNS and (release, name, moment) != COUNTED_OTHERWISE
    ]
    assert differences == []


def test_the_context_has_the_names_that_airflow_had(table):
    _, columns, runs = table
    had = {column for column in columns if column.isidentifier()}
    for _, answer in runs:
        assert set(answer["keys"]) - OBJECTS >= had
        assert set(answer["keys"]) - OBJECTS - had <= {"map_index_template", "prev_end_date_success"}
