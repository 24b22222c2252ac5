"""Which variables of a workflow, which all may read, are taken for secrets."""

from __future__ import annotations

import pytest

from dagconv.aws.redact import looks_secret


@pytest.mark.parametrize("name", ["DB_PASSWORD", "DBPASSWORD", "MYTOKEN", "SECRETS", "GCP_CREDENTIALFILE", "APIKEY"])
def test_names_count_wherever_the_word_stands_in_them(name):
    assert looks_secret(name, "x")
    assert not looks_secret(name, "")


@pytest.mark.parametrize("name", ["STAGE", *(f"AIRFLOW__WORKERS__SECRETS_BACKEND{end}" for end in ("", "_KWARGS"))])
def test_the_backend_of_secrets_is_none(name):
    assert not looks_secret(name, "x")


def test_a_credential_counts_under_any_name():
    assert looks_secret("STAGE", "postgres://me:word@host/db")
