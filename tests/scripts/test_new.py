"""The skeletons are files that the house would take but for their texts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
    names: dict[str, object] = {}
    exec(compile(module.read_text(), str(module), "exec"), names)
    assert names["RULE"].code not in {rule.code for rule in catalogue()}
    with pytest.raises(SystemExit, match="exists already"):
        new.main(arguments, tmp_path)


@pytest.mark.parametrize("arguments", [["rule", "task", "Fancy"], ["pass", "badges"], []])
def test_names_follow_the_house(tmp_path, arguments):
    with pytest.raises(SystemExit):
        new.main(arguments, tmp_path)
    assert list(tmp_path.iterdir()) == []
