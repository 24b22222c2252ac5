"""What a call says of files that others import, and paths as the user wrote them."""

from __future__ import annotations

import pytest

from dagconv.diagnostics import Location
from dagconv.diagnostics.report import FileStatus
from dagconv.discover.source import SourceFile
from dagconv.load.failed_rules import IMPORT_FAILED
from dagconv.load.identity import Seen
from dagconv.load.import_rules import VARIABLE_READ
from dagconv.verdict import DagOutcome, FileOutcome, conclude, settle_duplicates


@pytest.fixture
def outcomes(tmp_path, monkeypatch):
    """Two DAG files whose import fails in a module that was also looked at, with the module's text."""
    monkeypatch.chdir(tmp_path)

    def make(text: str, *more):
        (tmp_path / "config.py").write_text(text)
        found = VARIABLE_READ.at(Location(str(tmp_path / "config.py"), 2), name="bucket")
        files = [FileOutcome(SourceFile(f"{name}.py", "."), [found], failed=True) for name in ("a", "b", "config")]
        files[2].diagnostics += more
        return files

    return make


def statuses(files):
    return [file.status for file in conclude(files, 0.0)[0].files]


def test_a_module_that_fails_is_no_failed_dag_file(outcomes):
    files = outcomes("from airflow.sdk import Variable\nBUCKET = Variable.get('bucket')  # for a DAG\n")
    report = conclude(files, 0.0)[0]
    assert [file.status for file in report.files] == [FileStatus.FAILED, FileStatus.FAILED, FileStatus.SKIPPED]
    assert [len(file.diagnostics) for file in report.files] == [1, 1, 0]


@pytest.mark.parametrize("text", ["with DAG('x'):\n    y()\n", "@dag\ndef x(): ...\n", "d = dag(x)\n"])
def test_one_that_seems_to_make_a_dag_stays_failed(outcomes, text):
    assert statuses(outcomes(text))[2] is FileStatus.FAILED


def test_a_failure_of_its_own_stays(outcomes, tmp_path):
    own = IMPORT_FAILED.at(Location(str(tmp_path / "config.py"), 9), error="boom")
    files = outcomes("x = 1\n", own)
    (only,) = conclude(files, 0.0)[0].files[2].diagnostics
    assert (only.code, files[2].failed) == ("DC103", True)


def test_a_file_that_nobody_imports_stays_failed(outcomes):
    assert statuses(outcomes("x = 1\n")[2:]) == [FileStatus.FAILED]


def test_messages_name_files_as_the_user_did(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = []
    for name in ("a", "b"):
        path = str(tmp_path / f"{name}.py")
        dag = DagOutcome(Seen(path, "one", Location(path, 3), path), [])
        files.append(FileOutcome(SourceFile(f"{name}.py", "."), dags=[dag]))
    settle_duplicates(files)
    first, second = (file.diagnostics[0].message for file in conclude(files, 0.0)[0].files)
    assert "also defined in b.py:3" in first
    assert "also defined in a.py:3" in second
