"""Uses of another release become one line a file; everything else, and every other file, stays as it is."""

from __future__ import annotations

from dagconv.cli.modernize import collapsed
from dagconv.diagnostics import Location
from dagconv.diagnostics.report import FileReport, FileStatus, Report
from dagconv.load import old_rules


def name(line, file="a.py"):
    return old_rules.OLD_NAME.at(Location(file, line, 5), old="x", new="y")


def lost(line):
    return old_rules.LOST_ARGUMENT.at(Location("a.py", line), old="x", operator="O", advice="z")


def shown(*diagnostics):
    report = collapsed(Report((FileReport("a.py", FileStatus.CONVERTED, (), diagnostics),)))
    return [(d.code, d.location.line) for d in report.files[0].diagnostics]


def test_several_uses_are_told_at_the_first():
    argument = old_rules.OLD_DAG_ARGUMENT.at(Location("a.py", 9), old="x", new="y")
    assert shown(lost(1), name(3), lost(4), name(7), argument) == [("DC138", 1), ("DC941", 3), ("DC138", 4)]


def test_the_line_counts_and_names_the_codes():
    report = collapsed(Report((FileReport("a.py", FileStatus.CONVERTED, (), (name(3), name(7))),)))
    (diagnostic,) = report.files[0].diagnostics
    assert diagnostic.message == "2 names and arguments of another Airflow release are taken as today's (DC130)"


def test_a_single_use_is_told_itself():
    assert shown(name(3), lost(4)) == [("DC130", 3), ("DC138", 4)]
