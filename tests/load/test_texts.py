"""Source text in other encodings, text that is no Python, and text that no definition can hold."""

from __future__ import annotations

import pytest

from dagconv.diagnostics.report import FileStatus

pytestmark = pytest.mark.airflow

READ = ["bom", "crlf", "latin_1", "ansi_in_values"]
FAULTY = ["form_feed", "python_2", "new_syntax", "missing_module", "ansi_in_names"]
UNWRITABLE = ["nul_in_argument", "surrogate_in_argument", "surrogate_in_description"]
WITHOUT = ["only_comments", "no_dag", "uncalled_function", "empty", "utf_16", "binary"]


@pytest.mark.parametrize("case", READ)
def test_text_that_python_reads_is_converted(case, batch):
    assert batch[case].status is FileStatus.CONVERTED


def test_values_keep_their_characters_and_output_is_utf_8_with_plain_line_ends(batch):
    assert "bucket_name: café\n" in batch["latin_1"].texts[0]
    assert 'bucket_name: "one\\ntwo"' in batch["crlf"].texts[0] or "one\n" in batch["crlf"].texts[0]
    assert "\r" not in batch["crlf"].texts[0]
    assert '"\\e[31mred\\e[0m\\a"' in batch["ansi_in_values"].texts[0]


@pytest.mark.parametrize("case", FAULTY)
def test_what_is_wrong_with_a_file_is_said_at_its_line(case, batch):
    assert batch[case].status is FileStatus.FAILED


@pytest.mark.parametrize("case", UNWRITABLE)
def test_text_that_no_definition_can_hold_is_refused_at_its_field(case, batch):
    assert batch[case].status is FileStatus.REFUSED


def test_the_field_is_named(batch):
    (message,) = batch["nul_in_argument"].messages("DC172")
    assert message == "bucket_name of task bucket holds a NUL character, which no definition can hold"
    (message,) = batch["surrogate_in_description"].messages("DC172")
    assert message.startswith("description of DAG surrogate_in_description holds half of a surrogate pair")


@pytest.mark.parametrize(("case", "line"), [("no_dag", None), ("uncalled_function", 8)])
def test_a_file_without_a_dag_is_skipped_with_the_reason(case, line, batch):
    (finding,) = (d for d in batch[case].report.diagnostics if d.code == "DC121")
    assert finding.location.line == line
    assert batch[case].status is FileStatus.SKIPPED


def test_the_function_that_would_make_one_is_named(batch):
    assert batch["uncalled_function"].messages("DC121")[0].endswith("; build() would make one")


@pytest.mark.parametrize(
    ("case", "code", "status"),
    [
        ("empty", "DC121", FileStatus.SKIPPED),
        ("only_comments", "DC121", FileStatus.SKIPPED),
        ("utf_16", "DC193", FileStatus.FAILED),
        ("binary", "DC193", FileStatus.FAILED),
    ],
)
def test_what_holds_no_python_is_told_apart(case, code, status, batch):
    assert batch[case].messages(code)
    assert batch[case].status is status


def test_names_with_control_characters_are_shown_escaped(batch):
    assert r"\x1b[31mred" in batch["ansi_in_names"].messages("DC103")[0]
