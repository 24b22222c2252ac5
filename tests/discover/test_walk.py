"""Which files of a tree are loaded, and that every other Python file is listed with its reason."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from dagconv.diagnostics.report import FileStatus
from dagconv.discover import IgnoreSyntax, SourceKind, discover
from dagconv.errors import UsageError

DAG = "from airflow import DAG\nfrom airflow.providers.amazon.aws.operators.s3 import (\n    S3ListOperator,\n)\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Writes files into a folder `dags` and goes to its parent."""
    monkeypatch.chdir(tmp_path)

    def write(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / "dags" / name.replace("__", "/").replace("_py", ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "dags"

    return write


def outcome(*sources, **options):
    found = discover(sources, **options)
    reasons = {file.path: (file.status, file.diagnostics[0].rule.slug) for file in found.skipped}
    return [file.path for file in found.files], reasons


def test_folders_are_searched_and_nothing_vanishes(tree):
    tree(b_py=DAG, sub__a_py=DAG, helper_py="x = 1\n", empty_py="", notes="airflow dag")
    files, reasons = outcome("dags")
    assert files == ["dags/b.py", "dags/sub/a.py"]
    assert reasons == {
        "dags/helper.py": (FileStatus.SKIPPED, "no-dag-mentioned"),
        "dags/empty.py": (FileStatus.SKIPPED, "no-dag-mentioned"),
    }


def test_a_named_file_is_loaded_whatever_it_mentions(tree):
    tree(helper_py="x = 1\n", **{".airflowignore": "helper.py\n"})
    found = discover(["dags/helper.py", "dags"])
    assert [(file.path, file.explicit, file.root) for file in found.files] == [("dags/helper.py", True, "dags")]


def test_with_auto_a_named_file_is_judged_by_what_it_mentions(tree):
    tree(helper_py="x = 1\n", a_py=DAG)
    files, reasons = outcome("dags/helper.py", "dags/a.py", auto=True)
    assert files == ["dags/a.py"]
    assert reasons == {"dags/helper.py": (FileStatus.SKIPPED, "no-dag-mentioned")}


def test_a_file_named_twice_is_loaded_once(tree):
    tree(a_py=DAG)
    files, reasons = outcome("dags", "dags/a.py", "dags", "./dags/../dags/a.py")
    assert (files, reasons) == (["dags/a.py"], {})


def test_imports_are_found_without_running_anything(tree):
    tree(a_py=DAG + "raise SystemExit\nimport airflow.sdk as sdk\n# from airflow.commented import x\n")
    assert discover(["dags"]).files[0].imports == (
        "airflow",
        "airflow.providers.amazon.aws.operators.s3",
        "airflow.sdk",
    )


def test_airflowignore_is_honoured_and_said(tree):
    tree(a_py=DAG, old__b_py=DAG, old__c_py=DAG, keep__d_py=DAG, **{".airflowignore": "old/\nd.py\n"})
    tree(keep__e_py=DAG, **{"keep__.airflowignore": "!d.py\n"})
    files, reasons = outcome("dags")
    assert files == ["dags/a.py", "dags/keep/d.py", "dags/keep/e.py"]
    assert reasons == {"dags/old": (FileStatus.SKIPPED, "ignored-by-airflowignore")}


def test_the_syntax_of_airflowignore_matters(tree):
    tree(x_test_py=DAG, **{".airflowignore": ".*x.*\n*bad\n"})
    assert outcome("dags")[0] == ["dags/x_test.py"]
    found = discover(["dags"], IgnoreSyntax.REGEXP)
    assert not found.files
    assert [(one.rule.slug, one.location.line) for one in found.diagnostics] == [
        ("airflowignore-pattern-invalid", 2),
        ("no-python-file", None),
    ]


def test_links_are_followed_but_never_in_a_circle(tree):
    dags = tree(sub__a_py=DAG)
    (dags / "sub" / "loop").symlink_to(dags)
    (dags / "self.py").symlink_to("self.py")
    (dags / "again.py").symlink_to(dags / "sub" / "a.py")
    files, reasons = outcome("dags")
    assert len(files) == 1
    assert {slug for _, slug in reasons.values()} == {"reached-twice", "unreadable-file"}


def test_a_link_out_of_the_tree_is_followed(tree, tmp_path):
    dags = tree(a_py=DAG)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "b.py").write_text(DAG)
    (dags / "shared").symlink_to(tmp_path / "shared")
    assert outcome("dags")[0] == ["dags/a.py", "dags/shared/b.py"]


@pytest.mark.timeout(10)
def test_a_pipe_never_blocks(tree):
    dags = tree(a_py=DAG)
    os.mkfifo(dags / "pipe.py")
    os.mkfifo(dags / "plain")
    os.mkfifo(dags / "other.zip")
    files, reasons = outcome("dags")
    assert files == ["dags/a.py"]
    assert reasons == {"dags/pipe.py": (FileStatus.SKIPPED, "not-a-regular-file")}
    assert outcome("dags/plain", "/dev/null") == (
        [],
        {
            "dags/plain": (FileStatus.FAILED, "source-is-no-file"),
            "/dev/null": (FileStatus.FAILED, "source-is-no-file"),
        },
    )


def test_an_unreadable_file_fails_and_the_others_go_on(tree, monkeypatch):
    dags = tree(a_py=DAG, b_py=DAG)
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "b.py":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    files, reasons = outcome(str(dags))
    assert files == [str(dags / "a.py")]
    assert reasons == {str(dags / "b.py"): (FileStatus.FAILED, "unreadable-file")}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (DAG.encode("utf-16"), None),
        (DAG.encode() + b"x = 1\n\0", 6),
        (DAG.encode() + "ä = 1".encode("latin-1"), 5),
        (b"# coding: nonsense\n" + DAG.encode(), 1),
        (b"\xef\xbb\xbf# coding: latin-1\n" + DAG.encode(), 1),
    ],
)
def test_text_that_python_cannot_read_fails_at_its_line(tree, data, line):
    tree(a_py=data)
    (file,) = discover(["dags"]).skipped
    assert (file.status, file.diagnostics[0].rule.slug) == (FileStatus.FAILED, "not-python-text")
    assert file.diagnostics[0].location.line == line


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + DAG.encode(),
        DAG.replace("\n", "\r\n").encode(),
        b"# -*- coding: latin-1 -*-\n# \xe4\n" + DAG.encode(),
        b"\x0c" + DAG.encode(),
    ],
)
def test_text_that_python_reads_is_loaded(tree, data):
    tree(a_py=data)
    assert outcome("dags") == (["dags/a.py"], {})


