"""The editors' schema is fresh, small, in the promised dialect, and tells good definitions from bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from dagconv.catalog.files import schema_path
from dagconv.catalog.operators import Status, load_operators

ROOT = Path(__file__).resolve().parents[2]
OPERATORS = "airflow.providers.amazon.aws.operators"
# draft-07's vocabulary; `$defs` came later.
KEYWORDS = {"$id",
    "$schema", "$ref", "$defs", "title", "description", "type", "enum", "const", "properties", "patternProperties",
    "additionalProperties", "propertyNames", "required", "minProperties", "maxProperties", "items", "minimum",
    "maximum", "pattern", "allOf", "anyOf", "not", "if", "then", "default", "examples",
}  # fmt: skip
LAUNCH = f"""
simple_s3_test:
  schedule: "0 0 * * *"
  tasks:
    list_objects:
      operator: {OPERATORS}.s3.S3ListOperator
      bucket: source-bucket
      prefix: ""
      retries: 0
    create_object_list:
      operator: {OPERATORS}.s3.S3CreateObjectOperator
      data: "{{{{ ti.xcom_pull(task_ids='list_objects', key='return_value') }}}}"
      s3_bucket: target-bucket
      s3_key: filelist.txt
      dependencies: [list_objects]
"""
LOOP = f"""
create_s3_objects:
  description: Create multiple S3 objects in a loop
  schedule: null
  start_date: "2024-01-01"
  default_args: {{retries: 0}}
  tasks:
    create_object_1:
      operator: {OPERATORS}.s3.S3CreateObjectOperator
      s3_bucket: my-bucket
      s3_key: test-files/1.txt
      data: "{{{{ ds_nodash }}}}-{{{{ ts_nodash | lower }}}}"
      replace: true
"""
OTHER = f"""
all_forms:
  start_date: "2030-01-01"
  max_active_runs: 1
  params: {{day: monday, count: 3}}
  default_args:
    retry_delay: {{__type__: datetime.timedelta, minutes: 5}}
    execution_timeout: {{__type__: datetime.timedelta, __args__: [0, 600]}}
    owner: me
  tasks:
    code:
      operator: airflow.providers.standard.operators.python.PythonOperator
      python_callable: jobs.run
      op_kwargs: {{a: 1}}
    shell: {{operator: airflow.operators.bash.BashOperator, bash_command: "echo 1"}}
    own: {{operator: ours.Operator, whatever: [1]}}
    unlisted: {{operator: {OPERATORS}.s3.S3CopyPrefixOperator, source_bucket_prefix: a, dest_bucket_prefix: b}}
    wait:
      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
      bucket_key: [a, b]
      bucket_name: bucket
      mode: reschedule
      poke_interval: {{__type__: datetime.timedelta, seconds: 90}}
      pool: small
      deferrable: false
      trigger_rule: all_done
    athena:
      operator: {OPERATORS}.athena.AthenaOperator
      query: select 1
      database: db
      dependencies: [wait, own]
"""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(schema_path("workflow.schema.json").read_bytes())
    return loaded


def errors(schema: dict[str, Any], text: str) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(yaml.safe_load(text))
    return ["/".join(map(str, error.absolute_path)) for error in found]


def keywords(schema: Any) -> set[str]:
    """Every keyword of a schema and its subschemas, names of properties and definitions left out."""
    found: set[str] = set()
    if isinstance(schema, list):
        return found.union(*map(keywords, schema))
    if not isinstance(schema, dict):
        return found
    for key, value in schema.items():
        found.add(key)
        if key in ("properties", "patternProperties", "$defs"):
            found.update(*map(keywords, value.values()))
        elif key not in ("enum", "const", "required"):
            found |= keywords(value)
    return found


def test_it_is_small_enough_for_an_editor():
    assert schema_path("workflow.schema.json").stat().st_size <= 1_000_000


@pytest.mark.slow
def test_it_keeps_to_what_draft_07_readers_know(schema: dict[str, Any]):
    assert keywords(schema) <= KEYWORDS
    Draft202012Validator.check_schema(schema)
    Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("text", [LAUNCH, LOOP, OTHER])
def test_good_definitions_are_accepted(schema: dict[str, Any], text: str):
    assert errors(schema, text) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("bucket: source-bucket", "buckett: source-bucket", "tasks/list_objects"),
        ("bucket: source-bucket", "bucket: [1]", "tasks/list_objects/bucket"),
        ("retries: 0", "retries: 4", "tasks/list_objects/retries"),
        ("retries: 0", "retries: '1'", "tasks/list_objects/retries"),
        ("retries: 0", "retry_delay: '300'", "tasks/list_objects/retry_delay"),
        ("retries: 0", "execution_timeout: 60", "tasks/list_objects/execution_timeout"),
        ("retries: 0", "trigger_rule: dummy", "tasks/list_objects/trigger_rule"),
        ("retries: 0", "upstream_tasks: []", "tasks/list_objects"),
        ("dependencies: [list_objects]", "dependencies: list_objects", "tasks/create_object_list/dependencies"),
        ("S3ListOperator", "S3ListOperatr", "tasks/list_objects/operator"),
        (f"{OPERATORS}.s3.S3ListOperator", "S3ListOperator", "tasks/list_objects/operator"),
        (f"{OPERATORS}.s3.S3ListOperator", f"{OPERATORS}.ecs.EcsBaseOperator", "tasks/list_objects/operator"),
        ('schedule: "0 0 * * *"', 'schedule: "@once"', "schedule"),
        ('schedule: "0 0 * * *"', "schedule_interval: null", "."),
        ('schedule: "0 0 * * *"', "task_groups: {}", "."),
        ('schedule: "0 0 * * *"', "default_args: {depends_on_past: true}", "default_args"),
        ('schedule: "0 0 * * *"', "default_args: null", "default_args"),
        ("  tasks:", "  tasks: []\n  params:", "tasks"),
        ("    list_objects:", "    list objects:", "tasks"),
        ("simple_s3_test:", "other: {tasks: {}}\nsimple_s3_test:", ".."),
    ],
)  # fmt: skip
def test_damage_is_found_at_its_place(schema: dict[str, Any], old: str, new: str, path: str):
    damaged = LAUNCH.replace(old, new, 1)
    assert damaged != LAUNCH
    wanted = {"..": "", ".": "simple_s3_test"}.get(path, f"simple_s3_test/{path}")
    assert wanted in errors(schema, damaged)


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures").glob("*/*/want.yaml")), ids=lambda path: path.parent.name)
def test_what_dagconv_writes_is_accepted(schema: dict[str, Any], path: Path):
    for document in path.read_text(encoding="utf-8").split("\n---\n"):
        assert errors(schema, document) == []


def test_every_usable_class_closes_its_arguments(schema: dict[str, Any]):
    operators = load_operators()
    usable = [path for path in operators.paths() if operators.status(path) in (Status.CONFIRMED, Status.UNCONFIRMED)]
    for path in usable:
        known = operators.find(path)
        assert known is not None
        definition = schema["$defs"][f"class.{known.defined_at or path}"]
        assert definition["additionalProperties"] is False
        assert set(definition.get("required", ())) == set(known.required)


def test_classes_that_do_not_exist_are_refused(schema: dict[str, Any]):
    operators = load_operators()
    closed = [path for path in operators.paths() if operators.status(path) in (Status.PHANTOM, Status.ABSTRACT)]
    assert len(closed) > 30
    for path in closed:
        assert "d/tasks/t/operator" in errors(schema, f"d: {{tasks: {{t: {{operator: {path}}}}}}}"), path
