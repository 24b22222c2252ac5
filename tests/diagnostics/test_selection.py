"""Selecting findings: by code, beginning, slug and file; errors are never hidden."""

from __future__ import annotations

import pytest

from dagconv.diagnostics.selection import Selection, selected

from .conftest import ERROR, INFO, WARNING


@pytest.mark.parametrize(
    ("selection", "shown"),
    [
        (Selection(), {"DC392", "DC393"}),
        (Selection(select=("DC392",)), {"DC392"}),
        (Selection(select=("DC3",)), {"DC392", "DC393"}),
        (Selection(select=("dc4",)), set()),
        (Selection(ignore=("sample-info",)), {"DC392"}),
        (Selection(ignore=("ALL",)), set()),
        (Selection(select=("DC3",), ignore=("DC392",)), {"DC393"}),
        (Selection(per_file={"legacy/*.py": ("DC393",)}), {"DC392", "DC393"}),
        (Selection(per_file={"etl.py": ("DC393",)}), {"DC392"}),
    ],
)
def test_what_is_shown(selection, shown):
    found = [rule.at(None, text="m", advice="") for rule in (WARNING, INFO)]
    assert {one.code for one in found if selection.shows(one, "dags/etl.py")} == shown


def test_errors_cannot_be_ignored():
    error = ERROR.at(None, text="m", advice="")
    assert Selection(ignore=("DC391", "ALL"), select=("DC9",), per_file={"*": ("DC391",)}).shows(error, "dags/etl.py")


def test_selected_keeps_files_and_drops_findings(report):
    left = selected(report, Selection(ignore=("DC392",)).shows)
    assert [file.path for file in left.files] == [file.path for file in report.files]
    assert [found.code for found in left.all_diagnostics()] == ["DC391", "DC393"]
