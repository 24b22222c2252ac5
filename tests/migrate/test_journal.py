"""The journal cut at every byte and damaged at every byte: what is read is a true beginning, or nothing is trusted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagconv.deploy.deployment import S3Location
from dagconv.deploy.remote import Owner
from dagconv.deploy.steps.create_workflow import Create
from dagconv.deploy.steps.step import StepKey
from dagconv.deploy.steps.upload_object import Before, UploadCode, UploadDefinition, Uploaded
from dagconv.errors import UsageError
from dagconv.migrate.run.journal import Journal
from dagconv.migrate.run.records import ApplyRun, Begin, End, Intent, Note, StepDone, TakenBack, Verb
from dagconv.migrate.run.storage import JOURNAL, FolderStorage

OWNER = Owner("arn:aws:airflow:us-east-2:123456789012:environment/Prod", "bucket", "yaml")
LOCK = S3Location("bucket", "dagconv/lock/Prod.json")
APPLY = ApplyRun("plan", "123456789012", "us-east-2", OWNER, LOCK, "Prod", overwrite=False)
UPLOAD = UploadDefinition("a", "ü\n", "bucket", "yaml/a.yaml", "0" * 64, 1, None)
UPLOADED = Uploaded(S3Location("bucket", "yaml/a.yaml", "1"), "etag", created=True)
CREATE = Create("a", "a", "t", OWNER.mark, "0" * 64)


def read(path: Path, say: Callable[[str], None] = lambda _: None) -> Journal:
    return Journal(FolderStorage(path.parent), say)


def written(folder: Path) -> Path:
    path = folder / JOURNAL
    journal = read(path)
    for record in (
        Begin("r1", APPLY, 1.5),
        Intent("r1", UPLOAD),
        StepDone("r1", UPLOAD.key, UPLOADED),
        Intent("r1", CREATE),
    ):
        journal.write(record)
    return path


@pytest.mark.slow
def test_cut_at_every_byte_a_beginning_is_read_and_writing_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole, records = path.read_bytes(), read(path).records
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        said: list[str] = []
        journal = read(path, said.append)
        assert journal.records == records[: len(journal.records)]
        assert path.read_bytes() == whole[:size], "who only reads changes nothing"
        journal.write(Note("r1", "after"))
        assert bool(said) is (size > 0 and whole[size - 1 : size] != b"\n")
        assert read(path).records == journal.records


def test_a_damaged_byte_is_never_read_as_another_record(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole, records = path.read_bytes(), read(path).records
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            found = read(path).records
        except UsageError:
            continue  # nothing is trusted
        assert found == records[: len(found)]


def test_runs_and_steps_as_they_stand(tmp_path: Path) -> None:
    journal = read(written(tmp_path))
    (run,) = journal.runs()
    assert (run.verb, run.about, run.at, run.end) == (Verb.APPLY, APPLY, 1.5, None)
    assert run.steps[UPLOAD.key].outcome == UPLOADED
    assert run.steps[CREATE.key].outcome is None
    assert journal.unfinished() == run
    journal.write(Intent("r1", Create("a", "a", "another", OWNER.mark, "0" * 64)))
    assert journal.runs()[0].steps[CREATE.key].step == CREATE, "the first intent says what was there before"
    journal.write(End("r1", (CREATE.key,)))
    assert journal.unfinished() is None
    assert read(tmp_path / JOURNAL).runs()[0].end == End("r1", (CREATE.key,))


def test_what_is_in_force_is_what_was_not_taken_back(tmp_path: Path) -> None:
    journal = read(written(tmp_path))
    assert [entry.step for entry in journal.in_force()] == [UPLOAD, CREATE]
    journal.write(TakenBack("r2", "another", UPLOAD.key, "", ()))
    assert [entry.step for entry in journal.in_force()] == [UPLOAD, CREATE], "the same step of another run"
    journal.write(TakenBack("r2", "r1", UPLOAD.key, "", ("v9",)))
    assert [entry.step for entry in journal.in_force()] == [CREATE]
    assert journal.known_versions() == {"v9"}


def test_a_package_and_a_workflow_of_the_same_name_are_two_steps() -> None:
    same = ("code", "", "bucket", "k", "0" * 64, 1, Before("e", None))
    assert UploadCode(*same).key != UploadDefinition(*same).key
    assert UploadDefinition(*same).key == StepKey("upload", "code")


def test_secrets_do_not_reach_it(tmp_path: Path) -> None:
    path = written(tmp_path)
    read(path).write(Note("r1", "x://u:hidden@h"))
    assert "hidden" not in path.read_text()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot"):
        read(tmp_path / "file" / JOURNAL).write(Begin("r", APPLY, 0.0))


def test_a_journal_of_another_format_is_refused_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"1 ", b"2 ", 1))
    with pytest.raises(UsageError, match="of format 2"):
        read(path)
