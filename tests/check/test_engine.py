"""What the rules accept, the engine itself loads: no near-miss of a rule is a definition that cannot be built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "check"
# Classes and functions of a code package that is not here.
NOT_HERE = {"operator-path-malformed", "python-callable-form"}
LOADER = """
import contextlib, io, json, pathlib, sys, tempfile
with contextlib.redirect_stdout(io.StringIO()):
    from dagfactory import load_yaml_dags
outcomes = {}
for path in sys.argv[1:]:
    copy = pathlib.Path(tempfile.mkdtemp()) / "definition.yaml"
    copy.write_bytes(pathlib.Path(path).read_bytes())
    found = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            load_yaml_dags(globals_dict=found, config_filepath=str(copy))
            dags = [value for value in found.values() if hasattr(value, "dag_id")]
            for dag in dags:
                dag.validate()
        outcomes[path] = "" if len(dags) == 1 else f"{len(dags)} DAGs"
    except BaseException as error:
        outcomes[path] = f"{type(error).__name__}: {error}"
print(json.dumps(outcomes))
"""


@pytest.mark.airflow
def test_every_near_miss_loads(tmp_path: Path) -> None:
    paths = [str(path) for path in sorted(FIXTURES.glob("*/silent.yaml")) if path.parent.name not in NOT_HERE]
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADER, *paths],
        capture_output=True, text=True, env=environment, cwd=tmp_path, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = json.loads(done.stdout.splitlines()[-1])
    assert len(outcomes) == len(paths) > 100
    assert {Path(path).parent.name: said for path, said in outcomes.items() if said} == {}
