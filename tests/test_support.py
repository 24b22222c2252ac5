"""docs/support.md is what the rules, the operator data and the fixtures give today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_page_of_what_is_supported_is_fresh():
    command = [sys.executable, str(ROOT / "scripts" / "regen.py"), "support", "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"run scripts/regen.py support\n{run.stderr[-2000:]}"
