"""What holds of the suite itself: the same tests in every process, so that several can share them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def test_another_process_collects_the_same_tests(request: pytest.FixtureRequest) -> None:
    """Neither addresses nor the order of sets may stand in an id."""
    files = sorted({item.nodeid.partition("::")[0] for item in request.session.items})
    here = {item.nodeid for item in request.session.items}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    there = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(there) == len(set(there))
    assert here - set(there) == set()
