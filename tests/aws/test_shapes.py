"""The walker over the service's model, and lists whose pages do not end."""

from __future__ import annotations

from typing import Any

import pytest

from dagconv.aws.services import CallError, Json
from dagconv.aws.shapes import check_answer, check_request
from dagconv.aws.workflows import pages

GOOD: Json = {
    "Name": "a",
    "DefinitionS3Location": {"Bucket": "bucket", "ObjectKey": "yaml/a.yaml"},
    "RoleArn": "arn:aws:iam::123456789012:role/service-role/r",
    "TriggerMode": "MANUAL",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"Name": "_a"}, "Name: does not match"),
        ({"Name": "a" * 256}, "at most 255"),
        ({"Name": 3}, "Name: is int, must be text"),
        ({"Nome": "a"}, "knows no such member"),
        ({"RoleArn": "arn:aws:iam::1:role/x"}, "RoleArn: does not match"),
        ({"DefinitionS3Location": {"Bucket": "b"}}, "DefinitionS3Location.ObjectKey: is required"),
        ({"Code": {}}, "exactly one member"),
        ({"Code": {"S3Location": {"Bucket": "b", "ObjectKey": "k"}}}, "at least 3"),
        ({"EncryptionConfiguration": {"Type": "MINE"}}, "must be one of AWS_MANAGED_KEY"),
        ({"Environment": {"Variables": {"A": "v" * 256}}}, "at most 255"),
        ({"Environment": {"Variables": {f"A{n}": "" for n in range(51)}}}, "at most 50"),
        ({"NetworkConfiguration": {"SubnetIds": "subnet-1"}}, "must be a list"),
        ({"NetworkConfiguration": {"SubnetIds": ["net-1"]}}, "SubnetIds[0]: does not match"),
        ({"Tags": {"": "x"}}, "at least 1"),
        ({"EngineVersion": True}, "must be an integer"),
    ],
)
def test_every_constraint_of_the_model_is_checked(change: Json, said: str) -> None:
    found = check_request("mwaa-serverless", "CreateWorkflow", {**GOOD, **change})
    assert (found == []) if not said else any(said in text for text in found)


def test_a_value_is_never_part_of_what_is_said() -> None:
    (found,) = check_request(
        "mwaa-serverless", "CreateWorkflow", {**GOOD, "Environment": {"Variables": {"A": "secret" * 60}}}
    )
    assert "secret" not in found


def test_answers_are_checked_but_for_what_the_service_is_known_to_break() -> None:
    arn = "arn:aws:airflow-serverless:us-east-2:123456789012:workflow/a-0123456789"
    good = {"WorkflowArn": arn, "WorkflowDefinition": "x" * 1000}
    assert check_answer("mwaa-serverless", "GetWorkflow", good) == []
    assert check_answer("mwaa-serverless", "GetWorkflow", {**good, "WorkflowStatus": "GONE"}) != []


def test_a_repeated_token_is_not_followed_for_ever() -> None:
    def invoke(_: str, request: Json) -> Json:
        return {"Workflows": [{"n": request.get("NextToken")}], "NextToken": "same"}

    seen: list[Any] = []
    with pytest.raises(CallError, match="repeats a NextToken"):
        seen.extend(pages(invoke, "ListWorkflows", {}, "Workflows"))
    assert len(list(pages(lambda *_: {"Workflows": [1]}, "ListWorkflows", {}, "Workflows"))) == 1
