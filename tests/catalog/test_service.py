"""The facts about the service are complete, explained, and agree with one another."""

from __future__ import annotations

import json
import re

import pytest

from dagconv.catalog.files import read_schema, schema_path
from dagconv.catalog.service import KeyStatus, service
from dagconv.errors import InternalError


def test_limits_are_those_of_the_contract():
    limits = service().limits
    assert (limits.retries_max, limits.retry_delay_max, limits.execution_timeout_max) == (3, 300, 3600)
    assert (limits.workflows, limits.versions, limits.concurrent_runs_workflow) == (100, 50, 20)
    assert limits.definition_bytes_certain <= limits.definition_bytes


def test_an_absent_retries_means_one_on_the_service():
    assert service().defaults.retries == 1
    assert service().defaults.execution_timeout == service().limits.execution_timeout_max


def test_default_args_are_the_ten_and_none_of_the_disputed():
    facts = service()
    assert len(facts.default_args_keys) == 10
    assert not facts.default_args_disputed & facts.default_args_keys.keys()
    accepted = {name for name, key in facts.default_args_keys.items() if key.status is KeyStatus.ACCEPTED}
    assert accepted == {"retries", "retry_delay", "execution_timeout", "trigger_rule", "start_date"}


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("tasks", KeyStatus.ACCEPTED),
        ("description", KeyStatus.IGNORED),
        ("on_failure_callback", KeyStatus.UNPROVEN),
        ("task_groups", KeyStatus.REJECTED),
        ("no_such_key", KeyStatus.REJECTED),
    ],
)
def test_status_of_a_dag_key(key: str, status: KeyStatus):
    assert service().dag_key(key).status is status
    assert service().dag_key(key).name == key


def test_trigger_rules_and_their_replacements():
    facts = service()
    assert len(facts.trigger_rules) == 12
    assert set(facts.removed_trigger_rules.values()) <= facts.trigger_rules
    assert not facts.removed_trigger_rules.keys() & facts.trigger_rules


def test_jinja_names_stand_in_one_group_only():
    jinja = service().jinja
    assert not jinja.listed & jinja.unlisted
    assert not jinja.removed.keys() & (jinja.listed | jinja.unlisted)
    assert jinja.needs_secrets <= jinja.unlisted


@pytest.mark.parametrize("name", ["_start", "-x", ".hidden"])
def test_a_workflow_name_is_stricter_than_a_dag_id(name: str):
    patterns = service().patterns
    assert re.fullmatch(patterns.dag_id, name)
    assert not re.fullmatch(patterns.workflow_name, name)


def test_every_tag_and_letter_in_use_is_explained():
    facts = service()
    assert len(facts.facts) > 80
    for name, fact in facts.facts.items():
        assert fact.evidence in facts.evidence, name
        assert fact.sources, name
        assert set(fact.sources) <= facts.sources.keys(), name


def test_every_ignored_key_says_what_kind_of_thing_is_lost():
    assert all(key.kind and key.fact.sources for key in service().ignored_task_keys.values())


def test_a_missing_file_is_a_bug_not_a_finding():
    with pytest.raises(InternalError, match="no-such"):
        read_schema("no-such.json")


def test_the_file_is_plain_json_with_an_explanation():
    assert json.loads(schema_path("service.json").read_text())["about"]
