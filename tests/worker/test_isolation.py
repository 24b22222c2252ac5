"""What the audit hook of a child reports and blocks, and how leftover processes are found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from dagconv.worker import descendants
from dagconv.worker.isolation import MAX_PROCESSES, BlockedError, _Guard


@pytest.fixture
def reported():
    return []


@pytest.fixture
def guard(reported, tmp_path):
    return _Guard(lambda slug, params: reported.append((slug, params)), str(tmp_path), trace=2)


@pytest.mark.parametrize(
    ("event", "arguments", "address"),
    [
        ("socket.connect", (object(), ("10.0.0.1", 443)), "10.0.0.1:443"),
        ("socket.connect", (object(), "/run/docker.sock"), "/run/docker.sock"),
        ("socket.connect", (object(), b"/run/docker.sock"), "/run/docker.sock"),
        ("socket.connect", (object(), ("::1", 80, 0, 0)), "::1:80"),
        ("socket.sendto", (object(), ("10.0.0.1", 53)), "10.0.0.1:53"),
        ("socket.bind", (object(), ("", 8080)), ":8080"),
        ("socket.getaddrinfo", ("example.com", 443, 0, 0, 0), "example.com:443"),
        ("socket.getaddrinfo", ("example.com", None, 0, 0, 0), "example.com"),
        ("socket.gethostbyname", ("example.com",), "example.com"),
        ("socket.connect", (object(), object()), "?"),
    ],
)
def test_the_network_is_blocked_and_its_address_reported(guard, reported, event, arguments, address):
    with pytest.raises(BlockedError):
        guard.on_event(event, arguments)
    assert reported == [("network-at-import", {"address": address})]


@pytest.mark.parametrize(
    ("event", "arguments", "paths"),
    [
        ("open", ("{root}/a.py", "w", 0), ["a.py"]),
        ("open", ("{root}/a.py", "r+", 0), ["a.py"]),
        ("open", ("{root}/sub/a.py", None, os.O_WRONLY | os.O_CREAT), ["sub/a.py"]),
        ("open", ("{root}/a.py", "r", 0), []),
        ("open", ("{root}/a.py", None, os.O_RDONLY | os.O_CLOEXEC), []),
        ("open", ("{root}/../b.py", "w", 0), []),
        ("open", ("{root}-other/a.py", "w", 0), []),
        ("open", (7, "w", 0), []),
        ("os.remove", ("{root}/a.py", -1), ["a.py"]),
        ("os.rename", ("{root}/a.py", "{root}/b.py", -1, -1), ["a.py", "b.py"]),
        ("os.rename", ("/elsewhere", "{root}/b.py", -1, -1), ["b.py"]),
        ("os.mkdir", ("{root}/d", 0o777, -1), ["d"]),
        ("os.symlink", ("/etc/passwd", "{root}/link", -1), ["link"]),
        ("os.listdir", ("{root}",), []),
    ],
)
def test_changes_of_the_source_tree_are_reported(guard, reported, event, arguments, paths):
    filled = tuple(a.format(root=guard.root) if isinstance(a, str) else a for a in arguments)
    guard.on_event(event, filled)
    assert reported == [("write-at-import", {"path": path}) for path in paths]


def test_paths_in_bytes_count_too(guard, reported):
    guard.on_event("open", (os.fsencode(guard.root) + b"/a.py", "w", 0))
    assert reported == [("write-at-import", {"path": "a.py"})]


def test_some_processes_are_reported_and_more_are_blocked(guard, reported):
    for _ in range(MAX_PROCESSES):
        guard.on_event("subprocess.Popen", ("git", ["git", "rev-parse"], None, None))
    assert set(map(str, reported)) == {str(("process-at-import", {"program": "git"}))}
    with pytest.raises(BlockedError):
        guard.on_event("os.system", (b"true",))
    assert reported[-1] == ("process-bomb", {"limit": MAX_PROCESSES})


def test_a_copy_may_not_copy_itself_again(guard, monkeypatch):
    guard.on_event("os.fork", ())
    monkeypatch.setattr(os, "getpid", lambda: guard.owner + 1)
    with pytest.raises(BlockedError):
        guard.on_event("os.fork", ())


def test_the_worker_may_not_be_ended(guard):
    for target in (os.getppid(), -1):
        with pytest.raises(PermissionError):
            guard.on_event("os.kill", (target, signal.SIGKILL))
    assert guard.on_event("os.kill", (guard.owner, signal.SIGTERM)) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_descendants_are_counted_through_generations():
    with subprocess.Popen(["sh", "-c", "sh -c 'sleep 30 & sleep 30' & wait"], start_new_session=True) as shell:
        try:
            end = time.monotonic() + 5
            while (seen := descendants.count(shell.pid)) < 3 and time.monotonic() < end:
                time.sleep(0.02)
            assert seen == 3
            assert shell.pid in descendants.children_of(os.getpid())
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
    assert descendants.count(shell.pid) == 0
