"""`config`: values with their origins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_origins_are_shown(call, monkeypatch, tmp_path):
    Path("dagconv.toml").write_text('output = "definitions"\n')
    monkeypatch.setenv("DAGCONV_STRICT", "1")
    out = call("config")[1]
    assert f'output = "definitions"  # {tmp_path / "dagconv.toml"}\n' in out
    assert "strict = true  # environment DAGCONV_STRICT\n" in out
    assert "timeout = 30.0  # default\n" in out


def test_json_and_single_keys(call):
    document = json.loads(call("config", "format", "ignore", "--format", "json")[1])
    assert document == {
        "format": {"value": "full", "origin": "default"},
        "ignore": {"value": [], "origin": "default"},
    }


def test_a_wrong_setting_exits_2(call, monkeypatch):
    monkeypatch.setenv("DAGCONV_STRICT", "perhaps")
    code, _, err = call("config")
    assert code == 2
    assert "DAGCONV_STRICT" in err


WRONG = {
    ("--select", "XX9"): "select: no code XX9",
    ("--select", "DC3099"): "select: no code DC3099; did you mean DC",
    ("--extend-select", "retries-above-limt"): "extend-select: no code retries-above-limt; did you mean retries-above-",
    ("--ignore", "DC623,nope"): "ignore: no code nope",
    ("--ignore", "DC221"): "ignore: DC221 was retired: said of the definition itself: DC459",
}


@pytest.mark.parametrize(("options", "said"), WRONG.items(), ids=lambda value: " ".join(value))
@pytest.mark.parametrize("verb", [("validate", "."), ("convert", ".", "-o", "out")], ids=lambda verb: verb[0])
def test_a_misspelt_code_is_refused(call, verb, options, said):
    code, out, err = call(*verb, *options)
    assert (code, out) == (2, "")
    assert f"command line: {said}" in err


@pytest.mark.parametrize("name", ["DC6", "dc62", "DC623", "ignored-task-setting", "ALL", "all"])
def test_codes_their_beginnings_and_slugs_are_known(call, name):
    assert call("validate", ".", "--select", name, "--ignore", name)[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ignore = ["DC999"]\n', "dagconv.toml: ignore: no code DC999"),
        ('[per-file-ignores]\n"old/*" = ["DC62x"]\n', "dagconv.toml: per-file-ignores for old/*: no code DC62x; did"),
        ('accept = ["interval-shfit"]\n', "accept names no loss interval-shfit; did you mean interval-shift?"),
    ],
)
def test_a_misspelt_name_in_a_file_is_refused(call, text, said):
    Path("dagconv.toml").write_text(text)
    for verb in (("config",), ("validate", "."), ("convert", ".", "-o", "out"), ("inputs", ".")):
        code, _, err = call(*verb)
        assert (code, said in err) == (2, True), (verb, err)


def test_a_misspelt_name_in_the_environment_or_for_accept_is_refused(call, monkeypatch):
    code, _, err = call("convert", ".", "-o", "out", "--accept", "everything")
    assert (code, "command line: accept names no loss everything; known are " in err) == (2, True)
    assert call("convert", ".", "-o", "out", "--accept", "interval-shift")[0] == 0
    monkeypatch.setenv("DAGCONV_IGNORE", "DC9,DCX")
    code, _, err = call("config")
    assert (code, "environment DAGCONV_IGNORE: ignore: no code DCX" in err) == (2, True)


def test_a_retired_code_is_never_used_again_and_explained_as_such(call):
    from dagconv.rules import RETIRED, catalogue

    assert not {rule.code for rule in catalogue()} & set(RETIRED)
    for code in RETIRED:
        assert f"{code} was retired" in call("explain", code)[2]
