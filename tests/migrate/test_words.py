"""No rendered text is read in a migration: where rules say their codes and steps are numbers, it goes as ever.

Every second call is without words, so that each reads what one with words has written, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from dagconv.deploy.steps.step import StepKey

if TYPE_CHECKING:
    from tests.standin.stand import Stand

Words = Callable[[], AbstractContextManager[None]]
REFUSED = "c:\n  tasks: {}\n"
# Each with its exit code, the trigger modes of what is there after it, and the statements of the role's trust policy.
WAY: tuple[tuple[tuple[str, ...], int, dict[str, str], int], ...] = (
    (("plan", "--environment", "Prod", "--definitions", "defs", "--out", "plan.json"), 1, {}, 1),
    (("apply", "plan.json", "--auto-approve", "--parallel", "1"), 1, {"b": "MANUAL"}, 2),  # of the first DAG, denied
    (("apply", "--resume", "--auto-approve"), 0, {"a": "MANUAL", "b": "MANUAL"}, 2),
    (("verify",), 0, {"a": "MANUAL", "b": "MANUAL"}, 2),
    (("cutover", "--paused-by-hand", "--auto-approve"), 0, {"a": "SCHEDULED", "b": "SCHEDULED"}, 2),
    (("rollback", "--auto-approve"), 0, {}, 1),
)


@pytest.mark.parametrize("wordless", [(), (0, 2, 4), (1, 3, 5)], ids=["none", "even", "odd"])
def test_a_migration_reads_data(
    wordless: tuple[int, ...], stand: Stand, monkeypatch: pytest.MonkeyPatch, without_words: Words
) -> None:
    stand.define("a", "b")
    (stand.folder / "defs/c.yaml").write_text(REFUSED)
    stand.fault("mwaa-serverless:CreateWorkflow", "deny", nth=1, count=1)
    for number, (arguments, code, modes, statements) in enumerate(WAY):
        if number in wordless:
            with monkeypatch.context() as patch, without_words():
                patch.setattr(StepKey, "__str__", lambda key: f"step {abs(hash(key))}")
                ran = stand.cli(*arguments)
        else:
            ran = stand.cli(*arguments)
        assert ran.code == code, ran.text
        assert {name: made["TriggerMode"] for name, made in stand.workflows().items()} == modes
        assert len(stand.trust()["Statement"]) == statements
        if code == 0 and arguments[0] != "verify":
            assert bool(re.search(r"step \d+", ran.text)) is (number in wordless)
        if arguments[0] == "plan":
            assert ("there are no tasks" in ran.text) is (number not in wordless)
