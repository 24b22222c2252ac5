"""Archives: the same bytes for the same files, and any change to one is noticed."""

from __future__ import annotations

import io
import zipfile

import pytest

from dagconv.language.archive import ForeignArchiveError, PackageFile, read_archive, write_archive

FILES = {
    "etl.py": PackageFile("etl.py", b"X = 1\n"),
    "run.sh": PackageFile("run.sh", b"#!/bin/bash\n", executable=True),
    "a/__init__.py": PackageFile("a/__init__.py", b""),
}


def test_what_was_written_is_read_again():
    assert read_archive(write_archive(FILES)) == FILES


def test_the_order_of_files_does_not_show():
    assert write_archive(FILES) == write_archive(dict(reversed(FILES.items())))


def test_entries_are_sorted_stored_and_of_one_time():
    with zipfile.ZipFile(io.BytesIO(write_archive(FILES))) as archive:
        found = archive.infolist()
    assert [info.filename for info in found] == ["a/__init__.py", "etl.py", "run.sh"]
    assert {(info.date_time, info.compress_type, info.create_system) for info in found} == {
        ((2020, 1, 1, 0, 0, 0), 0, 3)
    }
    assert [oct(info.external_attr >> 16) for info in found] == ["0o100644", "0o100644", "0o100755"]


@pytest.mark.parametrize(
    "change",
    [
        {"etl.py": PackageFile("etl.py", b"X = 2\n")},
        {"run.sh": PackageFile("run.sh", b"#!/bin/bash\n")},
        {"new.py": PackageFile("new.py", b"")},
    ],
)
def test_another_content_has_another_mark(change):
    data = write_archive(FILES)
    with zipfile.ZipFile(io.BytesIO(write_archive({**FILES, **change}))) as archive:
        comment = archive.comment
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.comment != comment
        with pytest.raises(ForeignArchiveError, match="changed"):
            read_archive(write_archive({**FILES, **change}).replace(comment, archive.comment))


def test_other_archives_are_foreign():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("etl.py", "X = 1\n")
    for data in (buffer.getvalue(), b"", b"PK\x03\x04", write_archive(FILES)[:-100]):
        with pytest.raises(ForeignArchiveError):
            read_archive(data)
