"""Each rule of a pass fires in a fixture, and its texts ask for nothing that it is not given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagconv.lower import passes
from dagconv.rules import catalogue

ROOT = Path(__file__).parents[2]
SOURCES = {path: path.read_text("utf-8") for path in (ROOT / "dagconv" / "lower").glob("*.py")}
CODES = sorted({code for text in SOURCES.values() for code in re.findall(r'code="(DC\d{3})"', text)})
FOUND = {
    code for file in (ROOT / "fixtures").glob("*/*/want.diag.txt") for code in re.findall(r"DC\d{3}", file.read_text())
}


# Needs --stub-missing, which no fixture is converted with; tests/test_catalogue.py names the test that shows it.
WITH_INPUTS = {"DC408"}


@pytest.mark.parametrize("code", sorted(set(CODES) - WITH_INPUTS))
def test_a_rule_of_lowering_fires_in_a_fixture(code):
    assert code in FOUND


@pytest.mark.parametrize("code", CODES)
def test_a_rule_of_lowering_says_everything(code):
    rule = catalogue().find(code)
    texts = (rule.summary, rule.message, rule.help, rule.why, rule.example, rule.fix, rule.source)
    assert all(texts)
    assert "\n" not in rule.message
    assert rule.code[2] in "2345"


def test_every_pass_is_listed_once():
    names = [step.__module__.rpartition(".")[2] for step in passes.PASSES]
    files = {path.stem for path in SOURCES if re.search(rf"^def {path.stem}\(", SOURCES[path], re.MULTILINE)}
    assert sorted(names) == sorted(files)
