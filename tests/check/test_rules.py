"""Each rule has a definition in which it fires and one, close to it, in which it stays silent."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from dagconv.check.batch import BATCH_RULES
from dagconv.check.definition import check_definition
from dagconv.check.ignores import IGNORE_RULES
from dagconv.check.rules import CHECK_RULES
from dagconv.diagnostics import Catalogue, Diagnostic, Rule

FIXTURES = Path(__file__).parents[2] / "fixtures" / "check"
NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)
RULES = (*CHECK_RULES, *IGNORE_RULES)
BY_SLUG = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.slug)


def judge(path: Path) -> list[Diagnostic]:
    return check_definition(path.read_bytes(), path.name, now=NOW)


def as_text(found: list[Diagnostic]) -> str:
    rows = []
    for one in found:
        assert one.location is not None
        place = f"{one.location.line}:{one.location.column}"
        rows.append(f"{place} {one.code} {one.severity.value} {one.message}\n    help: {one.help}\n")
    return "".join(rows)


@BY_SLUG
def test_rule_fires_as_written_down(rule: Rule) -> None:
    found = judge(FIXTURES / rule.slug / "fires.yaml")
    assert rule.code in {one.code for one in found}
    want = FIXTURES / rule.slug / "want.diag.txt"
    if os.environ.get("UPDATE_FIXTURES"):
        want.write_text(as_text(found), encoding="utf-8")
    command = "UPDATE_FIXTURES=1 pytest tests/check/test_rules.py"
    assert as_text(found) == want.read_text(encoding="utf-8"), f"if this is wanted, run {command} and read the diff"


@BY_SLUG
def test_rule_is_silent_on_the_near_miss(rule: Rule) -> None:
    assert rule.code not in {one.code for one in judge(FIXTURES / rule.slug / "silent.yaml")}


@BY_SLUG
def test_near_miss_is_accepted(rule: Rule) -> None:
    errors = [one for one in judge(FIXTURES / rule.slug / "silent.yaml") if one.severity.value == "error"]
    assert errors == []


def test_codes_and_slugs_are_unique_and_in_the_range_of_check() -> None:
    catalogue = Catalogue((*RULES, *BATCH_RULES))
    for rule in catalogue:
        number = int(rule.code[2:])
        assert number // 50 in (5, 7, 9) or 600 <= number < 700, rule.code


def test_each_rule_names_the_fact_it_rests_on() -> None:
    for rule in RULES:
        known = ("contract ", "dag-factory ", "PyYAML", "YAML ", "Airflow ", "dagconv: ")
        assert any(word in rule.source for word in known), rule.code


def test_each_warning_names_its_row_of_the_contract() -> None:
    assert [
        rule.code for rule in RULES if rule.severity.value == "warning" and "contract 9 rule" not in rule.source
    ] == []


def test_no_fixture_without_a_rule() -> None:
    assert {folder.name for folder in FIXTURES.iterdir() if folder.is_dir()} - {rule.slug for rule in RULES} == set()
