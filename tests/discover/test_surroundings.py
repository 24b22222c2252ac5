"""What stands beside the DAGs is found where people keep it; requirements tell the provider and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagconv.discover.surroundings import inputs_folder, look_around


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("dags/sub", "inputs", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "dags/sub/a.py").touch()
    (tmp_path / "inputs/variables.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize("source", ["dags", "dags/sub", "dags/sub/a.py", "dags/"])
def test_inputs_stand_beside_the_dags_folder(project, source):
    found = look_around([source])
    assert found.values == {"variables": (("inputs/variables.json",), "inputs/variables.json")}
    assert inputs_folder([source]) == "inputs"
    assert str(project / "inputs/environment.env") in found.looked
    assert str(project / "requirements.txt") in found.looked


def test_a_folder_of_another_name_has_its_own(project):
    assert look_around(["elsewhere"]).values == {}
    assert inputs_folder(["elsewhere"]) == "elsewhere/inputs"
    assert look_around(["."]).values.keys() == {"variables"}


@pytest.mark.parametrize(
    ("text", "releases"),
    [
        ("apache-airflow-providers-amazon==9.2.0  # pinned\n", {"source-provider": "9.2.0"}),
        ("apache-airflow>=2.10\napache-airflow-providers-amazon>=8\n", {}),
        ("my-apache-airflow==2.1\napache-airflow==4.0\n", {}),
        ("", {}),
    ],
)
def test_requirements_tell_the_provider_that_they_pin(project, text, releases):
    Path("requirements.txt").write_text(text)
    found = {name: value for name, (value, file) in look_around(["dags"]).values.items() if file == "requirements.txt"}
    assert found == releases
