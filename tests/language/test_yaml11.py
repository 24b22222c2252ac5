"""Plain scalars are read exactly as PyYAML reads them, and quoted whenever any reader would retype them."""

from __future__ import annotations

import datetime
import math

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dagconv.ir.value import DatetimeValue, DateValue, FloatValue, Value
from dagconv.language.yaml11 import Kind, kind11, kind12, needs_quotes, read11, retyped

_TAGS = {
    "tag:yaml.org,2002:str": Kind.TEXT,
    "tag:yaml.org,2002:null": Kind.NULL,
    "tag:yaml.org,2002:bool": Kind.BOOLEAN,
    "tag:yaml.org,2002:int": Kind.INTEGER,
    "tag:yaml.org,2002:float": Kind.FLOAT,
    "tag:yaml.org,2002:timestamp": Kind.DATE,
    "tag:yaml.org,2002:merge": Kind.MERGE,
    "tag:yaml.org,2002:value": Kind.DEFAULT,
    "tag:yaml.org,2002:yaml": Kind.DEFAULT,
}
_WORDS = st.one_of(
    st.from_regex(r"[-+]?[0-9_:.xboeE+-]{0,12}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]{0,7})?(Z|[+-][0-9]{1,2}(:[0-9]{2})?)?)?", fullmatch=True),  # noqa: E501
    st.sampled_from("yes Yes YES yEs no NO on On oN off true TRUE tRue null Null ~ . .. .inf -.INF .NaN +.nan << = y n Y N 0o7 1e3 1.e+3 0x 0b 0_ 1_000 08 010 1:30 1:60 190:20:30.15".split()),  # noqa: E501, SIM905
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8),
)  # fmt: skip


def loaded(text: str) -> Value:
    """What PyYAML constructs of a plain scalar, in the IR's types."""
    loader = yaml.FullLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    if tag == "tag:yaml.org,2002:merge":
        return text
    value = loader.construct_object(yaml.ScalarNode(tag, text))
    match value:
        case float() if math.isnan(value) or math.isinf(value):
            return FloatValue(str(value))
        case datetime.datetime():
            return DatetimeValue(value.isoformat())
        case datetime.date():
            return DateValue(value.isoformat())
        case _:
            return value


@given(_WORDS)
@example("2024-1-1")
@example("2024-01-01 10:00:00 +2")
@example("0o17")
@example("-0x1F")
@example("")
@example("!")
def test_kind_agrees_with_the_full_loader(text: str):
    tag = yaml.FullLoader("").resolve(yaml.ScalarNode, text, (True, False))
    assert kind11(text) is _TAGS[tag]


@given(_WORDS)
@example("0b_")
@example("2024-02-30")
@example("1:30")
@example("-190:20:30")
@example("010")
@example("1e999")
def test_value_agrees_with_the_full_loader(text: str):
    try:
        expected = loaded(text)
    except (ValueError, yaml.YAMLError):
        with pytest.raises(ValueError):  # noqa: PT011  # whatever it says, it must be refused too
            read11(text)
        return
    assert (type(read11(text)), repr(read11(text))) == (type(expected), repr(expected))


@given(_WORDS)
def test_unquoted_where_allowed_comes_back_as_the_same_text(text: str):
    if needs_quotes(text):
        return
    assert yaml.load(f"key: {text}\n", yaml.FullLoader) == {"key": text}
    assert yaml.load(f"- {text}\n", yaml.FullLoader) == [text]
    assert yaml.load(f"[{text}]\n", yaml.FullLoader) == [text]
    assert yaml.load(f"{text}: 1\n", yaml.FullLoader) == {text: 1}


@pytest.mark.parametrize(
    ("text", "in11", "in12"),
    [
        ("yes", Kind.BOOLEAN, Kind.TEXT),
        ("1e3", Kind.TEXT, Kind.FLOAT),
        ("0o17", Kind.TEXT, Kind.INTEGER),
        ("010", Kind.INTEGER, Kind.INTEGER),
        ("1:30", Kind.INTEGER, Kind.TEXT),
        ("2024-01-01", Kind.DATE, Kind.TEXT),
        ("08", Kind.TEXT, Kind.INTEGER),
        ("None", Kind.TEXT, Kind.TEXT),
        ("1.", Kind.FLOAT, Kind.FLOAT),
        ("~", Kind.NULL, Kind.NULL),
    ],
)
def test_the_two_versions_differ_where_the_specifications_do(text: str, in11: Kind, in12: Kind):
    assert (kind11(text), kind12(text)) == (in11, in12)


@pytest.mark.parametrize("text", ["y", "N", "08", "1e3", "0o17", "yes", "", "2024-01-01", "=", "<<"])
def test_whatever_some_reader_retypes_is_quoted(text: str):
    assert retyped(text)
    assert needs_quotes(text)


@pytest.mark.parametrize(
    "text", ["a: b", "a #b", "- a", "@daily", "*/5 * * * *", "{{ ds }}", " a", "a:", "a\nb", "!x", "#", "---", "a,b"]
)
def test_syntax_that_needs_quotes(text: str):
    assert not retyped(text)
    assert needs_quotes(text)


@pytest.mark.parametrize("text", ["None", "0 0 * * *", "s3://bucket/key", "a.b.C", "-x", "a#b", "it's", "12 apples"])
def test_ordinary_words_stay_plain(text: str):
    assert not needs_quotes(text)
