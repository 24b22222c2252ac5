"""Where the words of an error point in the definition: ten planted cases, each with its line and column."""

from __future__ import annotations

import pytest

from dagconv.operate.explain import Denied, denied_in, places_of

TEXT = """\
etl:
  tasks:
    listed:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: data
      prefix: "{{ ds create_test_table }}"
    copied:
      operator: airflow.providers.amazon.aws.operators.s3.S3CopyObjectOperator
      source_bucket_key: "s3://a/{{ dss }}"
      dest_bucket_key: "s3://b/{{ ts }}/{{ params.day }}"
      acl_polcy: private
    made:
      operator: airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator
      s3_key: "s3://b/{{ ds | shout }}"
      data: "{{ params.day }}"
      replace: true
    again:
      operator: airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator
      s3_key: "s3://b/{{ ti.xcom_pull(task_ids='listed' }}"
      data: "{{ params.hour }}"
      replace: true
"""


INVALID = (
    "Invalid arguments were passed to S3CopyObjectOperator (task_id: copied). Invalid arguments were:\n"
    "**kwargs: {'acl_polcy': 'private'}"
)


@pytest.mark.parametrize(
    ("error", "task", "places"),
    [
        # Jinja: syntax, a name, a filter, an attribute.
        ("expected token 'end of print statement', got 'create_test_table'", None, ["etl.yaml:6:15"]),
        ("'dss' is undefined", None, ["etl.yaml:9:26"]),
        ("jinja2.exceptions.TemplateAssertionError: No filter named 'shout'.", None, ["etl.yaml:14:15"]),
        ("'dict object' has no attribute 'hour'", "again", ["etl.yaml:20:13"]),
        ("jinja2.exceptions.TemplateSyntaxError: unexpected '}', expected ')'", "again", ["etl.yaml:19:15"]),
        # Arguments.
        ("S3CopyObjectOperator.__init__() got an unexpected keyword argument 'acl_polcy'", "copied", ["etl.yaml:11:7"]),
        (INVALID, None, ["etl.yaml:11:7"]),
        # Not unique.
        ("'dict object' has no attribute 'day'", None, ["etl.yaml:10:24", "etl.yaml:15:13"]),
        ("unexpected keyword argument 'replace'", None, ["etl.yaml:16:7", "etl.yaml:21:7"]),
        # Nothing that the definition holds.
        ("Workflow execution failed", None, []),
        ("'nowhere' is undefined", None, []),
    ],
)
def test_an_error_points_at_its_place(error, task, places):
    assert places_of(error, TEXT, "etl.yaml", task) == places


PUT = (
    "An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::1:assumed-role/r "
    'is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::data/k" because no policy allows it'
)
START = (
    "User: arn:aws:sts::1:assumed-role/r is not authorized to perform: glue:StartJobRun on resource: "
    "arn:aws:glue:us-east-2:1:job/j."
)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        (PUT, Denied("s3:PutObject", "arn:aws:s3:::data/k")),
        (START, Denied("glue:StartJobRun", "arn:aws:glue:us-east-2:1:job/j")),
        ("User x is not authorized to perform: sqs:ListQueues.", Denied("sqs:ListQueues", "*")),
        ("all is well", None),
    ],
)
def test_a_denied_call_names_its_action_and_resource(text, denied):
    assert denied_in(text) == denied


NOTED = """\
etl:
  description: nightly
  default_args: {owner: me, retries: 0}
  tasks:
    first:
      operator: airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator
      data: {owner: not an attribute}
      pool: small
    second: {operator: x.Y, pool: large}
"""


@pytest.mark.parametrize(
    ("warning", "places"),
    [
        ("ignored attributes: description", ["e.yaml:2:3"]),
        ("ignored attributes: owner, pool", ["e.yaml:3:18", "e.yaml:8:7", "e.yaml:9:29"]),
        ("ignored attributes: deferrable", []),
        ("the description is long", []),
    ],
)
def test_a_warning_of_the_service_points_at_its_keys(warning, places):
    assert places_of(warning, NOTED, "e.yaml") == places
