"""Without old names the layer for them is as good as not there: same workflows with and without it."""

from __future__ import annotations

import datetime
import os
from dataclasses import replace
from pathlib import Path

import pytest

from dagconv.ir import codec
from dagconv.ir.workflow import Era
from dagconv.load.process import Worker
from dagconv.load.source import load_source
from dagconv.wire.limits import Limits

FIXTURES = Path(__file__).parents[3] / "fixtures"
# Every 25th case, with DAGCONV_TEST_FULL every one: that takes minutes. Of retries as text Airflow itself makes a
# number, the layer does before; a printed address is another in each process.
DIFFERENT = ("retries_as_text", "printed_object")
CASES = sorted(
    str(file.parent.relative_to(FIXTURES))
    for file in FIXTURES.glob("*/*/dag.py")
    if file.parent.parent.name not in ("faults", "old") and not file.parent.name.startswith(DIFFERENT)
)[:: 1 if os.environ.get("DAGCONV_TEST_FULL") else 25]
NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.timezone.utc)

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def worker():
    with Worker() as running:
        running.preload(("airflow.providers.amazon.aws.operators.s3", "airflow.providers.amazon.aws.sensors.s3"))
        yield running


def workflows(worker, case, *, compat):
    path = FIXTURES / case / "dag.py"
    loaded = load_source(worker, path, path.parent, Limits(), NOW, compat=compat)
    return [codec.canonical(replace(dag.workflow, era=Era())) for dag in loaded.dags], loaded


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_loads_plainly_is_read_the_same(case, worker):
    plain, loaded = workflows(worker, case, compat=False)
    with_layer, _ = workflows(worker, case, compat=True)
    assert loaded.failed or plain == with_layer


def test_an_old_file_does_not_load_without_the_layer(worker):
    assert workflows(worker, "old/module_of_1_10", compat=False)[1].failed
    assert not workflows(worker, "old/module_of_1_10", compat=True)[1].failed
