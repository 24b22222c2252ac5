"""The digest over what was read changes with each kind of change, and stays while nothing of it changes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dagconv.cache.state import Looking, changed_since, obstacle
from dagconv.wire.reads import ALL, Reads


def digest(reads, **environment):
    return Looking().digest(reads, environment)


def same_size_and_time(path):
    """The text is another, and neither size nor time tells."""
    status = path.stat()
    path.write_text("x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def linked(path):
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


CHANGES = {
    "another text": lambda folder: (folder / "file").write_text("another"),
    "as long, as old": lambda folder: same_size_and_time(folder / "file"),
    "removed": lambda folder: (folder / "file").unlink(),
    "a link to the same": lambda folder: linked(folder / "file"),
    "mode": lambda folder: (folder / "file").chmod(0o600),
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "file").write_text("text")
    (tmp_path / "file").chmod(0o644)
    (tmp_path / "sub").mkdir()
    return tmp_path


@pytest.mark.parametrize("kind", ["modules", "files", "stats"])
@pytest.mark.parametrize("change", CHANGES)
def test_files(folder, kind, change):
    reads = Reads(**{kind: (f"{folder}/file",)})
    before = digest(reads)
    assert digest(reads) == before
    CHANGES[change](folder)
    assert digest(reads) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "new").write_text(""),
        lambda folder: (folder / "file").rename(folder / "renamed"),
        lambda folder: (folder / "file").write_text("longer than it was"),
        lambda folder: [(folder / "file").unlink(), (folder / "file").mkdir()],
    ],
)
def test_listed_folders(folder, change):
    reads = Reads(folders=(str(folder),))
    before = digest(reads)
    (folder / "sub" / "deeper").write_text("")
    assert digest(reads) == before
    change(folder)
    assert digest(reads) != before


def test_what_was_only_found_may_change_but_not_its_kind(folder):
    reads = Reads(present=(f"{folder}/file",))
    before = digest(reads)
    (folder / "file").write_text("another")
    assert digest(reads) == before
    (folder / "file").unlink()
    assert digest(reads) != before
    (folder / "file").mkdir()
    assert digest(reads) != before


def test_what_was_missed_appears(folder):
    reads = Reads(absent=(f"{folder}/config.yml",))
    before = digest(reads)
    (folder / "config.yml").symlink_to("nowhere")
    assert digest(reads) != before


@pytest.mark.parametrize("name", ["json.py", "json.pyc", "json.abi3.so", "json"])
def test_a_module_that_was_missed_appears(folder, name):
    reads = Reads(stems=(f"{folder}/json",))
    before = digest(reads)
    (folder / name).mkdir()
    assert digest(reads) != before


def test_the_environment_counts_where_it_was_asked_for():
    asks, asks_all = Reads(environment=("PATH",)), Reads(environment=(ALL,))
    assert digest(Reads(), PATH="a") == digest(Reads(), PATH="b")
    assert digest(asks, PATH="a") == digest(asks, PATH="a", LANG="C")
    assert len({digest(asks, PATH="a"), digest(asks, PATH="b"), digest(asks)}) == 3
    assert digest(asks_all, PATH="a") != digest(asks_all, PATH="a", LANG="C")


def test_a_path_in_another_role_is_another_state(folder):
    path = (f"{folder}/file",)
    assert len({digest(Reads(files=path)), digest(Reads(modules=path)), digest(Reads(present=path))}) == 3


def test_one_call_looks_once(folder):
    looking, reads = Looking(), Reads(files=(f"{folder}/file",))
    before = looking.digest(reads, {})
    (folder / "file").write_text("another")
    assert looking.digest(reads, {}) == before
    assert digest(reads) != before


@pytest.mark.parametrize("kind", ["modules", "files", "folders", "stats"])
def test_what_changed_after_the_start_is_not_as_it_was_read(folder, kind):
    path = str(folder) if kind == "folders" else f"{folder}/file"
    reads = Reads(**{kind: (path,)})
    changed = Path(path).stat().st_ctime_ns
    assert changed_since(reads, changed + 1_000_000) == path  # within a tick of the clock
    assert not changed_since(reads, changed + 1_000_000_000)


def test_setting_the_time_back_hides_no_change(folder):
    start = time.time_ns() + 50_000_000
    time.sleep(0.1)
    (folder / "file").write_text("another")
    os.utime(folder / "file", (0, 0))
    assert changed_since(Reads(files=(f"{folder}/file",)), start) == f"{folder}/file"


@pytest.mark.parametrize("kind", ["absent", "stems"])
def test_what_came_and_went_shows_in_its_folder(folder, kind):
    reads = Reads(**{kind: (f"{folder}/sub/gone/deeper",)})
    start = time.time_ns() + 50_000_000
    assert not changed_since(reads, start)
    time.sleep(0.1)
    (folder / "sub" / "gone").mkdir()
    (folder / "sub" / "gone").rmdir()
    assert changed_since(reads, start) == f"{folder}/sub"


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        (Reads(), ""),
        (Reads(files=("/a",), environment=("PATH",), variables=("a",)), ""),
        (Reads(clock=True), "the time"),
        (Reads(randomness=True), "random"),
        (Reads(overflow=True), "too much"),
        (Reads(untraceable=("starts a process",)), "starts a process"),
    ],
)
def test_what_cannot_be_kept(reads, told):
    found = obstacle(reads)
    assert bool(found) == bool(told)
    assert told in found
