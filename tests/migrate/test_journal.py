"""The journal cut at every byte and damaged at every byte: what is read is a true beginning, or nothing is trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagconv.errors import UsageError
from dagconv.migrate.run.journal import Journal


def written(folder: Path) -> Path:
    path = folder / "journal.jsonl"
    journal = Journal(path)
    journal.write("begin", "r1", facts={"verb": "apply"})
    journal.write("intent", "r1", "upload:a", {"key": "ü\n", "before": None})
    journal.write("done", "r1", "upload:a", {"version_id": "1"})
    journal.write("intent", "r1", "create:a", {"token": "t"})
    return path


def test_cut_at_every_byte_a_beginning_is_read_and_writing_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole, records = path.read_bytes(), Journal(path).records
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        said: list[str] = []
        journal = Journal(path, said.append)
        assert journal.records == records[: len(journal.records)]
        assert bool(said) is (size > 0 and whole[size - 1 : size] != b"\n")
        journal.write("note", "r1", facts={"text": "after"})
        assert [r.kind for r in Journal(path).records] == [*(r.kind for r in journal.records[:-1]), "note"]


def test_a_damaged_byte_is_never_read_as_another_record(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole, records = path.read_bytes(), Journal(path).records
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            found = Journal(path).records
        except UsageError:
            continue  # nothing is trusted
        assert found == records[: len(found)]


def test_runs_and_steps_as_they_stand(tmp_path: Path) -> None:
    journal = Journal(written(tmp_path))
    (run,) = journal.runs()
    assert (run.verb, run.ended) == ("apply", False)
    assert run.steps["upload:a"].outcome == {"version_id": "1"}
    assert run.steps["create:a"].outcome is None
    assert journal.unfinished() == run
    journal.write("intent", "r1", "create:a", {"token": "another"})
    assert journal.runs()[0].steps["create:a"].intent == {"token": "t"}, "the first intent says what was there before"
    journal.write("end", "r1", facts={"open": ["create:a"]})
    assert journal.unfinished() is None
    assert journal.runs()[0].result == {"open": ["create:a"]}


def test_secrets_do_not_reach_it(tmp_path: Path) -> None:
    path = written(tmp_path)
    Journal(path).write("done", "r1", "x", {"Environment": {"Variables": {"A": "hidden"}}, "uri": "x://u:hidden@h"})
    assert "hidden" not in path.read_text()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot"):
        Journal(tmp_path / "file" / "journal.jsonl").write("begin", "r")
