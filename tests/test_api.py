"""The public API: what it hands out is what the command line writes and prints, and its options are the settings'."""

from __future__ import annotations

import collections.abc
import json
import re
import shutil
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import dagconv
from dagconv.errors import UsageError
from dagconv.settings import KEYS, Kind

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
TYPES = {
    Kind.TEXT: str,
    Kind.NUMBER: float,
    Kind.COUNT: int,
    Kind.FLAG: bool,
    Kind.LIST: collections.abc.Sequence[str],
}
# What says how findings are shown, where definitions go, and which files of a folder are judged.
NOT_ABOUT_CONVERTING = {
    "output", "format", "color", "schema-line", "strict", "select", "extend-select", "ignore", "per-file-ignores",
    "baseline", "include", "exclude", "cache",
}  # fmt: skip


def run(*arguments, cwd):
    command = [sys.executable, "-m", "dagconv", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def without_header(text):
    return re.sub(r"\A(#.*\n)+", "", text)


def without_time(document):
    return {**document, "summary": {**document["summary"], "seconds": 0}}


def test_options_are_the_settings_about_converting():
    hints = typing.get_type_hints(dagconv.ConvertOptions)
    keys = {key.name.replace("-", "_"): key for key in KEYS if key.name not in NOT_ABOUT_CONVERTING}
    assert set(hints) == set(keys)
    for name, key in keys.items():
        if key.choices and key.kind is Kind.TEXT:
            assert typing.get_args(hints[name]) == key.choices
        else:
            assert hints[name] == TYPES[key.kind], name


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"source_airlow": "2"}, "unknown option 'source_airlow'; did you mean source-airflow?"),
        ({"dst": "spring"}, "dst = 'spring' is not one of refuse, winter, summer"),
        ({"accept": ["interval-shfit"]}, "interval-shfit"),
        ({"variables": ["missing.json"]}, "missing.json"),
    ],
)
def test_options_that_cannot_be_are_refused(options, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        dagconv.convert(FIXTURES / "convert", **options)


def test_paths_that_are_not_there_are_refused():
    for verb in (dagconv.convert, dagconv.validate, dagconv.assess):
        for paths in ("no/such/place", []):
            with pytest.raises(UsageError):
                verb(paths)


def test_settings_of_the_folder_and_the_environment_are_not_read(tmp_path, monkeypatch):
    (tmp_path / "dagconv.toml").write_text('dst = "nonsense"\n')
    monkeypatch.setenv("DAGCONV_NONSENSE", "1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.py").write_text("print('no dag')\n")
    result = dagconv.convert(tmp_path)
    assert result.ok
    assert result.document["summary"]["skipped"] == 1


def test_validate_finds_what_the_command_finds(tmp_path):
    texts = sorted((FIXTURES / "check").glob("*/*.yaml"))[:12]
    for number, text in enumerate(texts):
        shutil.copy(text, tmp_path / f"{number:02}.yaml")
    result = dagconv.validate(str(tmp_path))
    printed = run("validate", str(tmp_path), "--format", "json", cwd=tmp_path)
    assert without_time(result.document) == without_time(json.loads(printed.stdout))
    assert not result.ok
    assert {one.code for one in result.diagnostics} >= {
        found["code"] for file in result.document["files"] for found in file["diagnostics"]
    }


@pytest.mark.airflow
def test_convert_hands_out_what_the_command_writes(tmp_path):
    dags = tmp_path / "dags"
    dags.mkdir()
    for area, case in (("convert", "create_s3_objects"), ("code", "taskflow")):
        shutil.copy(FIXTURES / area / case / "dag.py", dags / f"{case}.py")
    result = dagconv.convert(dags, source_airflow="3", code_package=True)
    command = ["convert", str(dags), "--output", "out", "--source-airflow", "3", "--code-package", "--format", "json"]
    printed = json.loads(run(*command, cwd=tmp_path).stdout)
    written = {path.stem: path.read_text("utf-8") for path in (tmp_path / "out").glob("*.yaml")}
    assert len(written) == 2
    assert {name: without_header(text) for name, text in written.items()} == dict(result.definitions)
    packed = {path.stem: path.read_bytes() for path in (tmp_path / "out").glob("*.zip")}
    assert packed
    assert packed == dict(result.packages)
    for file in printed["files"]:
        for dag in file["dags"]:
            dag["output"] = None
    printed["summary"]["to_do"] = []
    assert without_time(result.document) == without_time(printed)


@pytest.mark.airflow
def test_the_example_of_the_documentation_runs(tmp_path, monkeypatch, capsys):
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text("utf-8"), re.DOTALL)
    shutil.copytree(FIXTURES / "convert/create_s3_objects", tmp_path / "dags")
    monkeypatch.chdir(tmp_path)
    printed = run("convert", "dags", "--output", "definitions", "--source-airflow", "2", cwd=tmp_path)
    assert printed.returncode == 0, printed.stderr
    exec(compile(example, "docs/api.md", "exec"), {})
    (written,) = (tmp_path / "definitions").glob("*.yaml")
    first, *_, shares = capsys.readouterr().out.splitlines()
    assert first.split() == [written.stem, str(len(without_header(written.read_text("utf-8"))))]
    assert "'outcome': 'converts today'" in shares


def test_everything_public_is_documented():
    table = re.findall(r"^\| `(\w+)", (ROOT / "docs/api.md").read_text("utf-8"), re.M)
    assert sorted(table) == sorted(dagconv.__all__)
