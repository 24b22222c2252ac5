"""The page of rules: no rule of the contract without somebody who keeps it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+) \| (.*) \|$", PAGE, re.M)


def test_all_rules_of_the_contract_are_listed():
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 69))


@pytest.mark.parametrize(("number", "kept_by"), [(number, kept_by) for number, _, kept_by in ROWS])
def test_each_rule_is_kept_or_its_absence_explained(number: str, kept_by: str):
    assert kept_by.strip()


@pytest.mark.parametrize("number", [*range(1, 47), *range(50, 54)])
def test_what_a_definition_can_show_has_a_finding(number: int):
    kept_by = ROWS[number - 1][2]
    assert re.search(r"\[DC\d{3}\]", kept_by)
