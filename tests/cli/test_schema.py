"""`schema`: what editors take, and the line that names it in each definition."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import yaml


def test_the_schema_is_printed_with_an_id_and_judges_definitions(call):
    code, out, err = call("schema")
    schema = json.loads(out)
    assert (code, err, schema["$id"]) == (0, "", "urn:dagconv:workflow-definition")
    jsonschema.Draft202012Validator.check_schema(schema)
    task = "{operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator, bucket: b}"
    judge = jsonschema.Draft202012Validator(schema)
    assert judge.is_valid(yaml.safe_load(f"one:\n  tasks:\n    list: {task}\n"))
    assert not judge.is_valid(yaml.safe_load(f"one:\n  tasks:\n    list: {task.replace('bucket', 'buckt')}\n"))


def test_definitions_name_the_schema_where_asked_for(call):
    line = "# yaml-language-server: $schema=workflow.schema.json"
    call("convert", "dags", "-o", "out", a="dag one\n")
    assert line not in Path("out/one.yaml").read_text()
    assert call("convert", "dags", "-o", "out", "--check", "--schema-line", "workflow.schema.json")[0] == 1
    call("convert", "dags", "-o", "out", "--schema-line", "workflow.schema.json")
    assert Path("out/one.yaml").read_text().splitlines()[1] == line
    assert call("convert", "dags", "-o", "out", "--check", "--schema-line", "workflow.schema.json")[0] == 0
    assert line in call("convert", "dags", "-o", "-", "--schema-line", "workflow.schema.json")[1]
