"""The proof's table of attributes, held against the constructors themselves: what each argument changes."""

from __future__ import annotations

import pytest

from dagconv.prove.declared import CONVERTED, DERIVED
from dagconv.prove.evidence import evidence_of, shows

pytestmark = pytest.mark.airflow

# Of no argument: wiring that lowering has fields of its own for.
FIELDS = {"setup", "teardown", "on_failure_fail_dagrun"}
# Kept as an object of a class of its own, which the IR does not know.
OTHERWISE_KEPT = {"params", "resources"}


@pytest.fixture(scope="module")
def objects(load):
    """For `operator` and `sensor`: by argument, the task that has it, its attributes, and those of a plain one."""
    dag = load("arguments")
    seen = {name: testimony.attributes for name, testimony in dag.witness.tasks.items()}
    tasks = [task for task in dag.workflow.tasks if not task.task_id.endswith(".plain")]
    plain = {kind: seen[f"{kind}.plain"] for kind in ("operator", "sensor")}
    return [
        (name, task.argument(name), seen[task.task_id], plain[kind])
        for task in tasks
        for kind, _, name in [task.task_id.partition(".")]
    ]


def test_every_argument_of_the_base_classes_is_tried(objects):
    names = {name for name, *_ in objects}
    assert {"retries", "pool", "poke_interval", "verify", "on_failure_callback"} <= names
    assert len(names) > 55


def test_argument_changes_the_attributes_that_the_table_says_and_no_others(objects):
    found = {}
    for name, _, given, plain in objects:
        changed = tuple(sorted(k for k in given.keys() | plain.keys() if given.get(k) != plain.get(k)))
        if changed != (name,):
            found[name] = set(changed)
    expected = {name: set(attributes) for name, attributes in DERIVED.items() if name not in FIELDS}
    assert found == {**expected, "sla": set()}  # taken and forgotten


def test_attribute_shows_the_value_that_was_given(objects):
    hidden = {
        name
        for name, argument, given, _ in objects
        if name in given and evidence_of(argument.value) is not None and not shows(given[name], argument.value)
    }
    assert hidden == OTHERWISE_KEPT


def test_attribute_of_a_plain_object_shows_the_default_or_what_the_table_says(objects):
    converted = {}
    for name, argument, _, plain in objects:
        if name in plain and not shows(plain[name], argument.default):
            converted[name] = plain[name]
    # The DAG has a start date, which every task takes over, and params, which are compared by themselves.
    assert {name: text for name, text in converted.items() if name not in ("start_date", "params")} == CONVERTED
