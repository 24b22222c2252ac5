"""What looks like a secret by its name or its text, and what only resembles one."""

from __future__ import annotations

import pytest

from dagconv.language.secret import is_secret_name, is_secret_text, mask_forms


@pytest.mark.parametrize(
    "name", ["password", "DB_PASSWORD", "dbPassword", "pwd", "api-token", "apikey", "ACCESS_KEY", "credentials_x"]
)
def test_names_that_promise_a_secret(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["bucket", "tokenizer", "secretary", "key", "primary_key", "passworded", "secretsBack"]
)
def test_names_that_only_resemble_one(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "id AKIA" + "ABCDEFGHIJKLMNOP",
        "postgres://user:word@host/db",
        "-----BEGIN RSA PRIVATE " + "KEY-----\nx",
        "ghp_" + "a" * 36,
    ],
)
def test_texts_of_a_form_that_nothing_else_has(text):
    assert is_secret_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "s3://bucket/key",
        "https://example.com:8080/x@y",
        "AKIA",
        "arn:aws:iam::1:role/r",
        "postgres://{user}:{word}@host",
        "postgres://%s:%s@host",
        "postgres://$USER:$WORD@host",
    ],
)
def test_texts_that_only_resemble_one(text):
    assert not is_secret_text(text)


def test_masked_texts_keep_what_is_no_secret():
    key = "-----BEGIN PRIVATE " + "KEY-----"
    assert mask_forms("AKIA" + "A" * 16 + " of postgres://me:word@host/db") == "*** of postgres://***@host/db"
    assert mask_forms(f"a {key}\nabc\n-----END PRIVATE KEY----- b, {key} cut") == "a *** b, *** cut"
