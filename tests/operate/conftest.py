"""The stand-in and the real command line, for the tests of `workflow`."""

from __future__ import annotations

import json

import pytest

from tests.standin.stand import Stand, bare, only_loopback, pytest_collection_modifyitems, server

__all__ = ["bare", "only_loopback", "pytest_collection_modifyitems", "server"]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "airflow-serverless.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        }
    ],
}


def prepare(stand: Stand) -> None:
    """A bucket and a role that the service may assume."""
    stand.open()
    stand.set(trust={"RoleName": "Prod-execution-role", "PolicyDocument": json.dumps(TRUST)})
    stand.verbs = "workflow"


@pytest.fixture
def stand(bare: Stand) -> Stand:
    """A fresh account with a bucket and a role that the service may assume."""
    prepare(bare)
    return bare
