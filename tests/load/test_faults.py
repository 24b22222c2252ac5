"""What is said of each file of fixtures/faults, and that it does no harm to the others of its call."""

from __future__ import annotations

import pytest
from cases import WANT, command, read_file
from outcomes import FAULTS, Outcome, faults_files

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow


@pytest.mark.parametrize("case", [case for case in FAULTS if case != "faults/large"])
def test_what_is_said_is_what_was_reviewed(case: str, batch: dict[str, Outcome]) -> None:
    assert faults_files(batch)[case][WANT] == read_file(case, WANT), command(case)


def test_the_others_of_the_call_are_converted(batch: dict[str, Outcome]) -> None:
    assert batch["good"].status is FileStatus.CONVERTED
    assert "bucket_name: example" in batch["good"].texts[0]
