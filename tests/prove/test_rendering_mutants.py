"""A sample of `make mutants`: damaged passes write texts that only the rendering witness looks at."""

from __future__ import annotations

import ast
import collections

import mutants as machine
import pytest

from dagconv.load.process import Worker


def test_there_are_enough_mutants_of_every_kind():
    found = [mutant for module in machine.MODULES for mutant in machine.mutants_of(module)]
    assert len(found) >= 400
    assert {mutant.kind for mutant in found} == {"constant", "comparison", "sign", "and-or", "arguments", "call"}


@pytest.mark.parametrize("module", machine.MODULES)
def test_each_mutant_changes_one_place_of_the_tree(module):
    tree = ast.parse((machine.ROOT / module).read_text())
    kinds = collections.defaultdict(list)
    for mutant in machine.mutants_of(module):
        kinds[mutant.kind].append(mutant)
    for found in kinds.values():
        damaged = ast.dump(machine.damage(tree, found[len(found) // 2]))
        assert damaged != ast.dump(tree)


@pytest.mark.airflow
def test_a_sample_is_caught_or_writes_what_was_to_be_written():
    sample = [
        mutant for mutant in machine.mutants_of("dagconv/language/shift.py") if mutant.kind in ("sign", "arguments")
    ]
    with Worker() as worker:
        outcomes = machine.judge(sample, machine.Witness(worker, ("daily",)))
    assert "caught" in outcomes.values()
    reasons = machine.read_reasons()
    survived = [mutant for mutant, outcome in outcomes.items() if outcome == "survived"]
    assert [mutant.name for mutant in survived if not machine.reason_of(mutant, reasons)] == []