def test_a_file_of_many_megabytes_is_not_read(tree):
    tree(a_py=DAG)
    with Path("dags/a.py").open("r+b") as file:
        file.truncate(17 * 1024 * 1024)
    (report,) = discover(["dags"]).skipped
    assert (report.status, report.diagnostics[0].rule.slug) == (FileStatus.FAILED, "source-too-large")


def test_binary_without_a_word_of_dags_is_skipped(tree):
    tree(a_py=bytes(range(256)))
    assert outcome("dags") == ([], {"dags/a.py": (FileStatus.SKIPPED, "no-dag-mentioned")})


def test_archives_are_recognised(tree):
    dags = tree(a_py=DAG)
    for name, member in (("dag.zip", "top.py"), ("nested.zip", "pkg/top.py")):
        with zipfile.ZipFile(dags / name, "w") as archive:
            archive.writestr(member, DAG)
    (dags / "broken.zip").write_bytes((dags / "dag.zip").read_bytes()[20:])
    found = discover(["dags"])
    assert [(file.path, file.kind) for file in found.files] == [
        ("dags/a.py", SourceKind.PYTHON),
        ("dags/dag.zip", SourceKind.ZIP),
    ]
    assert found.files[1].imports == ("airflow", "airflow.providers.amazon.aws.operators.s3")
    assert {file.path: file.status for file in found.skipped} == {
        "dags/nested.zip": FileStatus.SKIPPED,
        "dags/broken.zip": FileStatus.FAILED,
    }


def test_folders_of_tools_are_left_out_and_said(tree):
    tree(a_py=DAG, venv__lib_py=DAG, **{"venv__pyvenv.cfg": "", ".git__x_py": DAG, "node_modules__x_py": DAG})
    files, reasons = outcome("dags")
    assert files == ["dags/a.py"]
    assert {path: slug for path, (_, slug) in reasons.items()} == {
        "dags/venv": "folder-left-out",
        "dags/.git": "folder-left-out",
        "dags/node_modules": "folder-left-out",
    }


def test_a_folder_without_a_file_to_load_is_said(tree):
    tree(notes="")
    assert [found.rule.slug for found in discover(["dags"]).diagnostics] == ["no-python-file"]


def test_a_missing_source_is_a_wrong_call(tree):
    with pytest.raises(UsageError, match="no such file or folder: dogs"):
        discover(["dogs"])


def test_names_that_are_no_text_are_listed(tree):
    dags = tree(a_py=DAG)
    Path(os.fsdecode(os.fsencode(dags) + b"/\xff.py")).write_text(DAG)
    assert len(discover(["dags"]).files) == 2
