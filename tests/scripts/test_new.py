"""The skeletons are files that the house would take but for their texts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dagconv.rules import catalogue

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts"))
import new  # noqa: E402


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (
            ["rule", "task", "task-too-fancy"],
            ["dagconv/check/rules/task/too_fancy.py", "fixtures/check/task-too-fancy"],
        ),
        (["pass", "drop_badges"], ["dagconv/lower/drop_badges.py", "fixtures/losses/badges"]),
    ],
)
def test_a_skeleton_is_clean_and_has_a_free_code(tmp_path, arguments, made):
    new.main(arguments, tmp_path)
    for path in made:
        assert (tmp_path / path).exists()
    module = tmp_path / made[0]
    ruff = [Path(sys.executable).with_name("ruff"), "--config", str(ROOT / "pyproject.toml")]
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([ruff[0], *command, *ruff[1:], module], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    names: dict[str, Any] = {}
    exec(compile(module.read_text(), str(module), "exec"), names)
    assert names["RULE"].code not in {rule.code for rule in catalogue()}
    with pytest.raises(SystemExit, match="exists already"):
        new.main(arguments, tmp_path)


def test_the_skeleton_of_an_action_is_a_step_that_the_journal_could_hold(tmp_path):
    new.main(["action", "tag_role"], tmp_path)
    module = tmp_path / "dagconv/migrate/steps/tag_role.py"
    ruff = [Path(sys.executable).with_name("ruff"), "--config", str(ROOT / "pyproject.toml")]
    place = ["--stdin-filename", "dagconv/migrate/steps/tag_role.py", "-"]  # what the house excuses steps from
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [*ruff[:1], *command, *ruff[1:], *place], cwd=ROOT, input=module.read_text(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout
    checked = subprocess.run(
        [Path(sys.executable).with_name("mypy"), "--strict", module], cwd=ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("arguments", [["rule", "task", "Fancy"], ["pass", "badges"], ["action", "tag"], []])
def test_names_follow_the_house(tmp_path, arguments):
    with pytest.raises(SystemExit):
        new.main(arguments, tmp_path)
    assert list(tmp_path.iterdir()) == []
