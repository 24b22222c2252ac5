"""`package show`: entries, origins and needs of a package, edited and foreign ones named; nothing of it is run."""

from __future__ import annotations

import io
import zipfile

import pytest

from dagconv.cli.main import run
from dagconv.language.archive import PackageFile, write_archive

ENTRIES = b'''"""What the tasks of the workflow etl call. Written by dagconv from the DAG's source."""

from airflow.sdk import get_current_context
from etl import clean as _call_clean
from etl import load as _call_load


def _pull(task_id, key, optional):
    return get_current_context()["ti"].xcom_pull(task_ids=task_id, key=key)


clean = _call_clean


def load():
    _call_load([_pull('clean', 'a', True)])
'''
SLICE = b"""# etl.py:3
import requests
import os


# etl.py:12
STAGE = os.environ["STAGE"]


# etl.py:20
def clean():
    return '''
# etl.py:99
no origin
'''
"""
FILES = {
    "etl_tasks.py": PackageFile("etl_tasks.py", ENTRIES),
    "etl.py": PackageFile("etl.py", SLICE),
    "lib/part.py": PackageFile("lib/part.py", b"from airflow.models import Variable\nX = Variable.get('bucket')\n"),
    "run.sh": PackageFile("run.sh", b"true\n", executable=True),
}


@pytest.fixture
def show(tmp_path, capsys):
    def show(data: bytes) -> tuple[int, str, str]:
        (tmp_path / "etl.zip").write_bytes(data)
        code = run(["package", "show", str(tmp_path / "etl.zip")])
        out, err = capsys.readouterr()
        return code, out, err

    return show


def test_all_of_a_package_is_listed(show):
    code, out, _ = show(write_archive(FILES))
    lines = out.splitlines()
    assert code == 0
    assert lines[0].endswith(f": as dagconv wrote it; 4 files, {sum(len(f.content) for f in FILES.values())} bytes")
    assert [line for line in lines[2:] if line and not line.startswith(" ")] == [
        "etl_tasks.py  entries",
        "etl.py  slice",
        "lib/part.py  module",
        "run.sh  file, executable",
        "Needs where it runs:",
    ]
    assert "  clean  calls etl.clean" in lines
    assert "  load  calls etl.load, pulls clean['a'], gives no output" in lines
    assert [line for line in lines if "<-" in line] == [
        "  2: import requests  <- etl.py:3",
        '  7: STAGE = os.environ["STAGE"]  <- etl.py:12',
        "  11: def clean():  <- etl.py:20",
    ]
    assert "  environment STAGE when it is imported: etl.py:12" in lines
    assert "  variable bucket when it is imported: lib/part.py:2" in lines
    assert any(line.startswith("  network requests") for line in lines)


def test_an_edited_package_and_a_foreign_one_are_named(show):
    data = write_archive(FILES)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        comment = archive.comment
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("etl_tasks.py", ENTRIES.replace(b"'clean', 'a'", b"clean, a"))
    assert ": not written by dagconv; 1 file," in show(buffer.getvalue())[1]
    assert "(no longer as dagconv writes entries)" in show(buffer.getvalue())[1]
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = comment
    assert ": changed after dagconv wrote it; 1 file," in show(buffer.getvalue())[1]


def test_text_of_a_package_cannot_steer_the_terminal(show):
    name = "a\x1b[2J.py"
    out = show(write_archive({name: PackageFile(name, b"# e.py:1\nX = '\x1b[2J'\n")}))[1]
    assert "\x1b" not in out
    assert "e.py:1" in out


def test_a_module_that_cannot_be_read_is_a_file(show):
    code, out, _ = show(write_archive({"a.py": PackageFile("a.py", b"def (\n"), "b.py": PackageFile("b.py", b"\xff")}))
    assert code == 0
    assert "a.py  file" in out
    assert "b.py  file" in out


def test_what_is_no_package_is_a_wrong_call(show, tmp_path, capsys):
    code, _, err = show(b"no zip")
    assert (code, "it is no zip file" in err) == (2, True)
    assert run(["package", "show", str(tmp_path / "nothing.zip")]) == 2
    assert "No such file" in capsys.readouterr().err
