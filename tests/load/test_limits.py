"""Files that take more than an import may: memory, processes, threads, disk, output."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow

BOMBS = ["memory_bomb", "memory_bomb_at_once", "fork_bomb", "shell_bomb", "many_threads", "large_file"]


def inhabitants(home: str) -> list[str]:
    """The commands of all processes that live below a folder, by their HOME."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={home}/".encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_stopped(case, batch):
    assert batch[case].status is FileStatus.FAILED


def test_garbage_in_cycles_is_collected_before_the_limit(batch):
    assert batch["cyclic_garbage"].status is FileStatus.CONVERTED


def test_the_limits_are_named(batch):
    assert batch["memory_bomb"].messages("DC108") == ["the import ran out of memory at the limit of 256 MB"]
    assert "more than 8 processes" in batch["fork_bomb"].messages("DC110")[0]
    assert "more than 64 processes" in batch["shell_bomb"].messages("DC110")[0]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_neither_processes_nor_files_are_left(batch, running):
    home = Path(running.worker._server._home.name)
    running.worker.preload(())  # ends the processes that wait for a further definition
    end = time.monotonic() + 5
    while (inhabitants(str(home)) or list(home.glob("child-*"))) and time.monotonic() < end:
        time.sleep(0.05)  # what has answered is not waited for
    assert inhabitants(str(home)) == []
    assert list(home.glob("child-*")) == []
    assert batch["leftovers"].status is FileStatus.CONVERTED


def test_output_beyond_the_limit_is_said_and_harms_nothing(batch):
    assert batch["huge_output"].status is FileStatus.CONVERTED


def test_a_reply_written_by_the_file_is_not_believed(batch):
    assert batch["forged_reply"].status is FileStatus.FAILED


def test_control_characters_of_an_exception_are_escaped(batch):
    (message,) = batch["prints_faults"].messages("DC103")
    assert message == r"the import failed with ValueError: \x1b[31mred\x1b[0m\n::error::injected"


def test_a_broken_reader_says_so(batch):
    assert batch["replaces_reader"].status is FileStatus.FAILED
