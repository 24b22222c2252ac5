"""Each rule has a definition in which it fires and one, close to it, in which it stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import FIXTURES, WANT, command, read_file
from outcomes import NOW, checked

from dagconv.check.batch import BATCH_RULES
from dagconv.check.definition import check_definition
from dagconv.check.rules import CHECK_RULES
from dagconv.diagnostics import Catalogue, ContractRule, Diagnostic, Rule, Severity
from dagconv.diagnostics.ignoring import IGNORE_RULES

CHECK = FIXTURES / "check"
RULES = (*CHECK_RULES, *IGNORE_RULES)
BY_SLUG = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.slug)


def judge(path: Path) -> list[Diagnostic]:
    return check_definition(path.read_bytes(), path.name, now=NOW)


@BY_SLUG
def test_rule_fires_as_written_down(rule: Rule) -> None:
    found = judge(CHECK / rule.slug / "fires.yaml")
    assert rule.code in {one.code for one in found}
    case = f"check/{rule.slug}"
    assert checked(case)[WANT] == read_file(case, WANT), command(case)


@BY_SLUG
def test_rule_is_silent_on_the_near_miss(rule: Rule) -> None:
    assert rule.code not in {one.code for one in judge(CHECK / rule.slug / "silent.yaml")}


@BY_SLUG
def test_near_miss_is_accepted(rule: Rule) -> None:
    errors = [one for one in judge(CHECK / rule.slug / "silent.yaml") if one.severity.value == "error"]
    assert errors == []


def test_codes_and_slugs_are_unique_and_in_the_range_of_check() -> None:
    catalogue = Catalogue((*RULES, *BATCH_RULES))
    for rule in catalogue:
        number = int(rule.code[2:])
        assert number // 50 in (5, 7, 9) or 600 <= number < 700, rule.code


def test_each_warning_names_its_row_of_the_contract() -> None:
    warnings = [rule for rule in RULES if rule.severity is Severity.WARNING]
    assert warnings
    assert [rule.code for rule in warnings if not any(isinstance(one, ContractRule) for one in rule.source)] == []


def test_no_fixture_without_a_rule() -> None:
    assert {folder.name for folder in CHECK.iterdir() if folder.is_dir()} - {rule.slug for rule in RULES} == set()
