"""Plain templates are read without Jinja just as Jinja reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.check.templates import _read_plain
from dagconv.language.jinja import JinjaError, parse_template

PIECES = ["{{ ds }}", "{{ds}}", "{{ params.a.b }}", "text ", "\n", "{{ macros.ds_add }}", "}", "{", "}}", "{%", "é"]
PIECES += [
    "{{ true }}",
    "{{ a b }}",
    "{{ x | f }}",
    "{# c #}",
    "{{",
    "{{ 1 }}",
    "${{ params.x }}",
    "{{ if }}",
    "{{\n a }}",
]


@pytest.mark.parametrize("text", ["{{ ds }}", "s3://{{ params.bucket }}/{{ ds_nodash }}\n{{ a.b.c }} x"])
def test_a_plain_template_is_read_as_jinja_reads_it(text: str) -> None:
    assert _read_plain(text) == parse_template(text)


@pytest.mark.parametrize(
    "text", ["{{ ds | lower }}", "{{ x() }}", "{{ none }}", "{% if a %}{% endif %}", "{{ a", "{{ é }}"]
)
def test_anything_else_is_left_to_jinja(text: str) -> None:
    assert _read_plain(text) is None


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_every_mixture_is_read_alike(text: str) -> None:
    plain = _read_plain(text)
    if plain is None:
        return
    try:
        assert plain == parse_template(text)
    except JinjaError as error:
        raise AssertionError(f"Jinja refuses {text!r}: {error}") from error
