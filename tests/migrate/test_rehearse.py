"""The rehearsal as a user calls it, with the real converter, and its stand-ins served for other commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAGS = ROOT / "fixtures/migrate/environment/dags"


@pytest.mark.airflow
def test_a_whole_migration_with_a_crash(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "migrate", "rehearse", "--source", str(DAGS), "--crash"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for text in (
        "Plan ", "9 to create", "3 refused", "# 2 workflows exist now", "9 of 9 workflows are as they were deployed",
        "0 workflows differ", "# After the rollback: 0 workflows, 0 paused DAGs",
    ):  # fmt: skip
        assert text in done.stdout
    assert len(list(DAGS.glob("*.py"))) == 12


def test_without_dags_it_says_what_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "migrate", "rehearse"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "--source DIR or --definitions DIR" in done.stderr
