"""Each rule about packages fires in a fixture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODES = re.findall(r'code="(DC\d{3})"', (ROOT / "dagconv" / "package" / "rules.py").read_text("utf-8"))
FOUND = {
    code for file in (ROOT / "fixtures").glob("*/*/want.diag.txt") for code in re.findall(r"DC\d{3}", file.read_text())
}
# The worker keeps the file's lines, so that a file changes under the compiler's hands before this can be said.
WITHOUT_FIXTURE = {"DC509"}


@pytest.mark.parametrize("code", CODES)
def test_a_rule_about_packages_fires_in_a_fixture(code):
    assert (code in FOUND) is (code not in WITHOUT_FIXTURE)
