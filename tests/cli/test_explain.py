"""`explain`: by code and by slug, every rule, every form."""

from __future__ import annotations

import json

from dagconv.rules import catalogue


def test_a_code_is_explained_by_code_and_by_slug(call):
    code, by_code, _ = call("explain", "dc912")
    assert code == 0
    assert by_code == call("explain", "output-hand-edited")[1]
    assert by_code.startswith("DC912 output-hand-edited (error, refused)\n")
    for heading in ("Why:", "Example:", "Fix:", "Source:"):
        assert heading in by_code


def test_all_rules_in_every_form(call):
    rules = list(catalogue())
    documents = json.loads(call("explain", "--all", "--format", "json")[1])
    assert [one["code"] for one in documents] == [rule.code for rule in rules]
    markdown = call("explain", "--all", "--format", "markdown")[1]
    assert all(f"## {rule.code} {rule.slug}\n" in markdown for rule in rules)
    assert call("explain", "--all")[1].count("\nSource:\n") == len(rules)


def test_an_unknown_code_gets_a_proposal(call):
    code, out, err = call("explain", "output-hand-editd")
    assert (code, out) == (2, "")
    assert "did you mean output-hand-edited" in err
    assert call("explain")[0] == 2
