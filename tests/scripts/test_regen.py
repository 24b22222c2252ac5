"""Every generated file is what its target would write today."""

from __future__ import annotations

import fixtures_page
import pytest
import regen

ROOT = regen.ROOT


@pytest.mark.parametrize("target", regen.TARGETS)
def test_what_is_generated_is_fresh(target: str) -> None:
    assert regen.stale(target) == []


def test_a_page_that_says_it_is_generated_belongs_to_a_target() -> None:
    owned = {ROOT / path for build in regen.TARGETS.values() for path in build()}
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "fixtures").glob("*.md")]
    said = {page for page in pages if "scripts/regen.py" in page.read_text("utf-8")[:500]}
    assert said
    assert said <= owned


def test_a_stale_file_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(regen.TARGETS, "rules", lambda: {"docs/rules.md": "other"})
    assert regen.stale("rules") == ["stale: docs/rules.md; run scripts/regen.py rules"]


@pytest.mark.parametrize(("step", "found"), fixtures_page.cases_of_passes(fixtures_page.cases_of_codes()).items())
def test_each_pass_has_a_case(step: str, found: list[str]) -> None:
    assert found, f"add a case fixtures/AREA/{step}"
