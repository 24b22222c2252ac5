"""A pull of an old template that names no task is refused; one of Airflow 3 asks the task itself."""

from __future__ import annotations

import pytest

from dagconv.ir.workflow import Era
from dagconv.lower.settle_generation import UNTOLD
from dagconv.lower.settle_pulls import settle_pulls


@pytest.mark.parametrize(
    ("generation", "text", "codes"),
    [
        ("2", "{{ ti.xcom_pull() }}", ["DC399"]),
        ("1.10", "{{ ti.xcom_pull(key='k') }}", ["DC399"]),
        (UNTOLD, "{{ task_instance.xcom_pull(key='k') }}", ["DC399"]),
        ("3", "{{ ti.xcom_pull() }}", []),
        ("2", "{{ ti.xcom_pull('a') }}", []),
        ("2", "{{ ti.xcom_pull(task_ids='a') }}", []),
        ("2", "{{ ti.xcom_pull(['a', 'b']) }}", ["DC495"]),
        ("1.10", "{{ ti.xcom_pull(['a', 'b']) }}", []),
    ],
)
def test_what_is_said_of_a_pull_and_nothing_is_changed(ir, generation, text, codes):
    task = ir.task("a", args={"prefix": text}, template_fields=("prefix",))

    def settled(lowering):
        lowering.generation = generation
        settle_pulls(lowering)

    workflow = ir.workflow(task, era=Era(generation))
    lowering = ir.run(settled, workflow)
    assert ([one.code for one in lowering.diagnostics], lowering.workflow) == (codes, workflow)
