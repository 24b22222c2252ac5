"""Files that do not come back from their import, or end or crash the process that runs it."""

from __future__ import annotations

import pytest

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow

HANGS = ["infinite_loop", "sleeping", "stuck_in_c", "ignores_signals", "hang_in_thread"]
ENDS = ["os_exit", "os_exit_held", "exec", "sys_exit", "system_exit", "keyboard_interrupt", "generator_exit"]
CRASHES = ["segfault", "abort", "killed", "alarm", "stack_overflow", "endless_recursion", "kills_worker"]


@pytest.mark.parametrize("case", HANGS)
def test_a_file_that_hangs_is_stopped_and_its_line_named(case, batch):
    (message,) = batch[case].messages("DC107")
    assert message.startswith("the import was stopped after 3 s at line ")
    assert batch[case].status is FileStatus.FAILED


def test_a_file_that_closes_everything_and_runs_on_is_stopped(batch):
    assert batch["closes_pipes"].messages("DC107") == ["the import was stopped after 3 s"]


@pytest.mark.parametrize("case", [*ENDS, *CRASHES])
def test_a_file_that_ends_its_process_fails(case, batch):
    assert batch[case].status is FileStatus.FAILED
    assert batch[case].texts == []


@pytest.mark.parametrize(
    ("case", "signal"),
    [("segfault", "SIGSEGV"), ("stack_overflow", "SIGSEGV"), ("abort", "SIGABRT"), ("killed", "SIGTERM")],
)
def test_the_signal_of_a_crash_is_named(case, signal, batch):
    assert f"killed by {signal}" in batch[case].messages("DC106")[0]


def test_exit_codes_are_named(batch):
    assert batch["os_exit"].messages("DC105") == ["the import ended its own process with exit code 0 at line 11"]
    assert batch["sys_exit"].messages("DC104") == ["the import was ended by SystemExit: 0"]


def test_what_would_hang_at_exit_is_not_waited_for(batch):
    assert batch["hangs_at_exit"].status is FileStatus.CONVERTED


def test_a_copy_that_runs_on_has_no_say(batch):
    assert batch["fork_once"].status is FileStatus.CONVERTED
