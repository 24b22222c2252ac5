"""`completion`: the scripts of the shells, and what they ask the command for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from dagconv.cli.main import VERBS


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(call, shell):
    code, out, _ = call("completion", shell)
    assert code == 0
    assert "_DAG_CONVERTER_COMPLETE" in out
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=out, text=True, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dag-converter ", set(VERBS)),
        ("dag-converter con", {"config", "convert"}),
        ("dag-converter convert --che", {"--check"}),
    ],
)
def test_words_are_completed(words, expected, tmp_path):
    script = tmp_path / "dag-converter"
    script.write_text("import sys\nfrom dagconv.__main__ import main\nmain()\n")
    completing = {"_DAG_CONVERTER_COMPLETE": "bash_complete", "COMP_WORDS": words}
    completing["COMP_CWORD"] = str(words.count(" "))
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, **completing}, capture_output=True, text=True, timeout=30
    )
    assert {line.split(",")[1] for line in done.stdout.splitlines()} == expected
