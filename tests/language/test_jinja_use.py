"""What templates do with what they read, by Jinja's own tree."""

from __future__ import annotations

import pytest

from dagconv.errors import InternalError
from dagconv.language.jinja import parse_template
from dagconv.language.jinja_use import Flow, Piece, changes_values, flows, pieces, rewritten


def flows_of(text):
    template = parse_template(text)
    return flows(template, next(found for found in template.references if found.name == "ds"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ ds }}", [Flow((), "printed")]),
        ("{{ ds.year }}", [Flow(("year",), "printed")]),
        ("{{ ds['year'] }}", [Flow(("year",), "printed")]),
        ("{{ ds[key] }}", [Flow((None,), "printed")]),
        ("{{ ds.format('x') }}", [Flow(("format",), "printed")]),
        ("{{ (ds - 1).day }}", [Flow(("+", "day"), "printed")]),
        ("{{ ds | upper }}", [Flow((), "|upper")]),
        ("{{ f(ds) }}", [Flow((), "argument")]),
        ("{{ 'at {}'.format(ds) }}", [Flow((), "other")]),
        ("{{ ds == 'x' }}", [Flow((), "compared")]),
        ("{% set a = ds %}{{ a.b }}{{ a | d }}", [Flow(("b",), "printed"), Flow((), "|d")]),
        ("{% for a in ds %}{% endfor %}", [Flow((), "other")]),
    ],
)
def test_where_a_value_goes(text, found):
    assert list(flows_of(text)) == found


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("{{ params.a }}", False),
        ("{{ params.a.append(1) }}", True),
        ("{% set _ = params.update({}) %}", True),
        ("{{ params['a'](1) }}", False),
        ("{{ params['pop']('a') }}", True),
        ("{{ params[name]('a') }}", True),
        ("{{ params | attr('pop') }}", True),
        ("{{ params is sameas other }}", True),
        ("append update", False),
    ],
)
def test_what_may_change_a_value(text, changes):
    assert changes_values(parse_template(text)) is changes


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("$A", [("text", "$A")]),
        ("a{{ '$B' }}c", [("text", "a"), ("literal", "'$B'"), ("text", "c")]),
        ("{# $A #}b", [("comment", " $A "), ("text", "b")]),
        ("{% raw %}{{ $A }}{% endraw %}b", [("raw", "{{ $A }}"), ("text", "b")]),
    ],
)
def test_pieces_by_what_a_sign_means_in_them(text, kinds):
    found = [(piece.kind, text[piece.start : piece.end]) for piece in pieces(text) if piece.kind != "tag"]
    assert found == kinds


def test_a_plain_text_is_one_piece():
    assert list(pieces("plain")) == [Piece("text", 0, 5)]


def test_an_edit_that_prints_something_else_is_a_bug():
    assert rewritten("a $B", [(2, 3, "{{ '$' }}")]) == "a {{ '$' }}B"
    with pytest.raises(InternalError):
        rewritten("a $B", [(2, 3, "{{ '%' }}")])
