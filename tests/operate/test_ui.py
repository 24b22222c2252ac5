"""`ui`: the address is a credential, so it is opened, or printed where that is asked for, and stands nowhere else."""

from __future__ import annotations

import pytest


@pytest.fixture
def ui(stand):
    stand.verbs = "ui"
    return stand


def test_it_is_printed_only_when_asked_for(ui):
    shown = ui.cli("--print")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("https://ui.example.com/?token=")


@pytest.mark.parametrize(("browser", "code"), [("true %s", 0), ("false %s", 2)])
def test_it_is_opened_and_not_shown(ui, browser, code):
    done = ui.cli(env={"BROWSER": browser})
    assert done.code == code, done.text
    assert "token" not in done.text
