"""What files ask for is put together by name, each place once, with who waits for it."""

from __future__ import annotations

import json

import pytest

from dagconv.assessment.wanted import template_texts, type_words, wanted_of
from dagconv.load.asks import Ask

BUCKET = Ask("variable", "bucket", "config.py", 2)
CALL = Ask("aws", "GetCallerIdentity", "a.py", 3, detail=json.dumps(["sts", "{}"]))
CUT = Ask("aws", "ListBuckets", "a.py", 4, detail=json.dumps(["s3", '{"Prefix": "aaa...']))


def test_one_name_is_one_row_however_many_files_come_to_it():
    optional = Ask("variable", "stage", "b.py", 1, has_default=True)
    rows = wanted_of({"a.py": [BUCKET], "b.py": [BUCKET, optional], "c.py": [Ask("variable", "bucket", "c.py", 9)]})
    assert [(one.name, one.places, one.waiting) for one in rows] == [
        ("bucket", (("config.py", 2), ("c.py", 9)), ("a.py", "b.py", "c.py")),
        ("stage", (("b.py", 1),), ()),
    ]


def test_templates_hold_what_is_missing_and_nothing_that_would_pass_for_a_value():
    rows = wanted_of(
        {"a.py": [BUCKET, CALL, CUT, Ask("environment", "STAGE", "a.py", 5), Ask("connection", "db", "a.py", 6)]}
    )
    texts = template_texts(rows, {"bucket": '{"name": "placeholder"}'})
    assert json.loads(texts["variables.json"]) == {"bucket": {"name": None}}
    assert json.loads(texts["connections.json"]) == {"db": {"conn_type": None, "host": None}}
    assert texts["environment.env"].splitlines()[1:] == ["#STAGE="]
    assert [(one["operation"], one["parameters"]) for one in json.loads(texts["aws-replies.json"])] == [
        ("GetCallerIdentity", {}),
        ("ListBuckets", {}),
    ]
    assert template_texts((), {}) == {}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1", "a whole number"),
        ('{"a": "placeholder"}', "JSON"),
        ("placeholder,placeholder", "a list in one text"),
        ("placeholder", ""),
    ],
)
def test_types_have_words(value, words):
    assert type_words(value) == words
