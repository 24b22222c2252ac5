"""Which DAG belongs to which file, and ids that come twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow


def test_one_id_twice_in_a_file_is_refused_at_both_places(batch):
    twice = batch["twice_in_file"]
    assert len(twice.messages("DC118")) == 2
    assert twice.texts == []
    assert {len(d.related) for d in twice.report.diagnostics if d.code == "DC118"} == {1}


def test_one_id_in_two_files_is_refused_in_both_and_each_names_the_other(batch):
    for name, other in (("same_id_in_two_files", "other.py"), ("same_id_in_two_files/other.py", "dag.py")):
        assert batch[name].texts == []
        (message,) = batch[name].messages("DC119")
        assert f"{other}:6" in message


def test_all_dags_of_a_file_are_found_whoever_made_them(batch):
    dags = [(dag.dag_id, dag.status) for dag in batch["several_dags"].report.dags]
    assert dags == [(f"several_{letter}", FileStatus.CONVERTED) for letter in "abc"]
    assert len(batch["several_dags"].texts) == 3


def test_a_dag_is_converted_once_where_it_was_made(batch):
    importing, making = batch["imports_dag"], batch["imports_dag/other.py"]
    assert importing.report.dags == ()
    assert importing.status is FileStatus.SKIPPED
    assert len(making.texts) == 1
    (message,) = importing.messages("DC120")
    assert str(Path("imports_dag") / "other.py") in message
