"""The worker process as such: its environment, its end, and that it leaves nothing behind."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import signal
import site
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dagconv.errors import InternalError
from dagconv.load.process import Worker
from dagconv.load.server_process import ServerGoneError, scrubbed_environment
from dagconv.load.source import load_source
from dagconv.wire.limits import DEFAULT_LIMITS, Limits

pytestmark = pytest.mark.airflow

GOOD = Path(__file__).parents[2] / "fixtures" / "faults" / "good" / "dag.py"
COMMAND = [sys.executable, "-m", "dagconv", "convert"]
HANGING = """from airflow import DAG
import time
open({marker!r}, "w").close()
time.sleep(3600)
"""

# The audit hook lets nobody kill the worker; another program is not asked.
KILLER = """from airflow import DAG
import os, subprocess, time
subprocess.run(["kill", "-9", str(os.getppid())])
time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files of its own, so that what is left there shows."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def pack(header, length=0):
    text = json.dumps(header).encode()
    return len(text).to_bytes(4, "big") + length.to_bytes(4, "big") + text


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def members(session_home):
    """Processes whose HOME is this folder or lies in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={session_home}".encode() in (entry / "environ").read_bytes() and alive(entry.name):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def hanging_file(folder):
    folder.mkdir()
    marker = folder / "started"
    (folder / "dag.py").write_text(HANGING.format(marker=str(marker)))
    return folder / "dag.py", marker


def load(worker, path, limits=DEFAULT_LIMITS):
    return load_source(worker, path, path.parent, limits, datetime.datetime.now(datetime.timezone.utc))


def loading(worker, path, limits=DEFAULT_LIMITS):
    """The same in another thread."""
    return ThreadPoolExecutor(1).submit(load, worker, path, limits)


@contextlib.contextmanager
def converting(path, marker, output, *options):
    """The command at work on a file that hangs, which tells by the marker that it does."""
    command = [*COMMAND, str(path), "--output", str(output), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as host:
        try:
            wait_for(lambda: marker() or host.poll() is not None)
            assert host.poll() is None, host.stderr.read()
            yield host
        finally:
            host.kill()


def test_closing_ends_children_and_removes_the_folder(temporary, tmp_path):
    path, marker = hanging_file(tmp_path / "dags")
    worker = Worker()
    home = worker._server._home.name
    assert home.startswith(str(temporary))
    worker.preload(("airflow.providers.amazon.version_compat",))
    asked = loading(worker, path)
    wait_for(marker.exists)
    assert len(members(home)) == 3  # the server and both children
    started = time.monotonic()
    worker.close()
    assert time.monotonic() - started < 2
    with pytest.raises(InternalError):
        asked.result(5)
    assert members(home) == []
    assert list(temporary.iterdir()) == []


def test_closing_does_not_wait_for_a_server_that_is_still_starting(temporary):
    started = time.monotonic()
    Worker().close()
    assert time.monotonic() - started < 1
    assert list(temporary.iterdir()) == []


def test_a_dead_server_is_started_again_for_all_who_wait_and_come_later(temporary, tmp_path):
    path, marker = hanging_file(tmp_path / "dags")
    with Worker() as worker:
        worker.preload(("airflow.providers.amazon.version_compat",))
        first = worker._server
        asked = loading(worker, path, Limits(timeout=4))
        wait_for(marker.exists)
        children = set(members(first._home.name)) - {first._process.pid}
        first._process.kill()
        for _ in range(2):  # the first may have been asked before the end was noticed
            assert [dag.workflow.dag_id for dag in load(worker, GOOD).dags] == ["good"]
        assert worker._server is not first
        assert [found.code for found in asked.result(30).diagnostics] == ["DC107"]  # asked again, it hangs again
        wait_for(lambda: not any(map(alive, children)), 2)
    assert list(temporary.iterdir()) == []


def test_who_ends_the_server_again_has_ended_it_before(temporary, tmp_path):
    path = tmp_path / "killer.py"
    path.write_text(KILLER)
    with Worker() as worker:
        with pytest.raises(ServerGoneError, match="the worker process ended"):
            load(worker, path)
        assert [dag.workflow.dag_id for dag in load(worker, GOOD).dags] == ["good"]
    assert list(temporary.iterdir()) == []


def test_closing_ends_who_is_asked_again(temporary, tmp_path):
    path, marker = hanging_file(tmp_path / "dags")
    worker = Worker()
    worker.preload(("airflow.providers.amazon.version_compat",))
    asked = loading(worker, path)
    wait_for(marker.exists)
    marker.unlink()
    worker._server._process.kill()
    wait_for(marker.exists)
    worker.close()
    with pytest.raises(InternalError):
        asked.result(5)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "message",
    [
        b"not a message at all",
        pack({"end": {"outcome": "done"}}),  # for nobody
        pack({"number": 1, "end": {"outcome": "splendid"}}),
        pack([]),
        pack({"number": 1, "end": {"outcome": "done"}}, length=9),  # cut off
        b"\xff" * 8,  # longer than any message may be
    ],
)
def test_a_server_that_talks_nonsense_is_an_internal_error(message, temporary, tmp_path, monkeypatch):
    stub = tmp_path / "stub"
    stub.write_text(f"#!{sys.executable}\nimport os, sys\nos.read(int(sys.argv[3]), 1)\n")
    with stub.open("a") as file:
        file.write(f"os.write(int(sys.argv[4]), {message!r})\n")
    stub.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stub))
    with Worker() as worker, pytest.raises(InternalError, match="the worker process ended"):
        load(worker, GOOD)


def test_a_killed_host_leaves_neither_server_nor_children_nor_their_folder(temporary, tmp_path):
    path, marker = hanging_file(tmp_path / "dags")
    with converting(path, marker.exists, tmp_path / "out") as host:
        homes = [folder for folder in temporary.iterdir() if (folder / "server.log").exists()]
        assert members(homes[0])
        host.kill()
    wait_for(lambda: not members(homes[0]), 3)
    wait_for(lambda: not homes[0].exists(), 3)


def test_ctrl_c_ends_within_two_seconds_and_leaves_nothing(temporary, tmp_path):
    path, marker = hanging_file(tmp_path / "dags")
    with converting(path, marker.exists, tmp_path / "out", "--timeout", "60") as host:
        started = time.monotonic()
        host.send_signal(signal.SIGINT)
        out, err = host.communicate(timeout=20)
    assert time.monotonic() - started < 2
    assert host.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_ctrl_c_while_airflow_is_being_imported(temporary, tmp_path):
    with converting(GOOD, lambda: [*temporary.glob("*/server.log")], tmp_path / "out") as host:
        started = time.monotonic()
        host.send_signal(signal.SIGINT)
        _, err = host.communicate(timeout=20)
    assert time.monotonic() - started < 2
    assert host.returncode == 130
    assert "Traceback" not in err
    assert list(temporary.iterdir()) == []


def test_an_odd_environment_changes_nothing(temporary, tmp_path):
    """PYTHON*, AIRFLOW* and AWS* of the caller, a locale without letters, a home that cannot be written."""
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "stray.py").write_text("")
    (trap / "startup.py").write_text("raise SystemExit('the trap')")
    home = tmp_path / "home"
    (home / "airflow" / "plugins").mkdir(parents=True)
    (home / "airflow" / "airflow.cfg").write_text("[core]\nplugins_folder = /nonexistent\nexecutor = Nonsense\n")
    (home / "airflow" / "plugins" / "trap.py").write_text("raise SystemExit('the trap')")
    before = sorted(home.rglob("*"))
    home.chmod(0o555)
    odd = {
        "PYTHONPATH": str(trap),
        "PYTHONSTARTUP": str(trap / "startup.py"),
        "PYTHONHASHSEED": "7",
        "PYTHONWARNINGS": "error",
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__EXECUTOR": "Nonsense",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////nonexistent/airflow.db",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "HOME": str(home),
        "LC_ALL": "C",
        "LANG": "C",
    }
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "café.py").write_bytes(GOOD.read_bytes().replace(b'"example"', '"café"'.encode()))
    (folder / "strays.py").write_text("import stray  # from airflow import dag")
    command = [*COMMAND, str(folder), "--output", str(tmp_path / "out"), "--format", "json"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, **odd}, timeout=60, check=False)
    assert done.returncode == 1, done.stderr.decode()
    converted, failed = json.loads(done.stdout)["files"]
    assert converted["status"] == "converted"
    assert [(found["code"], found["location"]["line"]) for found in failed["diagnostics"]] == [("DC102", 1)]
    assert "bucket_name: café" in (tmp_path / "out" / "good.yaml").read_text("utf-8")
    assert sorted(home.rglob("*")) == before
    assert list(temporary.iterdir()) == []


def test_what_the_worker_knows_of_the_caller():
    caller = {"PATH": "/bin", "AWS_PROFILE": "prod", "HOME": "/home/me", "PYTHONPATH": "/x", "http_proxy": "p"}
    known = scrubbed_environment(caller, 3, "/private")
    assert known["PATH"] == "/bin"
    assert known["HOME"] == known["TMPDIR"] == "/private"
    assert known["PYTHONHASHSEED"] == "3"
    assert not {"AWS_PROFILE", "PYTHONPATH", "http_proxy"} & known.keys()


def test_packages_installed_for_the_user_stay_visible(monkeypatch):
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    assert scrubbed_environment({}, 0, "/private")["PYTHONUSERBASE"] == site.getuserbase()
    monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
    assert scrubbed_environment({}, 0, "/private")["PYTHONNOUSERSITE"] == "1"
