"""The operator catalogue answers from data alone, and the data is what the installed providers say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from dagconv.catalog.files import read_schema
from dagconv.catalog.operators import TYPES, OperatorClass, Status, load_operators
from dagconv.errors import UsageError
from dagconv.ir.task import MISSING
from dagconv.ir.value import TimedeltaValue

ROOT = Path(__file__).resolve().parents[2]
S3 = "airflow.providers.amazon.aws.operators.s3"
S3_KEY_SENSOR = "airflow.providers.amazon.aws.sensors.s3.S3KeySensor"


def found(path: str) -> OperatorClass:
    operator = load_operators().find(path)
    assert operator is not None, path
    return operator


@pytest.fixture
def everything() -> list[OperatorClass]:
    return [found(path) for path in load_operators().paths()]


def test_each_list_entry_has_the_status_that_its_sources_give(everything: list[OperatorClass]):
    listed = Counter(operator.status for operator in everything if operator.sources)
    assert listed == {
        Status.CONFIRMED: 203,
        Status.CONFIRMED_BY_USE: 2,
        Status.LIKELY: 1,
        Status.UNCONFIRMED: 18,
        Status.ABSTRACT: 15,
        Status.PHANTOM: 15,
    }
    assert {operator.status for operator in everything if not operator.sources} == {Status.UNLISTED, Status.ABSTRACT}


def test_whatever_is_listed_and_exists_has_known_arguments(everything: list[OperatorClass]):
    unknown = {operator.path for operator in everything if operator.open_arguments and operator.sources}
    assert unknown == {operator.path for operator in everything if operator.status is Status.PHANTOM}


def test_arguments_of_the_whole_family_of_a_sensor():
    sensor = found(S3_KEY_SENSOR)
    assert sensor.sensor
    assert sensor.required == ("bucket_key",)
    levels = {name: sensor.parameters[name].level for name in ("bucket_key", "mode", "region_name", "retries")}
    assert levels == {"bucket_key": "class", "mode": "sensor", "region_name": "aws", "retries": "task"}
    assert sensor.parameters["bucket_key"].templated
    assert not sensor.parameters["wildcard_match"].templated
    assert "callable" in sensor.parameters["check_fn"].types
    assert sensor.parameters["mode"].choices == ("poke", "reschedule")


def test_a_default_is_the_value_that_leaving_the_argument_out_gives():
    task = found(f"{S3}.S3CreateObjectOperator").parameters
    assert task["retry_delay"].default == TimedeltaValue(0, 300, 0)
    assert task["replace"].default is False
    assert task["s3_key"].default is MISSING


def test_an_argument_of_a_base_class_that_a_subclass_redefines_keeps_the_subclass_default():
    own = found("airflow.providers.amazon.aws.sensors.emr.EmrContainerSensor").parameters["poll_interval"]
    assert own.default == 10
    assert own.level == "class"


def test_choices_come_from_literals_and_enums():
    assert found("airflow.providers.amazon.aws.transfers.sql_to_s3.SqlToS3Operator").parameters[
        "file_format"
    ].choices == ("csv", "json", "parquet")


@pytest.mark.parametrize(
    ("path", "needs"),
    [
        ("airflow.providers.standard.operators.python.PythonOperator", "always"),
        ("airflow.operators.bash.BashOperator", "script"),
        (f"{S3}.S3ListOperator", ""),
    ],
)
def test_which_classes_need_the_code_package(path: str, needs: str):
    assert found(path).needs_code == needs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("airflow.operators.empty.EmptyOperator", "airflow.providers.standard.operators.empty.EmptyOperator"),
        ("airflow.providers.amazon.aws.operators.s3_list.S3ListOperator", f"{S3}.S3ListOperator"),
        ("airflow.providers.amazon.aws.operators.athena.AWSAthenaOperator",
         "airflow.providers.amazon.aws.operators.athena.AthenaOperator"),
        (f"{S3}.S3ListOperator", f"{S3}.S3ListOperator"),
        ("my.own.Operator", "my.own.Operator"),
    ],
)  # fmt: skip
def test_old_paths_lead_to_the_class_that_stands_there_now(old: str, new: str):
    assert load_operators().canonical(old) == new


def test_every_renamed_path_leads_to_a_class_of_the_catalogue():
    for old, new in read_schema("operators/_renamed.json")["renamed"].items():
        assert load_operators().find(new) is not None, old


def test_both_paths_of_the_empty_operator_are_usable():
    legacy = found("airflow.operators.empty.EmptyOperator")
    assert legacy.status is Status.CONFIRMED_BY_USE
    assert legacy.defined_at == "airflow.providers.standard.operators.empty.EmptyOperator"


def test_suggestions_are_usable_classes_with_a_like_name():
    operators = load_operators()
    assert operators.nearest(f"{S3}.S3CreateObjekt")[0] == f"{S3}.S3CreateObjectOperator"
    assert operators.nearest("airflow.providers.amazon.aws.operators.sagemaker.SageMakerNotebookOperator")[0] == (
        "airflow.providers.amazon.aws.operators.sagemaker_unified_studio.SageMakerNotebookOperator"
    )
    assert operators.nearest("com.example.Zzz") == ()


def test_an_unknown_path_is_not_found():
    assert load_operators().find(f"{S3}.NoSuchOperator") is None
    assert load_operators().status(f"{S3}.NoSuchOperator") is None


def test_the_index_tells_the_same_status_as_the_files(everything: list[OperatorClass]):
    assert all(load_operators().status(operator.path) is operator.status for operator in everything)


def test_types_are_of_the_closed_set(everything: list[OperatorClass]):
    seen = {kind for operator in everything for p in operator.parameters.values() for kind in p.types}
    assert seen <= set(TYPES)


def test_exclusive_sets_name_arguments_of_the_class(everything: list[OperatorClass]):
    for operator in everything:
        for group in operator.exclusive:
            assert len(group) > 1
            assert set(group) <= operator.parameters.keys(), operator.path


def test_a_file_of_the_user_allows_classes(tmp_path: Path):
    file = tmp_path / "ours.json"
    file.write_text(json.dumps({"classes": {"my.own.Operator": {"parameters": {"x": {"types": ["string"]}}}}}))
    operator = load_operators((file,)).find("my.own.Operator")
    assert operator is not None
    assert operator.status is Status.CONFIRMED
    assert operator.parameters["x"].level == "class"
    assert operator.parameters["retries"].level == "task"
    assert load_operators().find("my.own.Operator") is None


def test_a_bare_list_of_the_user_leaves_arguments_unchecked(tmp_path: Path):
    file = tmp_path / "ours.json"
    file.write_text('{"classes": ["my.own.Operator"]}')
    operator = load_operators((file,)).find("my.own.Operator")
    assert operator is not None
    assert operator.open_arguments


@pytest.mark.parametrize("text", ["[]", "{", '{"classes": {"a.B": 1}}', '{"classes": {"a.B": {"status": "fine"}}}'])
def test_a_malformed_file_of_the_user_is_a_usage_error(tmp_path: Path, text: str):
    file = tmp_path / "ours.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"ours\.json"):
        load_operators((file,))


@pytest.mark.airflow
def test_the_data_is_fresh():
    command = [sys.executable, str(ROOT / "scripts" / "refresh_operators.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"run scripts/refresh_operators.py\n{run.stderr[-2000:]}"


def test_what_a_class_gives_to_its_base_cannot_be_given_from_outside():
    parameters = found("airflow.providers.amazon.aws.operators.appflow.AppflowRecordsShortCircuitOperator").parameters
    assert not {"python_callable", "op_kwargs"} & parameters.keys()
    assert "ignore_downstream_trigger_rules" in parameters


def test_what_a_run_needs_though_python_does_not():
    copy = found(f"{S3}.S3CopyObjectOperator").parameters["dest_bucket_name"]
    assert copy.needed_at_run
    assert copy.needed_unless == (("dest_bucket_key", "s3://"),)
    (either,) = found("airflow.providers.amazon.aws.operators.eventbridge.EventBridgePutRuleOperator").one_of
    assert either.arguments == ("event_pattern", "schedule_expression")
    assert either.at_run


def test_sets_that_the_constructor_itself_checks():
    delete = found(f"{S3}.S3DeleteObjectsOperator")
    assert ("keys", "prefix") in delete.exclusive
    assert not delete.one_of[0].at_run
