"""The table of what to do next: it speaks of every error of the service's model, and each is shown with its step."""

from __future__ import annotations

import pytest

from dagconv.aws import shapes
from dagconv.aws.call import translate
from dagconv.aws.services import CallError, Cause
from dagconv.catalog.files import read_schema
from dagconv.catalog.next_steps import next_step

TABLE = read_schema("next_steps.json")
MODELLED = sorted(shape.name for shape in shapes.service_model("mwaa-serverless").error_shapes)
# What each error of the model is taken for (contract 6.4), by hand.
EXPECTED = {
    "AccessDeniedException": Cause.DENIED,
    "ConflictException": Cause.CONFLICT,
    "InternalServerException": Cause.UNKNOWN,
    "OperationTimeoutException": Cause.UNKNOWN,
    "ResourceNotFoundException": Cause.NOT_FOUND,
    "ServiceQuotaExceededException": Cause.QUOTA,
    "ThrottlingException": Cause.THROTTLED,
    "ValidationException": Cause.INVALID,
}


def failure(code: str) -> CallError:
    import botocore.exceptions

    return translate(botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "m"}}, "op"), "s:op")


def test_the_table_has_each_cause_and_no_other():
    assert set(TABLE["causes"]) == {cause.value for cause in Cause}


def test_every_error_of_the_model_has_a_step():
    assert set(MODELLED) == set(EXPECTED)
    for code, cause in EXPECTED.items():
        assert failure(code).cause is cause
        assert next_step(cause.value, code) == TABLE["causes"][cause.value]


@pytest.mark.parametrize("code", TABLE["codes"])
def test_a_code_s_own_step_wins(code):
    assert next_step(failure(code).cause.value, code) == TABLE["codes"][code]


@pytest.mark.parametrize("code", EXPECTED)
def test_each_error_is_shown_with_its_step(stand, code):
    members = {
        "ConflictException": {"ResourceId": "etl", "ResourceType": "workflow"},
        "ResourceNotFoundException": {"ResourceId": "etl", "ResourceType": "workflow"},
        "ServiceQuotaExceededException": {
            "ResourceId": "etl", "ResourceType": "workflow", "ServiceCode": "s", "QuotaCode": "q",
        },
        "ThrottlingException": {"ServiceCode": "s", "QuotaCode": "q"},
        "ValidationException": {"Reason": "other"},
    }.get(code, {})  # fmt: skip
    stand.fault("mwaa-serverless:ListWorkflows", "error", count=1000, value={"code": code, "message": "no", **members})
    done = stand.cli("list")
    assert done.code == 2, done.text
    assert done.err.strip().split("\n")[-1].endswith(f"; {TABLE['causes'][EXPECTED[code].value]}")
