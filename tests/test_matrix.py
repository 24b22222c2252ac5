"""A fixed sample of the operator matrix: each class is written and proved, with the outcomes that the data expects."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "scripts"))

import matrix  # noqa: E402  # a script, found by the line above

from dagconv.catalog.operators import load_operators  # noqa: E402

# One operator, one sensor, one class with exclusive arguments, one with code, one with enums, one with a duration.
SAMPLE = (
    "S3DeleteObjectsOperator", "S3KeySensor", "SqsPublishOperator", "EC2InstanceStateSensor", "EmptyOperator",
    "BashOperator", "RdsCreateDbSnapshotOperator", "RedshiftDataOperator",
)  # fmt: skip


@pytest.mark.airflow
@pytest.mark.timeout(600)
def test_the_sample_becomes_what_the_data_expects():
    rows = matrix.pairs_of_classes(SAMPLE)
    assert len(rows) == len(SAMPLE)
    results = matrix.run(rows)
    assert len(results) > 90
    unexpected = [
        (r.pair.path, r.pair.argument, r.outcome, r.pair.outcome, r.detail) for r in results if not r.as_expected
    ]
    assert unexpected == []
    assert {result.outcome.split(" ")[0] for result in results} == {"equal", "declared", "refused"}


def test_every_confirmed_class_has_a_row_with_each_of_its_arguments():
    rows = matrix.pairs_of_classes()
    assert len(rows) == len({row[0].path for row in rows}) > 200
    assert sum(len(row) for row in rows) > 2400
    for row in rows:
        operator = load_operators().find(row[0].path)
        assert operator is not None
        own = {p.name for p in operator.parameters.values() if p.level != "task" and matrix.may_differ(p)}
        assert {pair.argument for pair in row} == own - set(operator.required) | {"-", "*"}


def test_a_value_is_never_the_default():
    for row in matrix.pairs_of_classes():
        operator = load_operators().find(row[0].path)
        assert operator is not None
        for pair in row:
            if pair.argument not in "-*":
                given = dict(pair.given)[pair.argument]
                assert given != repr(operator.parameters[pair.argument].default), (pair.path, pair.argument)


def test_expected_outcomes_name_what_exists():
    arguments = {
        name for row in matrix.pairs_of_classes() for pair in row for name in (pair.argument, *dict(pair.given))
    }
    names = {row[0].path.rsplit(".", 1)[-1] for row in matrix.pairs_of_classes()}
    expected = matrix.expectations()
    for group in ("outcomes", "values"):
        for key in expected[group]:
            owner, _, argument = key.rpartition(".")
            assert argument in arguments, key
            assert not owner or owner in names, key
