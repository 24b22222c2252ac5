"""What a terminal sees and a pipe does not: colours and the progress bar; and how source lines are read."""

from __future__ import annotations

import io
import os
import sys

import pytest

from dagconv.cli.present import wants_color
from dagconv.cli.progress import progress
from dagconv.diagnostics.lines import read_source_lines


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("choice", "stream", "environment", "expected"),
    [
        ("auto", Terminal(), {}, True),
        ("auto", io.StringIO(), {}, False),
        ("auto", Terminal(), {"NO_COLOR": "1"}, False),
        ("auto", Terminal(), {"NO_COLOR": ""}, True),
        ("auto", Terminal(), {"TERM": "dumb"}, False),
        ("auto", io.StringIO(), {"FORCE_COLOR": "1"}, True),
        ("always", io.StringIO(), {"NO_COLOR": "1"}, True),
        ("never", Terminal(), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_people(choice, stream, environment, expected):
    assert wants_color(choice, stream, environment) is expected


@pytest.mark.parametrize(
    ("stream", "total", "quiet", "shown"),
    [
        (Terminal, 3, False, True),
        (Terminal, 1, False, False),
        (Terminal, 3, True, False),
        (io.StringIO, 3, False, False),
    ],
)
def test_progress_is_for_a_terminal_and_several_files(monkeypatch, stream, total, quiet, shown):
    err = stream()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("TERM", "xterm")
    with progress(total, quiet=quiet) as step:
        for number in range(total):
            step(f"dags/[red]{number}.py")
    assert bool(err.getvalue()) is shown


def test_a_log_gets_a_line_now_and_then(monkeypatch):
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    moments = [0.0, 20.0, 40.0, 40.0, 60.0, 80.0, 80.0]  # at the start, then at each file, twice where a line is told
    monkeypatch.setattr("time.monotonic", iter(moments).__next__)
    with progress(3, quiet=False) as step:
        for number in range(4):
            step(f"{number}.py")
    assert err.getvalue() == "2 of 3 files\n3 of 3 files, 1 more tries of further steps\n"


def read_until(handle, wanted):
    text = ""
    while wanted not in text:
        text += os.read(handle, 65536).decode()
    return text


@pytest.mark.timeout(30)
def test_the_bar_is_gone_at_the_end_and_shows_no_markup(monkeypatch):
    reader, writer = os.openpty()
    with os.fdopen(writer, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        with progress(2, quiet=False) as step:
            step("dags/[red]one.py")
            text = read_until(reader, "one.py")
        text += read_until(reader, "\x1b[?25h")
    os.close(reader)
    assert "[red]one.py" in text
    assert text.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        (b"\xef\xbb\xbfa\n", ["a", ""]),
        (b"# coding: latin-1\n\xe4\n", ["# coding: latin-1", "ä", ""]),
        (b"# coding: none\n\xe4\n", ["# coding: none", "\ufffd", ""]),
        ("a\u2028b\x0cc\n".encode(), ["a\u2028b\x0cc", ""]),
    ],
)
def test_lines_are_those_of_python(tmp_path, data, lines):
    (tmp_path / "a.py").write_bytes(data)
    assert read_source_lines(str(tmp_path / "a.py")) == lines


def test_what_cannot_be_read_has_no_lines(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert read_source_lines(str(tmp_path / "pipe")) is None
    assert read_source_lines(str(tmp_path / "none")) is None
    assert read_source_lines(str(tmp_path)) is None
