"""No text in a finding, and no place of it, makes a format fail or lie about its own syntax."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.diagnostics import Location
from dagconv.diagnostics.folding import fold
from dagconv.diagnostics.render import FORMATS, RenderOptions, renderer
from dagconv.diagnostics.report import FileReport, FileStatus, Report

from .conftest import ERROR, WARNING

TEXT = st.text(st.characters(), max_size=30)  # lone surrogates and control characters included
NUMBER = st.one_of(st.none(), st.integers(1, 40))
PLACE = st.one_of(st.none(), st.builds(Location, TEXT, NUMBER, NUMBER, NUMBER, NUMBER))
FOUND = st.builds(
    lambda rule, place, names, texts: rule.at(
        place, dag_id=names[0], task_id=names[1], key=names[2], text=texts[0], advice=texts[1]
    ),
    st.sampled_from([ERROR, WARNING]),
    PLACE,
    st.tuples(*[st.one_of(st.none(), TEXT)] * 3),
    st.tuples(TEXT, TEXT),
)


@pytest.mark.parametrize("form", FORMATS)
@given(found=st.lists(FOUND, max_size=3), path=TEXT, lines=st.lists(TEXT, max_size=3), color=st.booleans())
def test_any_text_can_be_shown(form, found, path, lines, color):
    report = Report((FileReport(path, FileStatus.REFUSED, (), tuple(found)),), tuple(found[:1]))
    text = renderer(form)(report, RenderOptions(lambda _: lines, "1", color=color))
    text.encode("utf-8")
    count, folded = len(found) + len(found[:1]), len(fold(report, notes=True)[0])
    match form:
        case "json":
            assert len(json.loads(text)["files"][0]["diagnostics"]) == len(found)
        case "sarif":
            assert len(json.loads(text)["runs"][0]["results"]) == count
        case "junit":
            assert ElementTree.fromstring(text).tag == "testsuites"
        case "github" | "concise":
            assert len(text.split("\n")) == folded + 1
        case "markdown":
            shown = [line for line in text.split("\n") if re.match(r"\| (<code>|the call)", line)]
            assert len(shown) == folded
            assert all(len(re.findall(r"(?<!\\)\|", line)) == 4 for line in shown)
        case "full":
            assert sum(line.startswith(("error[", "warning[", "\x1b[1;3")) for line in text.split("\n")) >= folded
