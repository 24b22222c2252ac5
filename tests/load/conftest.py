"""Runs the files of fixtures/faults through the whole compiler, many in one call, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from outcomes import FAULTS, Outcome, limited, loaded_as_asked

from dagconv.pipeline import Compiler


@pytest.fixture(scope="session")
def running() -> Iterator[Compiler]:
    with limited() as started:
        yield started


@pytest.fixture(scope="session")
def batch(running: Compiler) -> dict[str, Outcome]:
    """Outcomes by case; those of further files of a case by `case/file.py`."""
    return loaded_as_asked(running, [case for case in FAULTS if case != "faults/large"])  # tests/load/test_large.py
