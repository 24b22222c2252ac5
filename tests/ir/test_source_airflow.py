"""What is told of a root's Airflow: nothing, a release, or two that contradict one another."""

from __future__ import annotations

from dagconv.ir import codec
from dagconv.ir.source_airflow import NOTHING_TELLS, SourceAirflow


def test_nothing_tells_is_no_release_and_no_contradiction():
    assert SourceAirflow() == NOTHING_TELLS
    assert not any((NOTHING_TELLS.generation, NOTHING_TELLS.reason, NOTHING_TELLS.contradiction))


def test_an_answer_is_data():
    found = SourceAirflow("", "Airflow 2 by requirements.txt line 1", "Airflow 3 by Dockerfile line 1")
    assert codec.decode(SourceAirflow, codec.encode(found)) == found
