"""Configurations of the source's Airflow, as a file of its own or as the environment's options."""

from __future__ import annotations

import pytest

from dagconv.errors import UsageError
from dagconv.load.configuration import not_carried, read_configuration
from dagconv.load.overlay import install_overlay

pytestmark = pytest.mark.slow


def test_sections_and_options_say_the_same(tmp_path):
    cfg, options = tmp_path / "airflow.cfg", tmp_path / "options.json"
    cfg.write_text("[core]\ndefault_task_retries = 2\nfernet_key = a%b\n[scheduler]\ncatchup_by_default = False\n")
    options.write_text(
        '{"core.default_task_retries": 2, "core.fernet_key": "a%b", "scheduler.catchup_by_default": false}'
    )
    expected = {"core.default_task_retries": "2", "core.fernet_key": "a%b", "scheduler.catchup_by_default": "False"}
    assert read_configuration(cfg) == read_configuration(options) == expected


def test_options_that_are_not_taken_over_are_named(tmp_path):
    path = tmp_path / "airflow.cfg"
    path.write_text("[core]\nparallelism = 64\ndefault_task_retries = 2\n")
    (finding,) = not_carried(path)
    assert (finding.code, dict(finding.params)["option"]) == ("DC940", "core.parallelism")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.cfg", "no section = 1\n"),
        ("a.cfg", "[core]\ndefault_task_retries = many\n"),
        ("a.cfg", "[scheduler]\ncatchup_by_default = perhaps\n"),
        ("a.json", "[]"),
        ("a.yaml", "retries: 2"),
        ("a.yaml", "a: b: c"),
    ],
)
def test_what_is_no_configuration_is_said(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError, match=name):
        read_configuration(path)


def test_an_option_set_to_nothing_is_left_alone(tmp_path):
    path = tmp_path / "airflow.cfg"
    path.write_text("[core]\ndefault_task_execution_timeout =\n")
    assert read_configuration(path) == {"core.default_task_execution_timeout": ""}


def test_requirements_that_pip_refuses_are_said(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "requirements.txt"
    path.write_text("./there-is-no-such-folder\n")
    with pytest.raises(UsageError, match=r"requirements\.txt"):
        install_overlay(path)
    with pytest.raises(UsageError, match="No such file"):
        install_overlay(tmp_path / "missing.txt")


def test_the_engine_is_never_installed_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "requirements.txt"
    path.write_text("apache-airflow==2.10.3\nApache-Airflow[amazon]\ndag-factory==0.9\n# nothing else\n")
    packages = install_overlay(path)
    assert not [entry for entry in packages.iterdir() if entry.suffix == ".dist-info"]
    assert install_overlay(path) == packages
