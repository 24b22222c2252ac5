"""The formats for people: frames and carets in place, one line per finding, nothing that acts on a terminal."""

from __future__ import annotations

import pytest

from dagconv.diagnostics import Location
from dagconv.diagnostics.render import RenderOptions, renderer
from dagconv.diagnostics.report import FileReport, FileStatus, Report

from .conftest import ERROR, SOURCE


def shown(form, report, read_lines, **options):
    return renderer(form)(report, RenderOptions(read_lines, "1.0", **options))


def test_full_puts_the_caret_under_the_place(report, lines):
    text = shown("full", report, lines)
    assert text.startswith(
        "error[DC391] retries is 7, more than 3\n"
        "  --> dags/etl.py:2:18 (DAG etl, task load, key retries)\n"
        "  |\n"
        "2 |     task = Operator(retries=7)\n"
        "  |                     ^^^^^^^^^\n"
        "  and dags/other.py:7\n"
        "help: Lower it.\n"
        "\n"
        "warning[DC392] changed\n"
        "  --> dags/etl.py:1\n"
        "  |\n"
        "1 | first\n"
        "\n"
    )


def test_concise_is_one_line_per_finding(report, lines):
    assert shown("concise", report, lines).splitlines() == [
        "dags/etl.py:2:18: DC391 error retries is 7, more than 3",
        "dags/etl.py:1: DC392 warning changed",
        "dagconv: DC392 warning about the call",
        "dags/empty.py: DC393 info skipped: the file is empty",
    ]


@pytest.mark.parametrize("form", ["full", "concise"])
def test_colours_only_when_asked_for(report, lines, form):
    assert "\x1b" not in shown(form, report, lines)
    painted = shown(form, report, lines, color=True)
    assert "\x1b[1;31m" in painted
    assert painted.count("\x1b[0m") == painted.count("\x1b[") // 2


@pytest.mark.parametrize("form", ["full", "concise", "github", "junit"])
@pytest.mark.parametrize("evil", ["\x1b[2J", "\x07", "\r", "\u202e", "\x9b1m", "\ud800"])
def test_control_characters_never_reach_the_terminal(form, evil):
    found = ERROR.at(Location(f"a{evil}.py", 1, 1), dag_id=f"d{evil}", text=f"m{evil}", advice=f"h{evil}")
    report = Report((FileReport(f"a{evil}.py", FileStatus.FAILED, (), (found,)),))
    text = shown(form, report, lambda _: [f"x{evil}y"])
    assert evil not in text
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("line", "column", "end", "indent", "length"),
    [
        ("x = 'ö'", 5, 8, 4, 3),
        ("名前 = 1", 6, 7, 7, 1),  # wide characters take two cells
        ("e\u0301 = 1", 6, 7, 4, 1),  # a combining character takes none
        ("a\x00b = 1", 3, 4, 5, 1),  # an escape takes as many as it has
        ("short", 99, None, 5, 1),  # beyond the end
        ("abc", 1, 1, 0, 1),  # an empty span still shows
    ],
)
def test_columns_are_counted_in_cells(line, column, end, indent, length):
    found = ERROR.at(Location(SOURCE, 1, column, 1, end), text="m", advice="")
    report = Report((FileReport(SOURCE, FileStatus.FAILED, (), (found,)),))
    caret = shown("full", report, lambda _: [line]).splitlines()[4]
    assert caret == "  | " + " " * indent + "^" * length


def test_a_long_line_is_cut_around_the_place():
    line = "x" * 5000 + "HERE" + "y" * 5000
    found = ERROR.at(Location(SOURCE, 1, 5001, 1, 5005), text="m", advice="")
    rows = shown("full", Report((FileReport(SOURCE, FileStatus.FAILED, (), (found,)),)), lambda _: [line]).splitlines()
    assert len(rows[3]) < 200
    start = rows[4].index("^")
    assert rows[3][start : start + 4] == "HERE"
    assert rows[4].count("^") == 4


def test_a_place_outside_the_file_has_no_frame():
    found = ERROR.at(Location(SOURCE, 9, 1), text="m", advice="")
    text = shown("full", Report((FileReport(SOURCE, FileStatus.FAILED, (), (found,)),)), lambda _: ["one"])
    assert text == "error[DC391] m\n  --> dags/etl.py:9:1\n\n"
