"""Files that ask for, or change, what lies around them while they are imported."""

from __future__ import annotations

import pytest

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow

ENDED = [
    "network",
    "name_lookup",
    "datagram",
    "boto3_client",
    "boto3_secret",
    "boto3_profile",
    "variable",
    "connection",
    "orm_session",
]
ASSUMED = ["variable_default", "environment"]


@pytest.mark.parametrize("case", ENDED)
def test_what_an_import_may_not_reach_is_said_once_at_its_line(case, batch):
    assert batch[case].status is FileStatus.FAILED


@pytest.mark.parametrize("case", ["network_swallowed", "boto3_region"])
def test_a_file_that_goes_on_is_refused_all_the_same(case, batch):
    swallowed = batch[case]
    assert swallowed.status is FileStatus.REFUSED
    assert swallowed.texts == []


@pytest.mark.parametrize("case", ASSUMED)
def test_a_default_that_the_environment_may_overrule_is_said_at_its_line(case, batch):
    assert batch[case].status is FileStatus.CONVERTED


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        ("network", "DC109", "198.51.100.1:80"),
        ("name_lookup", "DC109", "example.com"),
        ("datagram", "DC109", "198.51.100.1:8125"),
        ("boto3_profile", "DC126", "ProfileNotFound"),
        ("boto3_secret", "DC153", "secretsmanager GetSecretValue"),
        ("variable", "DC112", "Variable bucket"),
        ("variable_default", "DC113", "Variable bucket"),
        ("connection", "DC114", "Connection warehouse"),
        ("environment", "DC151", "environment variable STAGE"),
    ],
)
def test_what_was_asked_for_is_named(case, code, words, batch):
    (message,) = batch[case].messages(code)
    assert words in message


def test_writes_into_the_source_tree_are_said_each_at_its_line(batch):
    assert batch["writes_source"].status is FileStatus.CONVERTED
    messages = batch["writes_source"].messages("DC111")
    assert len(messages) >= 8
    assert all(message.startswith("the file writes ") for message in messages)


def test_what_is_written_elsewhere_is_thrown_away(batch):
    assert batch["writes_elsewhere"].status is FileStatus.CONVERTED
