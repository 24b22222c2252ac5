"""The twelve trigger rules of Airflow over every pair of states of two tasks before, against a table written by hand
from what Airflow's documentation says of each rule."""

from __future__ import annotations

import itertools

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(300)]

# Columns: the states of the two tasks before, s for success, f failed, k skipped, u upstream_failed.
# Entries: r for running (and so a success), k skipped, u upstream_failed.
COLUMNS = ["ss", "sf", "sk", "su", "ff", "fk", "fu", "kk", "ku", "uu"]
TABLE = {
    "all_success": "r  u  k  u  u  u  u  k  u  u",
    "all_failed": "k  k  k  k  r  k  r  k  k  r",
    "all_done": "r  r  r  r  r  r  r  r  r  r",
    "all_skipped": "k  k  k  k  k  k  k  r  k  k",
    "one_success": "r  r  r  r  u  u  u  k  u  u",
    "one_failed": "k  r  k  r  r  r  r  k  r  r",
    "one_done": "r  r  r  r  r  r  r  k  k  k",
    "none_failed": "r  u  r  u  u  u  u  r  u  u",
    "none_failed_min_one_success": "r  u  r  u  u  u  u  k  u  u",
    "none_skipped": "r  r  k  r  r  k  r  k  k  r",
    "always": "r  r  r  r  r  r  r  r  r  r",
    # Without a setup before it, it is all_done.
    "all_done_setup_success": "r  r  r  r  r  r  r  r  r  r",
}
ENDS = {"r": "success", "k": "skipped", "u": "upstream_failed"}


def test_the_table_has_airflows_rules():
    from airflow.utils.trigger_rule import TriggerRule

    assert set(TABLE) == {str(rule.value) for rule in TriggerRule}
    assert ["".join(pair) for pair in itertools.combinations_with_replacement("sfku", 2)] == COLUMNS


def test_each_rule_over_each_pair_of_states(enacting):
    """`a` and `b` come after `before_a` and `before_b`, by whose failures they are upstream_failed."""
    body = "\n".join(
        ["before_a, before_b = EmptyOperator(task_id='before_a'), EmptyOperator(task_id='before_b')"]
        + ["a, b = EmptyOperator(task_id='a'), EmptyOperator(task_id='b')", "before_a >> a", "before_b >> b"]
        + [f"[a, b] >> EmptyOperator(task_id='{rule}', trigger_rule='{rule}')" for rule in TABLE]
    )
    forced = []
    for pair in COLUMNS:
        named = dict(zip("ab", pair, strict=True))
        failing = [name for name, state in named.items() if state == "f"]
        failing += [f"before_{name}" for name, state in named.items() if state == "u"]
        forced.append((failing, [name for name, state in named.items() if state == "k"]))
    runs = enacting(body, forced=forced)
    found = {rule: [run[rule].state for run in runs] for rule in TABLE}
    assert found == {rule: [ENDS[end] for end in row.split()] for rule, row in TABLE.items()}
