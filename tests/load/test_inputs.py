"""Files of Variables, Connections, environments and AWS replies, as people have them."""

from __future__ import annotations

import pytest

from dagconv.errors import UsageError
from dagconv.load import inputs


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_variables_as_airflow_exports_them(tmp_path):
    path = written(tmp_path, "v.json", '{"a": "x", "b": {"c": [1]}, "d": {"description": null, "value": "y"}, "e": 5}')
    assert inputs.read_variables(path) == {"a": "x", "b": '{\n  "c": [\n    1\n  ]\n}', "d": "y", "e": "5"}


def test_variables_in_yaml(tmp_path):
    assert inputs.read_variables(written(tmp_path, "v.yaml", "a: x\nb: [1, 2]\n")) == {"a": "x", "b": "[\n  1,\n  2\n]"}
    assert inputs.read_variables(written(tmp_path, "empty.yaml", "")) == {}


def test_connections_as_uri_and_mapping(tmp_path):
    path = written(tmp_path, "c.yaml", "db: postgres://u@h/x\nweb: {conn_type: http, host: h}\n")
    assert inputs.read_connections(path) == {"db": "postgres://u@h/x", "web": '{"conn_type": "http", "host": "h"}'}


def test_environment_lines(tmp_path):
    text = "# comment\n\nexport A=1\nB = 'two words'\nC=x=y\nD=\n"
    assert inputs.read_environment(written(tmp_path, "x.env", text)) == {
        "A": "1",
        "B": "two words",
        "C": "x=y",
        "D": "",
    }


def test_replies(tmp_path):
    text = '[{"service": "s3", "operation": "ListBuckets", "reply": {"Buckets": []}}]'
    (reply,) = inputs.read_aws_replies(written(tmp_path, "r.json", text))
    assert (reply.service, reply.operation, reply.parameters, reply.reply) == ("s3", "ListBuckets", {}, {"Buckets": []})


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (inputs.read_variables, "[1]"),
        (inputs.read_variables, "a: b: c"),
        (inputs.read_variables, "1: x"),
        (inputs.read_connections, "db: 5"),
        (inputs.read_environment, "not a line"),
        (inputs.read_aws_replies, "{}"),
        (inputs.read_aws_replies, "[{service: s3}]"),
        (inputs.read_aws_replies, "[{service: s3, operation: X, reply: {}, other: 1}]"),
    ],
)
def test_what_is_none_of_it_is_said(tmp_path, read, text):
    with pytest.raises(UsageError, match=r"file\.yaml"):
        read(written(tmp_path, "file.yaml", text))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        inputs.read_variables(tmp_path / "missing.json")
