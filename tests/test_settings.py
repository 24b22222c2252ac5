"""Settings: flag over environment over file over default, origins known, everything unknown refused."""

from __future__ import annotations

import pytest

from dagconv.errors import UsageError
from dagconv.settings import KEYS, read_settings, settings_text


def read(tmp_path, flags=None, environment=None, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return read_settings(flags or {}, environment or {}, tmp_path)


def test_defaults(tmp_path):
    settings = read(tmp_path)
    assert {setting.origin for setting in settings.values.values()} == {"default"}
    assert settings.choice("format") == "full"
    assert settings.number("timeout") == 30
    assert settings.words("ignore") == ()


def test_each_layer_covers_the_one_below(tmp_path):
    pyproject = '[tool.dagconv]\nformat = "json"\ntimeout = 5\nstrict = true\n'
    settings = read(tmp_path, {"format": "concise", "jobs": None}, {"DAGCONV_TIMEOUT": "7"}, pyproject=pyproject)
    assert (settings.choice("format"), settings.values["format"].origin) == ("concise", "command line")
    assert (settings.number("timeout"), settings.values["timeout"].origin) == (7, "environment DAGCONV_TIMEOUT")
    assert (settings.flag("strict"), settings.values["strict"].origin) == (True, str(tmp_path / "pyproject.toml"))
    assert settings.values["jobs"].origin == "default"


def test_the_nearest_file_counts_and_the_own_one_first(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.dagconv]\nformat = "json"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\n")
    assert read_settings({}, {}, inner).choice("format") == "json"
    (tmp_path / "dagconv.toml").write_text('format = "concise"\n')
    assert read_settings({}, {}, inner).choice("format") == "concise"


def test_lists_and_tables(tmp_path):
    text = 'ignore = ["DC2"]\n[per-file-ignores]\n"legacy/*" = ["DC301"]\n'
    settings = read(tmp_path, environment={"DAGCONV_SELECT": "DC3, DC4"}, dagconv=text)
    assert settings.words("ignore") == ("DC2",)
    assert settings.words("select") == ("DC3", "DC4")
    assert settings.table("per-file-ignores") == {"legacy/*": ("DC301",)}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("formt = 'json'\n", "unknown setting 'formt'; did you mean format"),
        ("format = 'xml'\n", "format = 'xml' is not one of full, concise"),
        ("jobs = 0\n", "jobs = 0 is not a whole number above 0"),
        ("jobs = true\n", "jobs = True is not a whole number"),
        ("timeout = 'x'\n", "timeout = 'x' is not a number"),
        ("timeout = inf\n", "is not a number"),
        ("strict = 1\n", "strict = 1 is not true or false"),
        ("ignore = 'DC1'\n", "ignore = 'DC1' is not a list"),
        ("[per-file-ignores]\na = 'DC1'\n", "is not a table of lists"),
        ("format = \n", "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_the_file(tmp_path, text, complaint):
    with pytest.raises(UsageError) as raised:
        read(tmp_path, dagconv=text)
    assert complaint in str(raised.value)
    assert "dagconv.toml" in str(raised.value)


@pytest.mark.parametrize(
    ("variable", "text"),
    [("DAGCONV_FORMT", "json"), ("DAGCONV_JOBS", "many"), ("DAGCONV_STRICT", "perhaps"), ("DAGCONV_TIMEOUT", "nan")],
)
def test_what_is_wrong_in_the_environment_is_named(tmp_path, variable, text):
    with pytest.raises(UsageError, match=variable):
        read(tmp_path, environment={variable: text})


def test_every_key_but_tables_can_stand_in_the_environment(tmp_path):
    sample = {"text": "x", "number": "2.5", "count": "3", "flag": "true", "list": "a,b"}
    for key in KEYS:
        if key.kind.value != "table":
            text = key.choices[-1] if key.choices else sample[key.kind.value]
            origin = read(tmp_path, environment={key.variable: text}).values[key.name].origin
            assert origin == f"environment {key.variable}"


def test_settings_are_written_as_they_are_read(tmp_path):
    values = {
        "output": ('my "yaml"', "by dags\nstrict = true"),
        "variables": (("a.json", "ö.json"), ""),
        "strict": (False, ""),
    }
    (tmp_path / "dagconv.toml").write_text(settings_text(values))
    read = read_settings({}, {}, tmp_path)
    assert {name: read.values[name].value for name in values} == {name: value for name, (value, _) in values.items()}
