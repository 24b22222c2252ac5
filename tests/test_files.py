"""Files replaced as a whole: what is on disk after a loss of power."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dagconv.files import write_atomically
from dagconv.migrate.plan.planfile import write_private


def test_the_name_of_a_private_file_is_on_disk_before_anything_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal names a kept plan: a plan whose folder was not synced could be gone after a loss of power."""
    synced: list[tuple[bool, bool]] = []
    path = tmp_path / "plan.json"

    def fsync(handle: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(handle).st_mode), path.exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    write_private(path, "x")
    assert synced == [(False, False), (True, True)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
