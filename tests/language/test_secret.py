"""What looks like a secret by its name or its text, and what only resembles one."""

from __future__ import annotations

import pytest

from dagconv.language.secret import is_secret_name, is_secret_text, mask_forms, mask_secrets
from dagconv.language.veil import veiled


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
        "postgres://user:%40word@host/db",
        "postgres://user:$ecret@host/db",
        "postgres://user:{word@host/db",
        "XOXB-" + "1" * 12,
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


@pytest.mark.parametrize(
    "line",
    [
        "password = 'planted'",
        'db_password: str = "planted"',
        "connect(user='u', password='planted', port=1)",
        "os.environ['API_TOKEN'] = 'planted'",
        "os.environ.get('API_TOKEN', 'planted')",
        "env={'DB_PASSWORD': r'planted', 'X': 'y'}",
        "bash_command='mysql --password=planted -h h'",
        "bash_command='mysql --password planted -h h'",
        "url = 'mysql://root:planted@h/x'",
        "headers={'Authorization': 'Bearer planted-0001'}",
        "aws_secret_access_key='planted'",
        "    secret = b'planted'  # the secret: planted",
        "fernet_secret_key=f'planted{x}'",
        "password = ('planted')",
        "password = 'x' + 'planted'",
        'password = "x" "planted"',
        'token = """planted"""',
        "password = 'it\\'s planted'",
        "password = 'planted'.encode()",
        "(password := 'planted')",
        "user, password = 'u', 'planted'",
        "def connect(user, password='planted'): pass",
        "assert password == 'planted'",
        "dbPassword = u'planted'",
        "größe, token = 'ä', rf'planted'",
    ],
)
def test_secrets_are_struck_out_where_they_stand(line):
    veil = veiled(line)
    assert "planted" not in veil
    assert len(veil) == len(line)
    kept = [(old, new) for old, new in zip(line, veil, strict=True) if old != new]
    assert {new for _, new in kept} == {"*"}


@pytest.mark.parametrize(
    "line",
    [
        "password = Variable.get('db_password')",
        "token = config['token']",
        "query='{{ var.value.token }}', password='{{ conn.db.password }}'",
        "secret_arn='arn:aws:secretsmanager:eu-west-1:1:secret:db'",
        "def tokens(password: str, other): pass",
        "password = settings.get('db', 'password')",
        "password = config['a']['b']",
        "token_url = 'https://example.com/token'",
        "user, password = read('both')",
        "S3ListOperator(task_id='list', bucket='b')",
    ],
)
def test_what_is_no_secret_is_shown(line):
    assert veiled(line) == line


def test_texts_over_several_lines_are_struck_out_on_each():
    assert veiled("password = \\\n  'planted'") == "password = \\\n  '*******'"
    assert veiled("token = '''plan\nted'''  # a") == "token = '''****\n***'''  # a"
    assert veiled("password = [\n  'planted']\ndef (") == "password = [\n  'planted']\ndef (", "no Python: by its lines"


def test_a_key_over_several_lines_is_struck_out_on_each():
    key = "KEY = '-----BEGIN RSA PRIVATE KEY-----\nplanted\n-----END RSA PRIVATE KEY-----'"
    assert "planted" not in veiled(key)
    assert veiled(key).count("\n") == 2


def test_long_names_are_read_in_linear_time():
    mask_secrets("a_" * 200_000 + "=1")
