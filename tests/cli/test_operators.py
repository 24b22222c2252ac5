"""`operators`: a search that ends in the arguments of one class."""

from __future__ import annotations

import json


def test_a_word_lists_the_classes(call):
    code, out, _ = call("operators", "athena")
    assert code == 0
    assert "airflow.providers.amazon.aws.operators.athena.AthenaOperator  confirmed" in out.splitlines()


def test_a_class_name_shows_its_arguments(call):
    out = call("operators", "S3ListOperator")[1]
    assert out.startswith("airflow.providers.amazon.aws.operators.s3.S3ListOperator\n  confirmed")
    assert "  bucket: string  (required, templated)" in out
    assert "trigger_rule" not in out
    assert "trigger_rule" in call("operators", "S3ListOperator", "--all-arguments")[1]


def test_json_holds_the_same_facts(call):
    (found,) = json.loads(call("operators", "S3ListOperator", "--format", "json")[1])
    assert found["path"] == "airflow.providers.amazon.aws.operators.s3.S3ListOperator"
    assert found["arguments"]["bucket"]["required"] is True
    assert found["arguments"]["prefix"]["default"] == ""


def test_every_class_can_be_shown(call):
    code, out, _ = call("operators", "--format", "json")
    assert code == 0
    assert len(json.loads(out)) > 100


def test_nothing_found_exits_1_with_what_is_like_it(call):
    code, out, err = call("operators", "S3ListOperatr")
    assert (code, out) == (1, "")
    assert "S3ListOperator" in err
