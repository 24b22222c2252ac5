"""Statements that bind no name: each of the source's stands in the package, unless it makes or wires a DAG."""

from __future__ import annotations

import pytest

from dagconv.ir.code import SourceModule
from dagconv.prove.effects import prove_effects

SOURCE = """'''Doc.'''
import os
CONFIG = {}
CONFIG.update(a=1)
with DAG("d") as dag:
    os.environ["A"] = "1"
    first >> second
    make()
for task in tasks:
    print(task)
try:
    del CONFIG["b"]
except KeyError:
    CONFIG["b"] = 2
if __name__ == "__main__":
    dag.test()
"""
PACKAGE = """import os
CONFIG = {}
CONFIG.update(a=1)
if True:
    os.environ["A"] = "1"
try:
    del CONFIG["b"]
except KeyError:
    CONFIG["b"] = 2
"""
MODULE = SourceModule("etl.py", "", (5, 8), ("dag", "first", "second", "task", "tasks"), ("DAG",))


def found(package):
    return [finding.code for finding in prove_effects(MODULE, SOURCE, package, "d")]


def test_a_package_with_each_statement_is_equal():
    assert found(PACKAGE) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CONFIG.update(a=1)\n", ""),
        ("CONFIG.update(a=1)", "CONFIG.update(a=2)"),
        ('    os.environ["A"] = "1"\n', "    pass\n"),
        ('    CONFIG["b"] = 2\n', "    pass\n"),
        ("CONFIG = {}\n", "CONFIG = {}\nprint()\n"),
        ("CONFIG.update(a=1)\n", "CONFIG.update(a=1)\nCONFIG.update(a=1)\n"),
    ],
)
def test_one_that_is_left_out_changed_or_added_is_found(before, after):
    assert before in PACKAGE
    assert set(found(PACKAGE.replace(before, after, 1))) == {"DC715"}
