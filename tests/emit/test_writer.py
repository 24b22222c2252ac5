"""Whatever is written reads back the same, to the type, by the service's loader (YAML 1.1) and by YAML 1.2."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dagconv.emit.writer import write_yaml

# Words that one of the two versions, or a common reader, takes for something else than text.
WORDS = [
    *(
        "",
        "~",
        "null",
        "Null",
        "NULL",
        "yes",
        "Yes",
        "no",
        "on",
        "On",
        "ON",
        "off",
        "y",
        "n",
        "Y",
        "N",
        "true",
        "False",
    ),
    *("0", "-0", "+1", "010", "0o10", "0o8", "0x1F", "0X1f", "0b11", "1_000", "1__0", "_1", "1_", "0_0", "08", "09"),
    *("1:30", "190:20:30", "1:30.5", "-1:30", "1:60", "1.0", "1.", ".5", ".", "1e3", "1E3", "1e+3", "1.5e3", "1.5e+3"),
    *(".inf", "-.inf", ".INF", ".nan", ".NaN", "inf", "nan", "infinity", "1e400", "12e03", "685_230.15"),
    *("2024-01-01", "2024-1-1", "2024-01-01T00:00:00Z", "2024-01-01 10:00:00", "2024-01-01t10:00:00+02", "10:00"),
    *(
        "=",
        "<<",
        "*",
        "&",
        "!",
        "!!str",
        "!tag",
        "*alias",
        "&anchor",
        "?",
        "-",
        "? a",
        "- a",
        ": a",
        "a:",
        "a: b",
        "a #b",
    ),
    *("#", "# a", "[", "]", "{", "}", "[a]", "{a: b}", ",", "a, b", "%", "%YAML 1.1", "@", "`", "|", ">", "|-", ">+"),
    *(
        "'",
        '"',
        "''",
        '"a"',
        "'a'",
        "a'b",
        'a"b',
        "a'b\"c",
        "\\",
        "\\n",
        "a\\",
        "---",
        "...",
        "--- a",
        "... a",
        "a ---",
    ),
    *(
        " a",
        "a ",
        " ",
        "\t",
        "a\t",
        "\ta",
        "a\tb",
        "\n",
        "\n\n",
        "a\n",
        "a\n\n",
        "\na",
        " \na",
        "a\n b",
        "a\n\tb",
        "a \nb",
    ),
    *("a\nb", "a\nb\n", "a\nb\n\n", "a\n---\nb", "a\n...\nb", "a\n# b", "\r", "a\rb", "a\r\nb", "a\x85b", "a\u2028b"),
    *("\ufeff", "\ufeffa", "a\ufeff", "\x00", "\x07", "\x1b[0m", "\x7f", "\x80", "\x9f", "\xa0", "\u200b", "\ufffe"),
    *("é", "e\u0301", "中", "😀", "a\u0301", "\u202e", "\ud7ff", "\ue000", "\uffff", "\U0010ffff", "ß", "İ"),
    *("$X", "${X}", "{{ ds }}", "{% if a %}b{% endif %}", "{{ ti.xcom_pull('a')[\"b\"] }}", "{#", "#}", "a" * 300),
    *("a b " * 80, "x" * 200 + "\n" + "y" * 200, "line: one\n  two: 3\n", "- a\n- b\n", "  a\nb\n", "\n  a\n"),
]
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.text(CHARACTERS, max_size=40),
    st.text("ab \n\t'\"\\:#-?!&*%@`|>{}[],~=<._0123456789eExXoO+TZ", max_size=16),
    st.lists(st.sampled_from(["a", " ", "  b", "", "\t", "#", "- c", "d ", "é", "---"]), max_size=6).map("\n".join),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXTS, inner, max_size=5)),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(TEXTS, VALUES, max_size=6)


def exact(value: object) -> object:
    """A form in which equality is equality of types, order and sign as well."""
    match value:
        case dict():
            return ("dict", [(exact(key), exact(item)) for key, item in value.items()])
        case list():
            return ("list", [exact(item) for item in value])
        case float() if math.isnan(value):
            return "nan"
        case float():
            return ("float", repr(value))
        case _:
            return (type(value).__name__, value)


def load_as_the_service(text: str) -> object:
    return yaml.load(text, Loader=yaml.FullLoader)


def load_as_yaml12(text: str) -> object:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return reader.load(text)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("load", [load_as_the_service, load_as_yaml12])
def test_word_reads_back_wherever_it_stands(word, load):
    document = {"dag": {word: 1, "value": word, "list": [word, {"inner": word}], "dependencies": [word]}}
    if word in ("value", "list"):
        pytest.fail("choose other keys")
    assert exact(load(write_yaml(document))) == exact(document)


@settings(max_examples=80, deadline=None)
@given(DOCUMENTS)
@example({"a": [[], {}, [[]], [{}], {"b": []}]})
@example({"a": [1.0, -0.0, 1e16, 1e-7, 1.5e300, float("inf"), float("-inf"), 10**40, -(2**63)]})
def test_document_reads_back_by_the_services_loader(document):
    assert exact(load_as_the_service(write_yaml(document))) == exact(document)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_document_reads_back_as_yaml_1_2(document):
    assert exact(load_as_yaml12(write_yaml(document))) == exact(document)


@settings(max_examples=80, deadline=None)
@given(DOCUMENTS)
def test_text_is_printable_and_ends_in_one_newline(document):
    text = write_yaml(document)
    assert text.endswith("\n")
    assert all(character == "\n" or character.isprintable() or character >= "\xa0" for character in text)
    assert write_yaml(document) == text


def test_lines_are_not_folded():
    assert "word " * 99 in write_yaml({"a": {"query": "word " * 100 + "end"}})


def test_no_anchors_for_values_that_are_the_same_object():
    shared = {"a": [1]}
    text = write_yaml({"one": shared, "two": shared, "three": [shared["a"], shared["a"]]})
    assert "&" not in text
    assert load_as_the_service(text) == {"one": shared, "two": shared, "three": [[1], [1]]}


def test_dependencies_stand_in_one_line():
    assert "dependencies: [a, b]" in write_yaml({"task": {"dependencies": ["a", "b"]}})


SCRIPT = """
from dagconv.emit.writer import write_yaml
print(write_yaml({"d": {w: {w, "a", "b", "c"}.__len__() for w in ["x", "on", "é", "a\\nb"]}}).encode().hex())
from dagconv.emit.document import emit_document
from dagconv.ir.task import Argument, Operator, Task
from dagconv.ir.value import MapValue, ListValue
from dagconv.ir.workflow import Workflow
tasks = tuple(Task(n, Operator("a.B", "a.B"), (Argument("x", MapValue((("k", ListValue(("1", n))),))),)) for n in "zyx")
print(write_yaml(emit_document(Workflow("w", tasks=tasks))).encode().hex())
"""


def test_bytes_are_the_same_under_every_hash_seed():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert all(outputs)
