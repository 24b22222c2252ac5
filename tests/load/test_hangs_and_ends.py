"""Files that do not come back from their import, or end or crash the process that runs it."""

from __future__ import annotations

import pytest

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow

HANGS = ["infinite_loop", "sleeping", "stuck_in_c", "ignores_signals", "hang_in_thread"]
ENDS = ["os_exit", "os_exit_held", "exec", "sys_exit", "system_exit", "keyboard_interrupt", "generator_exit"]
CRASHES = ["segfault", "abort", "killed", "alarm", "stack_overflow", "endless_recursion", "kills_worker"]
TIMEOUT = 3.0


@pytest.fixture(scope="module")
def hangs(convert):
    return convert([*HANGS, "closes_pipes"], timeout=TIMEOUT, jobs=7)


@pytest.fixture(scope="module")
def ends(convert):
    return convert([*ENDS, *CRASHES, "hangs_at_exit", "fork_once"])


@pytest.mark.parametrize("case", HANGS)
def test_a_file_that_hangs_is_stopped_and_its_line_named(case, hangs):
    (line, _), *_ = hangs[case].expected
    assert hangs[case].found == hangs[case].expected
    assert hangs[case].messages("DC107") == [f"the import was stopped after 3 s at line {line}"]
    assert hangs[case].status is FileStatus.FAILED


def test_a_file_that_closes_everything_and_runs_on_is_stopped(hangs):
    assert hangs["closes_pipes"].found == {(None, "DC107")}


def test_the_others_of_the_batch_are_converted(hangs, ends):
    for batch in (hangs, ends):
        assert batch["good"].status is FileStatus.CONVERTED
        assert "bucket_name: example" in batch["good"].texts[0]


@pytest.mark.parametrize("case", [*ENDS, *CRASHES])
def test_a_file_that_ends_its_process_fails_at_its_line(case, ends):
    assert ends[case].found == ends[case].expected != set()
    assert ends[case].status is FileStatus.FAILED
    assert ends[case].texts == []


@pytest.mark.parametrize(
    ("case", "signal"),
    [("segfault", "SIGSEGV"), ("stack_overflow", "SIGSEGV"), ("abort", "SIGABRT"), ("killed", "SIGTERM")],
)
def test_the_signal_of_a_crash_is_named(case, signal, ends):
    assert f"killed by {signal}" in ends[case].messages("DC106")[0]


def test_exit_codes_are_named(ends):
    assert ends["os_exit"].messages("DC105") == ["the import ended its own process with exit code 0 at line 11"]
    assert ends["sys_exit"].messages("DC104") == ["the import was ended by SystemExit: 0"]


def test_what_would_hang_at_exit_is_not_waited_for(ends):
    assert ends["hangs_at_exit"].status is FileStatus.CONVERTED


def test_a_copy_that_runs_on_has_no_say(ends):
    assert ends["fork_once"].found == ends["fork_once"].expected
    assert ends["fork_once"].status is FileStatus.CONVERTED
