"""The folder of kept results: only what this user wrote is read, whole or not at all, and it stays within its bound."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from dagconv.cache import folder as folder_module
from dagconv.cache.folder import UnusableError, Usage, clean, open_cache, usage


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "dagconv" / "results"


def test_what_was_written_is_read_again_by_another_call(place):
    open_cache().write("a", b"text")
    assert open_cache().read("a") == b"text"
    assert open_cache().read("b") is None
    assert usage().results == 1


def test_the_folder_is_its_owners_alone_and_marked_for_backups(place):
    open_cache().write("a", b"text")
    assert place.stat().st_mode & 0o777 == 0o700
    assert (place / "key").stat().st_mode & 0o077 == 0
    assert (place / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:30],
        lambda data: data.replace(b"text", b"tent"),
        lambda data: b"",
        lambda data: data + b" ",
    ],
)
def test_damaged_results_are_ignored(place, damage):
    cache = open_cache()
    cache.write("a", b"text")
    file = place / "a.result"
    file.write_bytes(damage(file.read_bytes()))
    assert cache.read("a") is None


def test_a_result_under_another_name_is_ignored(place):
    cache = open_cache()
    cache.write("a", b"text")
    (place / "a.result").rename(place / "b.result")
    assert cache.read("b") is None


def test_results_of_another_key_are_ignored(place):
    open_cache().write("a", b"text")
    (place / "key").unlink()
    assert open_cache().read("a") is None


def test_links_are_not_followed(place, tmp_path):
    cache = open_cache()
    cache.write("a", b"text")
    (place / "a.result").rename(tmp_path / "elsewhere")
    (place / "a.result").symlink_to(tmp_path / "elsewhere")
    assert cache.read("a") is None


def test_a_pipe_in_place_of_a_result_does_not_block(place):
    cache = open_cache()
    os.mkfifo(place / "a.result")
    assert cache.read("a") is None


def test_a_folder_that_others_may_look_into_is_refused(place):
    place.mkdir(parents=True, mode=0o755)
    with pytest.raises(UnusableError, match="others than its owner"):
        open_cache()


def test_a_link_is_refused(place, tmp_path):
    (tmp_path / "other").mkdir(mode=0o700)
    place.parent.mkdir()
    place.symlink_to(tmp_path / "other")
    with pytest.raises(UnusableError, match="no folder"):
        open_cache()
    with pytest.raises(UnusableError, match="no folder"):
        clean()


def test_a_folder_of_another_user_is_refused(place, monkeypatch):
    open_cache()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UnusableError, match="another user"):
        open_cache()


def test_a_damaged_key_is_refused_until_it_is_cleaned(place):
    open_cache()
    (place / "key").write_bytes(b"short")
    with pytest.raises(UnusableError, match="key is damaged"):
        open_cache()
    clean()
    open_cache().write("a", b"text")


def test_clean_takes_the_results_and_nothing_else(place):
    open_cache().write("a", b"text")
    (place / "notes.txt").write_text("mine")
    assert clean().results == 1
    assert usage() == Usage(0, 0)
    assert (place / "notes.txt").read_text() == "mine"


def test_cleaning_what_is_not_there_makes_nothing(place):
    assert clean() == Usage(0, 0)
    assert not place.exists()


def test_what_was_not_used_for_longest_goes_first(place):
    cache = open_cache()
    for number, name in enumerate("abcd"):
        cache.write(name, b"x" * 1000)
        os.utime(place / f"{name}.result", (number, number))
    cache.touch("a")
    cache.trim(3500)
    assert [name for name in "abcd" if cache.read(name)] == ["a", "d"]


def test_within_the_bound_nothing_goes_but_what_killed_calls_left(place):
    cache = open_cache()
    cache.write("a", b"x" * 1000)
    (place / "old.unfinished").write_bytes(b"x")
    (place / "new.unfinished").write_bytes(b"x")
    long_ago = time.time() - 2 * 3600
    os.utime(place / "old.unfinished", (long_ago, long_ago))
    cache.trim()
    assert sorted(path.name for path in place.glob("*.*ed")) == ["new.unfinished"]
    assert cache.read("a")


def test_a_result_that_is_too_large_is_not_kept(place, monkeypatch):
    monkeypatch.setattr(folder_module, "MAX_ENTRY", 100)
    open_cache().write("a", b"x" * 200)
    assert usage().results == 0


def test_many_at_once_share_one_key_and_read_whole_results(place):
    seen, barrier = [], threading.Barrier(8)

    def work():
        barrier.wait()
        cache = open_cache()
        for number in range(50):
            cache.write("a", b"%d" % number * 1000)
            seen.append(cache.read("a"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = {b"%d" % number * 1000 for number in range(50)}
    assert len(seen) == 400
    assert set(seen) <= whole
    assert not list(place.glob("*.unfinished"))


def test_what_cannot_be_written_leaves_nothing_behind(place, monkeypatch):
    cache = open_cache()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        cache.write("a", b"text")
    assert not list(place.glob("*.unfinished"))


def test_a_home_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(UnusableError, match="Not a directory"):
        open_cache()
