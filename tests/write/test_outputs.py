"""What becomes of definitions on disk: whole files or none, nothing of others overwritten, leftovers said."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dagconv.diagnostics import Severity
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report
from dagconv.files import write_atomically
from dagconv.language.archive import PackageFile, write_archive
from dagconv.write import (
    OutputStatus,
    check_outputs,
    find_leftovers,
    plan_outputs,
    with_outputs,
    write_outputs,
)
from dagconv.write.companions import with_checksum


@dataclass(frozen=True)
class Definition:
    dag_id: str
    source_path: str = "dags/a.py"
    text: str = "etl: 1\n"
    companions: Mapping[str, bytes] = field(default_factory=dict)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "a.py").touch()
    (tmp_path / "out").mkdir()
    return Path("out")


def place(folder, *definitions, force=False):
    return write_outputs(plan_outputs(definitions, folder), force=force)


def statuses(outputs):
    return [output.status for output in outputs]


def slugs(outputs):
    return [found.rule.slug for output in outputs for found in output.diagnostics]


def test_a_definition_is_written_once(folder):
    assert statuses(place(folder, Definition("etl"))) == [OutputStatus.WRITTEN]
    before = (folder / "etl.yaml").stat()
    assert statuses(place(folder, Definition("etl"))) == [OutputStatus.UNCHANGED]
    assert (folder / "etl.yaml").stat().st_mtime_ns == before.st_mtime_ns
    assert (folder / "etl.yaml").read_text().endswith("\netl: 1\n")


def test_a_stale_one_is_rewritten_and_check_says_so(folder):
    place(folder, Definition("etl"))
    checked = check_outputs(plan_outputs([Definition("etl", text="etl: 2\n"), Definition("new")], folder))
    assert slugs(checked) == ["output-stale", "output-missing"]
    assert not (folder / "new.yaml").exists()
    assert statuses(place(folder, Definition("etl", text="etl: 2\n"))) == [OutputStatus.WRITTEN]
    assert slugs(check_outputs(plan_outputs([Definition("etl", text="etl: 2\n")], folder))) == []


def test_a_moved_source_is_not_stale_but_is_renamed_in_the_header(folder):
    place(folder, Definition("etl"))
    moved = Definition("etl", source_path="dags/b.py")
    Path("dags/a.py").rename("dags/b.py")
    assert slugs(check_outputs(plan_outputs([moved], folder))) == []
    place(folder, moved)
    assert "dags/b.py" in (folder / "etl.yaml").read_text()


def test_a_definition_of_another_file_is_kept_unless_that_one_was_loaded(folder):
    place(folder, Definition("etl"))
    other = Definition("etl", source_path="dags/b.py", text="etl: 2\n")
    outputs = place(folder, other)
    assert (statuses(outputs), slugs(outputs)) == ([OutputStatus.CLAIMED], ["output-of-another-source"])
    assert slugs(check_outputs(plan_outputs([other], folder))) == ["output-of-another-source"]
    assert "dags/a.py" in (folder / "etl.yaml").read_text()
    assert statuses(plan_outputs([other], folder, ["dags/a.py"])) == [OutputStatus.STALE]
    Path("dags/a.py").unlink()
    assert statuses(place(folder, other)) == [OutputStatus.WRITTEN]


def test_an_edited_file_is_kept_unless_forced(folder):
    place(folder, Definition("etl"))
    path = folder / "etl.yaml"
    path.write_text(path.read_text() + "# mine\n")
    outputs = place(folder, Definition("etl"))
    assert (statuses(outputs), slugs(outputs)) == ([OutputStatus.EDITED], ["output-hand-edited"])
    assert path.read_text().endswith("# mine\n")
    assert statuses(place(folder, Definition("etl"), force=True)) == [OutputStatus.WRITTEN]
    assert "mine" not in path.read_text()


@pytest.mark.parametrize("content", ["etl: by hand\n", "", "\x00\xff"])
def test_a_foreign_file_is_kept_unless_forced(folder, content):
    (folder / "etl.yaml").write_text(content)
    outputs = place(folder, Definition("etl"))
    assert (statuses(outputs), slugs(outputs)) == ([OutputStatus.FOREIGN], ["output-not-ours"])
    assert (folder / "etl.yaml").read_text() == content
    assert statuses(place(folder, Definition("etl"), force=True)) == [OutputStatus.WRITTEN]


def test_ids_never_leave_the_folder(folder):
    outputs = place(folder, Definition("../evil"), Definition("a/b"), Definition("CON"), Definition("."))
    assert statuses(outputs) == [OutputStatus.WRITTEN] * 4
    assert sorted(p.name for p in folder.iterdir()) == ["%2E%2Fevil.yaml"] or len(list(folder.iterdir())) == 4
    assert {p.parent for p in Path().rglob("*.yaml")} == {folder}
    assert slugs(outputs) == ["output-name-escaped"] * 4


@pytest.mark.parametrize("ids", [("ETL", "etl"), ("etl", "etl")])
def test_ids_that_share_a_file_are_both_refused(folder, ids):
    outputs = place(folder, *(Definition(dag_id) for dag_id in ids), Definition("other"))
    assert statuses(outputs) == [OutputStatus.BLOCKED, OutputStatus.BLOCKED, OutputStatus.WRITTEN]
    assert slugs(outputs) == ["output-name-shared"] * 2
    assert [p.name for p in folder.iterdir()] == ["other.yaml"]


def test_what_cannot_be_written_does_not_stop_the_others(folder):
    (folder / "dir.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    outputs = place(folder, Definition("dir"), Definition("pipe"), Definition("ok"), force=True)
    assert statuses(outputs) == [OutputStatus.BLOCKED, OutputStatus.BLOCKED, OutputStatus.WRITTEN]
    assert slugs(outputs) == ["output-not-writable"] * 2


def test_a_full_disk_leaves_the_old_file_and_no_temporary_one(folder, monkeypatch):
    place(folder, Definition("etl"))
    before = (folder / "etl.yaml").read_text()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outputs = place(folder, Definition("etl", text="etl: 2\n"))
    assert slugs(outputs) == ["output-not-writable"]
    assert "No space left on device" in outputs[0].diagnostics[0].message
    assert (folder / "etl.yaml").read_text() == before
    assert [p.name for p in folder.iterdir()] == ["etl.yaml"]


def test_an_interrupt_leaves_the_old_file_and_no_temporary_one(folder, monkeypatch):
    def interrupt(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        place(folder, Definition("etl"))
    assert list(folder.iterdir()) == []


def test_permissions_are_kept_or_ordinary(folder):
    place(folder, Definition("etl"))
    path = folder / "etl.yaml"
    (folder / "plain").touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((folder / "plain").stat().st_mode)
    path.chmod(0o640)
    place(folder, Definition("etl", text="etl: 2\n"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_is_replaced_and_its_target_left_alone(folder, tmp_path):
    target = tmp_path / "precious"
    target.write_text("mine")
    (folder / "etl.yaml").symlink_to(target)
    write_atomically(folder / "etl.yaml", "new")
    assert target.read_text() == "mine"
    assert (folder / "etl.yaml").read_text() == "new"


def report_of(*dags, path="dags/a.py", status=FileStatus.CONVERTED):
    return Report((FileReport(path, status, tuple(DagReport(dag_id, found) for dag_id, found in dags)),))


def test_leftovers_of_this_call_are_said_with_the_reason(folder):
    place(folder, Definition("gone"), Definition("refused"), Definition("kept"), Definition("x", "other/b.py"))
    place(folder, Definition("deleted", "dags/old.py"))
    (folder / "hand.yaml").write_text("mine: 1\n")
    outputs = plan_outputs([Definition("kept")], folder)
    report = report_of(("kept", FileStatus.CONVERTED), ("refused", FileStatus.REFUSED))
    found = find_leftovers(folder, outputs, report, ["dags"])
    assert [(Path(one.location.file).stem, one.message.split(", but ")[1]) for one in found] == [
        ("deleted", "that file is gone; the file was left as it is"),
        ("gone", "that file holds no such DAG any more; the file was left as it is"),
        ("refused", "this DAG is not converted any more; the file was left as it is"),
    ]
    assert {(one.rule.slug, one.severity) for one in found} == {("output-left-over", Severity.WARNING)}
    assert (folder / "gone.yaml").exists()


def test_pruning_deletes_what_certainly_has_no_dag_and_nobody_edited(folder):
    place(folder, Definition("gone"), Definition("refused"), Definition("kept"), Definition("failed", "dags/bad.py"))
    place(folder, Definition("deleted", "dags/old.py"), Definition("edited", "dags/old.py"))
    place(folder, Definition("other", "elsewhere/old.py"))
    with (folder / "edited.yaml").open("a") as file:
        file.write("# by hand\n")
    (folder / "hand.yaml").write_text("mine: 1\n")
    Path("dags/bad.py").touch()
    loaded = report_of(("kept", FileStatus.CONVERTED), ("refused", FileStatus.REFUSED))
    report = Report((*loaded.files, FileReport("dags/bad.py", FileStatus.FAILED)))
    before = {path.stem for path in folder.iterdir()}
    assert find_leftovers(folder, [], Report(()), ["dags"], prune=True)  # a folder without a DAG proves nothing
    assert {path.stem for path in folder.iterdir()} == before
    found = find_leftovers(folder, plan_outputs([Definition("kept")], folder), report, ["dags"], prune=True)
    deleted = {Path(one.location.file).stem for one in found if one.severity is Severity.INFO}
    assert deleted == {"gone", "deleted"} == before - {path.stem for path in folder.iterdir()}
    assert {Path(one.location.file).stem for one in found} - deleted == {"refused", "failed", "edited"}


@pytest.mark.parametrize("edited", [False, True])
def test_pruning_deletes_a_package_with_its_definition_or_neither(folder, edited):
    needs = with_checksum({"a": 1})
    place(folder, Definition("old", "dags/old.py"))
    (folder / "old.needs.json").write_bytes(needs.replace(b"1", b"2", 1) if edited else needs)
    find_leftovers(folder, [], report_of(("new", FileStatus.CONVERTED)), ["dags"], prune=True)
    assert bool(list(folder.iterdir())) is edited


def test_what_was_made_elsewhere_is_nobodys_leftover(folder):
    place(folder, Definition("here", "dags/old.py"), Definition("there", "../elsewhere/old.py"))
    found = find_leftovers(folder, [], Report(()), [], within=".")
    assert [Path(one.location.file).stem for one in found] == ["here"]
    assert find_leftovers(folder, [], Report(()), []) == ()


def test_a_file_that_fails_is_named_as_the_reason(folder):
    place(folder, Definition("etl"))
    (found,) = find_leftovers(folder, [], report_of(status=FileStatus.FAILED), ["dags"], Severity.ERROR)
    assert "cannot be loaded any more" in found.message
    assert found.severity is Severity.ERROR


def test_the_report_says_where_each_definition_is(folder):
    (folder / "mine.yaml").write_text("mine\n")
    outputs = place(folder, Definition("etl"), Definition("mine"))
    dags = (("etl", FileStatus.CONVERTED), ("mine", FileStatus.CONVERTED), ("bad", FileStatus.REFUSED))
    (file,) = with_outputs(report_of(*dags), outputs).files
    assert [(dag.dag_id, dag.status, dag.output) for dag in file.dags] == [
        ("etl", FileStatus.CONVERTED, "out/etl.yaml"),
        ("mine", FileStatus.REFUSED, None),
        ("bad", FileStatus.REFUSED, None),
    ]
    assert file.status is FileStatus.REFUSED
    assert [found.rule.slug for found in file.diagnostics] == ["output-not-ours"]


def package(text="1"):
    files = {"etl_tasks.py": PackageFile("etl_tasks.py", text.encode())}
    return {".zip": write_archive(files), ".needs.json": with_checksum({"needs": {}, "of": text})}


def test_a_package_is_placed_with_its_definition(folder):
    assert statuses(place(folder, Definition("etl", companions=package()))) == [OutputStatus.WRITTEN]
    assert sorted(path.name for path in folder.iterdir()) == ["etl.needs.json", "etl.yaml", "etl.zip"]
    assert "\n# Its tasks run the code of etl.zip, sha256:" in (folder / "etl.yaml").read_text()
    assert statuses(place(folder, Definition("etl", companions=package()))) == [OutputStatus.UNCHANGED]


@pytest.mark.parametrize("name", ["etl.zip", "etl.needs.json"])
def test_a_file_beside_it_is_judged_as_the_definition_is(folder, name):
    place(folder, Definition("etl", companions=package()))
    (folder / name).unlink()
    assert statuses(plan_outputs([Definition("etl", companions=package())], folder)) == [OutputStatus.STALE]
    (folder / name).write_bytes(b"somebody's own")
    kept = place(folder, Definition("etl", companions=package()))
    assert statuses(kept) == [OutputStatus.FOREIGN]
    assert (folder / name).read_bytes() == b"somebody's own"


def test_a_package_that_was_changed_by_hand_is_kept(folder):
    place(folder, Definition("etl", companions=package()))
    changed = (folder / "etl.zip").read_bytes().replace(b"etl_tasks.py", b"etl_other.py")
    (folder / "etl.zip").write_bytes(changed)
    assert statuses(place(folder, Definition("etl", companions=package()))) == [OutputStatus.EDITED]
    (folder / "etl.zip").write_bytes(package()[".zip"])
    needs = (folder / "etl.needs.json").read_bytes().replace(b'"of": "1"', b'"of": "3"')
    (folder / "etl.needs.json").write_bytes(needs)
    assert statuses(place(folder, Definition("etl", companions=package("2")))) == [OutputStatus.EDITED]
    assert statuses(place(folder, Definition("etl", companions=package("2")), force=True)) == [OutputStatus.WRITTEN]


def test_all_files_are_placed_or_none(folder):
    place(folder, Definition("etl", companions=package()))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    wanted = plan_outputs([Definition("etl", text="etl: 2\n", companions=package("2"))], folder)
    (folder / "etl.yaml").unlink()
    (folder / "etl.yaml").mkdir()  # the last of the three cannot take its name
    assert statuses(write_outputs(wanted, force=True)) == [OutputStatus.BLOCKED]
    assert (folder / "etl.zip").read_bytes() == before["etl.zip"]
    assert (folder / "etl.needs.json").read_bytes() == before["etl.needs.json"]
    assert not list(folder.glob(".*.tmp"))
