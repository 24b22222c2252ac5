"""`init` writes settings that can be read, from what is there, and touches nothing that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagconv.settings import read_settings


@pytest.fixture
def project(call):
    Path("dags").mkdir()
    Path("inputs").mkdir()
    return call


def test_what_is_found_is_written_with_its_reason(project):
    Path("requirements.txt").write_text("apache-airflow==2.10.5\napache-airflow-providers-amazon==9.2.0\n")
    Path("inputs/variables.json").write_text("{}")
    code, out, err = project("init")
    assert (code, err) == (0, "")
    assert out == Path("dagconv.toml").read_text()
    settings = read_settings({}, {}, Path.cwd())
    assert settings.values["output"].value == "definitions"
    assert settings.values["source-airflow"].value == "2"
    assert settings.values["source-provider"].value == "9.2.0"
    assert settings.words("variables") == ("inputs/variables.json",)
    assert 'source-airflow = "2"  # by requirements.txt line 1' in out


def test_what_nothing_tells_is_said_and_left_out(project):
    code, out, err = project("init", "dags", "-o", 'my yaml/ö"')
    assert (code, "source-airflow" in out, "is not told" in err) == (0, False, True)
    assert read_settings({}, {}, Path.cwd()).values["output"].value == 'my yaml/ö"'


def test_what_is_said_is_written(project):
    Path("requirements.txt").write_text("apache-airflow==3.0.6\n")
    code, out, err = project("init", "--source-airflow", "2")
    assert (code, err) == (0, "")
    assert 'source-airflow = "2"\n' in out


def test_a_file_that_is_there_is_left_as_it_is(project):
    Path("dagconv.toml").write_text("strict = true\n")
    code, _, err = project("init")
    assert (code, "exists" in err) == (2, True)
    assert Path("dagconv.toml").read_text() == "strict = true\n"
    assert project("init", "nowhere")[0] == 2


def test_convert_then_needs_no_option(project):
    project("init")
    assert project("convert", "dags", a="dag one\n")[0] == 0
    assert Path("definitions/one.yaml").exists()
