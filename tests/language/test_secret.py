"""What looks like a secret by its name or its text, and what only resembles one."""

from __future__ import annotations

import pytest

from dagconv.language.secret import is_secret_name, is_secret_text


@pytest.mark.parametrize("name", ["password", "DB_PASSWORD", "api-token", "apikey", "access_key", "credentials_json"])
def test_names_that_promise_a_secret(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["bucket", "tokenizer", "secretary", "key", "primary_key", "passworded"])
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


@pytest.mark.parametrize("text", ["s3://bucket/key", "https://example.com:8080/x@y", "AKIA", "arn:aws:iam::1:role/r"])
def test_texts_that_only_resemble_one(text):
    assert not is_secret_text(text)
