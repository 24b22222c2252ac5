"""The entry of a call: names that are not ASCII are the same in every locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0"}


@pytest.mark.parametrize("environment", [{}, PLAIN, {"LC_ALL": "C"}, {"PYTHONUTF8": "1"}])
def test_names_of_files_are_utf8_in_every_locale(environment, tmp_path):
    (tmp_path / "café.yaml").write_text("caf: {}\n")
    known = {name: value for name, value in os.environ.items() if name not in PLAIN}
    command = [sys.executable, "-m", "dagconv", "validate", "café.yaml", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env={**known, **environment}, check=False)
    assert done.returncode == 1, done.stderr
    assert [file["path"] for file in json.loads(done.stdout)["files"]] == ["café.yaml"]


def test_an_interpreter_that_ignores_its_environment_is_started_once(tmp_path):
    command = [sys.executable, "-E", "-X", "utf8=0", "-m", "dagconv", "--help"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, **PLAIN}, timeout=20, check=False)
    assert done.returncode == 0
