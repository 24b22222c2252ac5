"""Which of the inputs are secrets: by their name, by their form, all of a Connection's, at any depth of JSON."""

from __future__ import annotations

import json

import pytest

from dagconv.load.given_secrets import given_secrets, masked
from dagconv.wire.inputs import Inputs

URI = "postgres://u:p%40ss-1@h/x?api_key=k-12&mode=slow"
JSON = json.dumps({"conn_type": "http", "login": "u", "password": "pass-2", "extra": '{"token": "t-34", "a": "plain"}'})


@pytest.mark.parametrize(
    ("inputs", "secrets"),
    [
        (Inputs(variables={"db_password": "hunter2", "stage": "prod"}), {"hunter2"}),
        (Inputs(variables={"anything": "x://u:hunter2@h"}), {"x://u:hunter2@h"}),
        (Inputs(variables={"cfg": '{"a": [{"api_key": "k-99"}], "b": "plain"}'}), {"k-99"}),
        (Inputs(environment={"API_TOKEN": "t-77", "HOME": "/home/u"}), {"t-77"}),
        (Inputs(environment={"PIN_TOKEN": "123"}), set()),  # too short to be told from other text
        (Inputs(connections={"db": URI}), {URI, "p@ss-1", "k-12"}),
        (Inputs(connections={"db": JSON}), {JSON, "pass-2", "t-34"}),
    ],
)
def test_secrets_are_known_by_name_form_and_place(inputs, secrets):
    assert given_secrets(inputs).keys() == secrets


def test_the_longest_is_masked_first():
    assert masked("a hunter2x and hunter2", ["hunter2", "hunter2x"]) == "a *** and ***"
