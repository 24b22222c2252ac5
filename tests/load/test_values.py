"""Arguments that have no end, and objects that strike back when they are looked at."""

from __future__ import annotations

import pytest

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow

ENDLESS = ["self_referring", "self_referring_list", "deep_argument", "deeper_argument", "laughs"]
REFUSED = ["hostile_argument", "hostile_containers", "self_referring_object", "logger_argument"]
RAISING = ["hostile_exception", "hostile_cause"]


@pytest.mark.parametrize("case", ENDLESS)
def test_an_argument_without_end_is_refused_where_it_is_given(case, batch):
    assert batch[case].status is FileStatus.FAILED


@pytest.mark.parametrize("case", REFUSED)
def test_an_object_is_refused_by_its_class_without_being_asked(case, batch):
    assert batch[case].status is FileStatus.REFUSED


@pytest.mark.parametrize("case", [*RAISING, "self_referring_assigned"])
def test_an_exception_is_described_without_being_asked(case, batch):
    assert batch[case].status is FileStatus.FAILED


def test_what_an_exception_holds_is_shown_only_if_it_is_plain(batch):
    assert batch["hostile_exception"].messages("DC103") == ["the import failed with Failure: the reason"]
    assert batch["hostile_cause"].messages("DC103") == ["the import failed with KeyError"]


@pytest.mark.parametrize("case", ["hostile_defaults", "hostile_module"])
def test_objects_that_no_task_needs_do_no_harm(case, batch):
    assert batch[case].status is FileStatus.CONVERTED
