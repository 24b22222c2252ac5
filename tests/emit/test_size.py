"""The lower bound of a definition's size never exceeds its size."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dagconv.check.rules.text.size import refuse_least_size
from dagconv.emit.size import least_bytes
from dagconv.emit.writer import write_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_the_bound_holds(document):
    assert least_bytes(document) <= len(write_yaml(document).encode())


def test_the_bound_is_close_for_what_definitions_hold():
    tasks = {f"task_{n}": {"operator": "a.b.C", "bucket_name": "x" * 100} for n in range(50)}
    document = {"etl": {"tasks": tasks}}
    assert least_bytes(document) > 0.7 * len(write_yaml(document).encode())


def test_only_what_is_above_the_limit_for_sure_is_refused():
    assert refuse_least_size(51_200) is None
    finding = refuse_least_size(51_201)
    assert finding is not None
    assert "at least 51201 bytes" in finding.message
