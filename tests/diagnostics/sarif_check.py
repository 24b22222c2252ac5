"""SARIF reports against the schema that Microsoft publishes: `make test-editor` fetches it and runs this.

SARIF_SCHEMA is the path of the schema file of version 2.1.0.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(Path(os.environ["SARIF_SCHEMA"]).read_text())


@pytest.mark.parametrize(
    "call", [("validate", "fixtures/check"), ("validate", "README.md"), ("convert", "fixtures/losses", "-o", "{out}")]
)
def test_reports_are_valid(call, tmp_path):
    words = [word.format(out=tmp_path) for word in call]
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", *words, "--format", "sarif"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(done.stdout))
