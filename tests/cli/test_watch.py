"""`convert --watch` as a process: what editors do to files, and what is left of it when it ends."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time

import pytest

DAG = """
from airflow.sdk import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
{lines}
with DAG("{name}", schedule=None):
    S3ListOperator(task_id="list", bucket={bucket})
"""


class Watching:
    """A call in a folder of its own, with all that it leaves in `temporary`."""

    def __init__(self, folder):
        self.folder, self.temporary = folder, folder / "tmp"
        for name in ("dags", "tmp"):
            (folder / name).mkdir()
        self.log, self.read = folder / "log", 0

    def start(self, *options):
        environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "dagconv", "convert", "dags", "-o", "out", "--watch", "--format", "concise"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*command, *options], cwd=self.folder, env=environment, stderr=log)
        return self.said("watching dags")

    def said(self, pattern):
        """The text since the last call of this, once it matches."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            text = self.log.read_text()[self.read :]
            if re.search(pattern, text):
                self.read += len(text)
                return text
            assert self.process.poll() is None, text
            time.sleep(0.02)
        raise AssertionError(f"{pattern!r} is not in {text!r}")

    def save(self, name, bucket="'b'", lines=""):
        """As editors do: another file takes the place of the old one."""
        path = self.folder / "dags" / name
        beside = path.with_name(f".{name}.new")
        beside.write_text(DAG.format(name=path.stem, bucket=bucket, lines=lines))
        beside.replace(path)

    def definition(self, name):
        return (self.folder / "out" / f"{name}.yaml").read_text()

    def end(self, sign):
        self.process.send_signal(sign)
        code = self.process.wait(30)
        return code, sorted(path.name for path in self.temporary.iterdir())


@pytest.fixture
def watching(tmp_path):
    made = Watching(tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()


@pytest.mark.airflow
@pytest.mark.timeout(600)
def test_what_editors_do_to_files(watching):
    watching.save("one.py", "'first'")
    watching.save("two.py", "NAME", "from helper import NAME")
    helper = watching.folder / "dags" / "helper.py"
    helper.write_text("NAME = 'old'")
    watching.start()
    assert "bucket: first" in watching.definition("one")

    watching.save("one.py", "'second'")
    said = watching.said(r"one\.py: 1 of 2 definitions written")
    assert "bucket: second" in watching.definition("one")
    assert "two.py" not in said

    helper.write_text("NAME = 'new'")
    watching.said(r"helper\.py: 1 of 2 definitions written")
    assert "bucket: new" in watching.definition("two")

    watching.save("one.py", "'third'", "def (")
    said = watching.said(r"one\.py: 0 of 1 definitions written, 1 file cannot be loaded")
    assert "DC101 error" in said
    assert "bucket: second" in watching.definition("one")
    watching.save("one.py", "'third'")
    said = watching.said(r"one\.py: 1 of 2 definitions written \(")
    assert "error" not in said
    assert "bucket: third" in watching.definition("one")

    watching.save("three.py", "'t'")
    watching.said(r"three\.py: 1 of 3 definitions written")
    (watching.folder / "dags" / "three.py").unlink()
    assert "DC917" in watching.said(r"three\.py: 0 of 2 definitions written")

    watching.save("one.py", "'third'")
    assert "DC309" in watching.said(r"one\.py: 0 of 2 definitions written")
    watching.save("one.py", "'third'", "# dagconv: ignore[DC309]")  # of the line below; its text is read anew
    assert "DC309" not in watching.said(r"one\.py: 0 of 2 definitions written")
    assert watching.end(signal.SIGINT) == (130, [])


@pytest.mark.airflow
def test_terminated_and_without_the_cache_it_leaves_nothing_either(watching):
    watching.save("one.py", "'first'")
    watching.start("--no-cache")
    watching.save("one.py", "'second'")
    watching.said(r"one\.py: 1 of 1 definitions written")
    assert watching.end(signal.SIGTERM) == (143, [])


@pytest.mark.parametrize(
    "options", [("--check",), ("--diff",), ("-o", "-"), ("--format", "json"), ("--bucket", "b"), ("--forecast",)]
)
def test_what_does_not_go_with_it_is_refused(call, options):
    code, _, err = call("convert", "dags", "-o", "out", "--watch", *options, a="dag a\n")
    assert code == 2
    assert "--watch" in err


def test_without_watchfiles_the_command_says_what_to_install(call, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    code, _, err = call("convert", "dags", "-o", "out", "--watch", a="dag a\n")
    assert (code, "pip install 'dagconv[watch]'" in err) == (2, True)
