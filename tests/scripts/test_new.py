"""The skeletons are files that the house would take but for their texts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import new
import pytest

from dagconv.rules import catalogue

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
MADE = {
    "rule task/too-fancy": ["dagconv/check/rules/task/too_fancy.py", "fixtures/check/task-too-fancy/fires.yaml"],
    "pass drop_badges": ["dagconv/lower/drop_badges.py", "fixtures/losses/badges/dag.py"],
    "action tag_role": ["dagconv/migrate/steps/tag_role.py"],
    "format asciidoc": ["dagconv/diagnostics/render/asciidoc.py"],
}


@pytest.mark.parametrize("call", MADE)
def test_a_skeleton_passes_lint_at_once(tmp_path: Path, call: str) -> None:
    new.main(call.split(), tmp_path)
    assert [path for path in MADE[call] if not (tmp_path / path).is_file()] == []
    place = MADE[call][0]
    text = (tmp_path / place).read_text()
    for command in (["check"], ["format", "--check"]):  # by name, since the house excuses some folders from some rules
        run([BIN / "ruff", *command, "--stdin-filename", place, "-"], text)
    run([BIN / "mypy", "--strict", tmp_path / place])


def run(command: list[str | Path], text: str = "") -> None:
    done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("call", ["rule task/too-fancy", "pass drop_badges"])
def test_a_skeleton_has_a_free_code(tmp_path: Path, call: str) -> None:
    new.main(call.split(), tmp_path)
    module = tmp_path / MADE[call][0]
    names: dict[str, object] = {}
    exec(compile(module.read_text(), str(module), "exec"), names)
    assert names["RULE"].code not in {rule.code for rule in catalogue()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("call", MADE)
def test_nothing_is_overwritten(tmp_path: Path, call: str) -> None:
    new.main(call.split(), tmp_path)
    with pytest.raises(SystemExit, match="exists already"):
        new.main(call.split(), tmp_path)


@pytest.mark.parametrize(
    "call", ["rule task/Fancy", "rule fancy", "pass badges", "action tag", "format Two_Words", "", "pass"]
)
def test_names_follow_the_house(tmp_path: Path, call: str) -> None:
    with pytest.raises(SystemExit):
        new.main(call.split(), tmp_path)
    assert list(tmp_path.iterdir()) == []
