"""What is put into a package: files are read from disk, where they may have changed since they were imported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagconv.catalog.service import service
from dagconv.ir.code import Entry, SourceModule
from dagconv.ir.value import CallableValue, Code
from dagconv.package.build import Contents, build_package
from dagconv.package.collect_files import Library
from dagconv.package.obstacle import Obstacle


def build(path):
    target = CallableValue("etl", "load", code=Code(str(path), 3, "load", "load"))
    library = Library((SourceModule(str(path)),), (str(path.parent),))
    return build_package("etl", Contents({"load": Entry("load", target)}, "etl_tasks"), library)


def test_a_function_is_packed_with_what_it_needs(tmp_path):
    path = tmp_path / "etl.py"
    path.write_text("LIMIT = 3\n\ndef load():\n    return LIMIT\n")
    assert "LIMIT = 3" in build(path).text_of("etl")


@pytest.mark.parametrize(
    "content", [b"def load(:\n", b"def load(): return '\xff'\n", b"# coding: nothing\n", b"a\0b", None]
)
def test_a_file_that_is_no_longer_python_is_refused(content, tmp_path):
    path = tmp_path / "etl.py"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Obstacle) as caught:
        build(path)
    assert caught.value.diagnostic("etl").code == "DC509"


def test_a_package_above_the_limit_of_the_service_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "etl.py"
    path.write_text("LIMIT = 3\n\ndef load():\n    return LIMIT\n")
    size = len(build(path).content)

    def limited(limit):
        known = replace(service(), limits=replace(service().limits, code_bytes=limit))
        monkeypatch.setattr("dagconv.package.build.service", lambda: known)
        return build(path)

    assert limited(size).content
    with pytest.raises(Obstacle) as caught:
        limited(size - 1)
    assert caught.value.diagnostic("etl").code == "DC544"
