"""DAGs that are others at another time, by chance, elsewhere in memory, or under another hash seed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from outcomes import loaded

from dagconv.diagnostics.report import FileStatus
from dagconv.load.process import Worker

pytestmark = pytest.mark.airflow

VALUES = ["random_value", "uuid_value", "token_value", "time_value", "clock_value", "home_value", "address_value"]
VALUES += ["address_of_function", "ctime_value"]
SHAPES = ["weekday_task"]
MOVING = ["now_start", "now_default_args", "days_ago_start"]


@pytest.mark.parametrize("case", [*VALUES, *SHAPES])
def test_what_changes_between_imports_is_refused_at_the_line_of_its_argument(case, batch):
    assert batch[case].status is FileStatus.REFUSED
    assert batch[case].texts == []


def test_both_values_are_shown_as_python_writes_them(batch):
    (message,) = batch["time_value"].messages("DC117")
    assert message.startswith("bucket_name of task bucket differs when the file is imported again: 'bucket-")


def test_a_start_that_moves_with_the_clock_is_dropped_where_it_stays_behind(batch):
    assert batch["now_default_args"].status is batch["days_ago_start"].status is FileStatus.CONVERTED
    assert len(batch["now_default_args"].messages("DC266")) == len(batch["days_ago_start"].messages("DC220")) == 1
    assert not any("start_date" in text for case in MOVING for text in batch[case].texts)
    assert batch["now_start"].messages("DC247")


def test_a_dag_that_has_another_id_every_day_is_refused(batch):
    assert batch["weekday_dag"].messages("DC117")
    assert batch["weekday_dag"].status is FileStatus.REFUSED
    assert batch["weekday_dag"].texts == []


def test_an_import_that_will_fail_is_a_failure_now(batch):
    assert batch["expired"].status is FileStatus.FAILED


def test_the_order_of_a_set_shows_under_another_hash_seed(running, batch):
    assert batch["set_order"].status is FileStatus.CONVERTED, "one seed cannot show it"
    with Worker(hash_seed=1) as again:
        outcome = loaded(replace(running, again=again), ["set_order"])["set_order"]
    assert [(d.code, d.location.line) for d in outcome.report.diagnostics if d.code == "DC117"] == [("DC117", 9)]
    assert outcome.status is FileStatus.REFUSED
