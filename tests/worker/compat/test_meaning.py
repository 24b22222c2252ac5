"""What the definitions of old sources render to, against dates worked out by hand for the Airflow they came from.

`meaning.json` of a case holds three runs in a row: when each fires, and what its arguments were in the old Airflow.
The definition is rendered by the engine alone; none of dagconv's readers takes part.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[3] / "fixtures" / "old"
CASES = sorted(file.parent.name for file in FIXTURES.glob("*/meaning.json"))
RENDER = Path(__file__).with_name("render_runs.py")

pytestmark = pytest.mark.airflow


def runs_of(case):
    return [(run.pop("at"), run) for run in json.loads((FIXTURES / case / "meaning.json").read_text())["runs"]]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    cases = {
        case: {
            "text": (FIXTURES / case / "want.yaml").read_text(),
            "first": runs_of(case)[0][0],
            "fields": list(runs_of(case)[0][1]),
        }
        for case in CASES
    }
    answer = tmp_path_factory.mktemp("rendered") / "answer.json"
    done = subprocess.run(
        [sys.executable, str(RENDER), str(answer)], input=json.dumps(cases), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(answer.read_text())


def test_enough_cases_are_worked_out():
    assert len(CASES) >= 30


@pytest.mark.parametrize("case", CASES)
def test_three_runs_render_as_the_old_airflow_did(case, rendered):
    assert [tuple(run) for run in rendered[case]] == runs_of(case)
