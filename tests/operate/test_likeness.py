"""`--like-environment`: what is taken of a provisioned environment, and what the call itself says."""

from __future__ import annotations

import pytest

from dagconv.deploy.deployment import Network
from dagconv.operate.desire import Wishes
from dagconv.operate.likeness import like_environment

GROUP = "arn:aws:logs:us-east-2:123456789012:log-group:airflow-Prod-Task"
ENVIRONMENT = {
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/prod",
    "NetworkConfiguration": {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
    "KmsKey": "arn:aws:kms:us-east-2:123456789012:key/k",
    "LoggingConfiguration": {"TaskLogs": {"Enabled": True, "CloudWatchLogGroupArn": GROUP}},
}
TEXT = """\
etl:
  schedule: null
  tasks:
    a: {operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator, bucket: b, retries: 0}
"""


def test_all_that_the_call_leaves_open_is_taken():
    wished = like_environment(ENVIRONMENT, Wishes("etl", "etl", TEXT), new=True)
    assert (wished.role, wished.logging) == (ENVIRONMENT["ExecutionRoleArn"], "airflow-Prod-Task")
    assert wished.network == Network(("subnet-1", "subnet-2"), ("sg-1",))
    assert wished.encryption_key == ENVIRONMENT["KmsKey"]


def test_what_the_call_says_stays_and_a_key_is_for_a_new_workflow_only():
    said = Wishes("etl", "etl", TEXT, role="mine", network=Network(("s",), ("g",)), logging="/mine")
    assert like_environment(ENVIRONMENT, said, new=False) == said


@pytest.mark.parametrize("logs", [{}, {"TaskLogs": {"Enabled": False, "CloudWatchLogGroupArn": GROUP}}])
def test_logs_that_are_off_name_no_group(logs):
    environment = {**ENVIRONMENT, "LoggingConfiguration": logs}
    assert like_environment(environment, Wishes("etl", "etl", TEXT), new=True).logging is None


def test_a_deploy_takes_them_from_the_environment(stand):
    (stand.folder / "etl.yaml").write_text(TEXT)
    done = stand.cli("deploy", "etl.yaml", "--bucket", stand.bucket, "--like-environment", "Prod")
    assert done.code == 0, done.text
    there = stand.workflows()["etl"]
    assert there["RoleArn"] == stand.role
    assert there["NetworkConfiguration"] == {
        "SubnetIds": ["subnet-0aa1", "subnet-0bb2"],
        "SecurityGroupIds": ["sg-0cc3"],
    }
    again = stand.cli("deploy", "etl.yaml", "--like-environment", "Prod")
    assert "nothing to change" in again.out, again.text
    missing = stand.cli("deploy", "etl.yaml", "--like-environment", "Nope")
    assert (missing.code, "Nope" in missing.err) == (2, True)
