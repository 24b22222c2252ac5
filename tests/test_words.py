"""No rendered text is parsed anywhere: with every message and help replaced by its code, calls end as before."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from dagconv.check.definition import check_definition
from dagconv.cli.main import run
from dagconv.diagnostics import Diagnostic
from dagconv.fix.apply import fix_text

FIXTURES = Path(__file__).parents[1] / "fixtures"
NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)
EMPTY = "airflow.operators.empty.EmptyOperator"


@pytest.fixture
def wordless(without_words: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with without_words():
        yield


def judge(text: str) -> list[Diagnostic]:
    return check_definition(text, "f.yaml", now=NOW)


def test_the_words_are_gone_and_come_back(wordless: None) -> None:
    found = judge("a:\n  tasks: {}\n")
    assert {(one.message, one.help) for one in found} == {(one.code, one.code) for one in found}


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("case", sorted(path.name for path in (FIXTURES / "fix").iterdir()))
def test_fixes_read_data(case: str, unsafe: bool, wordless: None) -> None:
    folder = FIXTURES / "fix" / case
    after = "after.unsafe.yaml" if unsafe else "after.yaml"
    assert fix_text((folder / "before.yaml").read_bytes().decode(), judge, unsafe=unsafe).text == (
        (folder / after).read_bytes().decode()
    )


@pytest.mark.airflow
def test_deep_reads_data(
    wordless: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd.yaml").write_text(
        f"odd:\n  tasks:\n    fine: {{operator: {EMPTY}}}\n    step: {{operator: {EMPTY}, pool_slots: 0}}\n"
    )
    Path("own.yaml").write_text("own:\n  tasks:\n    step: {operator: mine.operators.Load}\n")
    assert run(["validate", ".", "--deep", "--format", "concise", "-v"]) == 1
    out = capsys.readouterr().out
    assert "odd.yaml:4:5: DC124 error DC124" in out
    assert "own.yaml:1:1: DC698 info DC698" in out or "own.yaml: DC698 info DC698" in out


@pytest.mark.airflow
@pytest.mark.parametrize(
    ("case", "code"),
    [("convert/create_s3_objects", 0), ("structure/trigger_rules", 0), ("structure/mapped_over_result", 1)],
)
def test_conversions_end_as_before(case: str, code: int, wordless: None, tmp_path: Path) -> None:
    assert run(["convert", str(FIXTURES / case / "dag.py"), "-o", str(tmp_path), "-q"]) == code
