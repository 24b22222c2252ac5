"""File names made of DAG ids: plain, inside the folder, different for different ids."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.write.names import output_name, same_file_key

WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@pytest.mark.parametrize("dag_id", ["etl", "my-dag.v2", "A_b", "1", "x..y", "console", "com10"])
def test_an_ordinary_id_is_its_own_name(dag_id):
    assert output_name(dag_id) == f"{dag_id}.yaml"


@pytest.mark.parametrize(
    ("dag_id", "name"),
    [
        ("../x", "%2E.%2Fx.yaml"),
        ("a/b", "a%2Fb.yaml"),
        ("a\\b", "a%5Cb.yaml"),
        ("CON", "%43ON.yaml"),
        ("nul.daily", "%6Eul.daily.yaml"),
        (".", "%2E.yaml"),
        ("..", "%2E..yaml"),
        ("a b", "a%20b.yaml"),
        ("é", "%C3%A9.yaml"),
        ("a\0", "a%00.yaml"),
        ("100%", "100%25.yaml"),
    ],
)
def test_other_ids_are_escaped(dag_id, name):
    assert output_name(dag_id) == name


@given(st.text(max_size=400), st.text(max_size=400))
def test_names_are_safe_and_tell_ids_apart(one, other):
    name = output_name(one)
    assert re.fullmatch(r"[A-Za-z0-9_%-][A-Za-z0-9_%.-]*\.yaml", name)
    assert len(name) <= 255
    assert not WINDOWS_DEVICE.fullmatch(name)
    if one != other:
        assert name != output_name(other)


def test_long_ids_keep_their_difference():
    assert output_name("x" * 300 + "a") != output_name("x" * 300 + "b")
    assert len(output_name("x" * 250)) == 255
    assert output_name("x" * 250) == "x" * 250 + ".yaml"


def test_case_twins_share_a_file_on_some_systems():
    assert same_file_key("ETL.yaml") == same_file_key("etl.yaml")
