"""Names of Python: the nearest to a text, and free ones."""

from __future__ import annotations

import keyword

import pytest

from dagconv.language.names import free_name, identifier, is_taken


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("etl", "etl"),
        ("my-dag 2", "my_dag_2"),
        ("a.b", "a_b"),
        ("2nd", "_2nd"),
        ("class", "_class"),
        ("--x--", "x"),
        ("-", "code"),
        ("", "code"),
        ("zürich", "z_rich"),
    ],
)
def test_the_nearest_name_is_one_of_python(text, name):
    assert identifier(text) == name
    assert name.isidentifier()
    assert not keyword.iskeyword(name)


@pytest.mark.parametrize(
    ("name", "taken"), [("json", True), ("JSON", True), ("airflow", True), ("etl", False), ("jsons", False)]
)
def test_modules_of_the_worker_are_taken_in_any_case(name, taken):
    assert is_taken(name) is taken


def test_a_free_name_is_the_wanted_one_or_has_a_number():
    assert free_name("load", ()) == "load"
    assert free_name("load", {"load"}) == "load_2"
    assert free_name("load", {"load", "load_2", "other"}) == "load_3"
    assert free_name("load-it", {"load"}) == "load_it"


def test_only_a_module_may_not_hide_one_of_the_worker():
    assert free_name("json", ()) == "json"
    assert free_name("json", (), module=True) == "json_2"
    assert free_name("json", {"json_2"}, module=True) == "json_3"
