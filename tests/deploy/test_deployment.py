"""What a version of a workflow carries: all of it is sent again, none of it is forgotten."""

from __future__ import annotations

from dagconv.aws import shapes
from dagconv.deploy.deployment import (
    VERSION_MEMBERS,
    Deployment,
    Network,
    S3Location,
    changed_members,
    sent_again,
    version_request,
)

WHOLE = Deployment(
    "a", "a", "a: {}", "arn:aws:iam::123456789012:role/r", "bucket", "yaml/a.yaml", "MANUAL", "text", "code/x.zip",
    {"A": "b"}, Network(("subnet-1",), ("sg-1",)), "/group", 1, "key",
)  # fmt: skip


def test_the_members_of_a_version_are_those_of_the_model() -> None:
    shape = shapes.operation("mwaa-serverless", "UpdateWorkflow").input_shape
    assert shape is not None
    assert set(VERSION_MEMBERS) == set(shape.members) - {"WorkflowArn"}


def test_a_whole_deployment_sets_every_member_and_equals_what_it_makes() -> None:
    request = version_request(WHOLE, S3Location("bucket", "yaml/a.yaml"), S3Location("bucket", "code/x.zip", "v"))
    assert set(request) == set(VERSION_MEMBERS)
    assert shapes.check_request("mwaa-serverless", "UpdateWorkflow", {"WorkflowArn": ARN, **request}) == []
    assert sent_again({"WorkflowArn": ARN, **request}) == request
    assert changed_members(WHOLE, request) == []
    apart = {"DefinitionS3Location", "TriggerMode"}
    for name in set(VERSION_MEMBERS) - apart:
        assert changed_members(WHOLE, {k: v for k, v in request.items() if k != name}) == [name]


ARN = "arn:aws:airflow-serverless:us-east-2:123456789012:workflow/a-0123456789"
