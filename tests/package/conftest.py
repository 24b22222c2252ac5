"""Slices without Airflow: what the worker would say about a module is given by hand."""

from __future__ import annotations

import pytest

from dagconv.ir.code import SourceModule
from dagconv.package.slice_module import slice_module
from dagconv.package.statements import read_module
from dagconv.package.write_slice import write_slice


@pytest.fixture
def cut():
    """The text of a slice, without the comments that tell lines."""

    def cut(text, *names, functions=(), **facts):
        source = SourceModule("etl.py", **facts)
        written = write_slice(slice_module(read_module(text), source, names, functions), "etl.py")
        lines = [line for line in written.splitlines() if line and not line.startswith("# etl.py:")]
        return "\n".join(lines) + "\n"

    return cut
