"""Which Airflow the DAGs of a root are for: by what pins it, else by all files, whichever of them a call names."""

from __future__ import annotations

import pytest

from dagconv.discover.ignore import IgnoreSyntax
from dagconv.discover.source_airflow import dags_root, ignore_syntax, source_airflow

PLAIN = "from airflow import DAG\ndag = DAG('a', schedule='@daily')\n"
OLD = "from airflow import DAG\ndag = DAG('a', schedule_interval='@daily')\n"
OF_1_10 = "from airflow.contrib.operators.ecs_operator import ECSOperator\nfrom airflow import DAG\n"
NEW = "from airflow.sdk import DAG\ndag = DAG('a')\n"
GUARDED = f"try:\n    from airflow.sdk import DAG\nexcept ImportError:\n    from airflow import DAG\n{PLAIN}"


@pytest.fixture
def root(tmp_path, monkeypatch):
    folder = tmp_path / "project" / "dags"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    return folder


def put(root, **files):
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)


@pytest.mark.parametrize(
    ("files", "generation"),
    [
        ({"a": PLAIN}, ""),
        ({"a": PLAIN, "b": OLD}, "2"),
        ({"a": PLAIN, "b": NEW}, "3"),
        ({"a": PLAIN, "b": OF_1_10}, "1.10"),
        ({"a": OF_1_10, "b": "from airflow import DAG\nfrom airflow.decorators import task\n"}, "2"),
        ({"a": GUARDED}, ""),
        ({"a": GUARDED, "b": OLD}, "2"),
        ({"a": "from airflow.operators.s3_list import (  # dag\n    old\n)\n"}, ""),
        ({"a": "airflow dag (\n"}, ""),  # no Python
    ],
)
def test_files_show_it(root, files, generation):
    put(root, **files)
    found = source_airflow(root)
    assert (found.generation, found.contradiction) == (generation, "")
    assert bool(found.reason) == bool(generation)


def test_files_that_contradict_one_another_are_named_both(root):
    put(root, a=OLD, b=NEW, c=PLAIN)
    found = source_airflow(root)
    assert found.generation == ""
    assert found.reason == "Airflow 2 by schedule_interval (dags/a.py:2)"
    assert found.contradiction == "Airflow 3 by airflow.sdk.DAG (dags/b.py:1)"


@pytest.mark.parametrize(
    ("name", "text", "generation"),
    [
        ("requirements.txt", "pandas\napache-airflow[amazon]==2.8.1  # as in production\n", "2"),
        ("requirements.txt", "# apache-airflow==2.8.1\n", "3"),  # a comment pins nothing: the files decide
        ("requirements.txt", "apache-airflow-providers-amazon==8.1.0\n", "3"),
        ("constraints.txt", "apache-airflow==1.10.15\n", "1.10"),
        ("requirements.txt", "-c https://raw.example.com/apache/airflow/constraints-2.7.2/constraints-3.11.txt\n", "2"),
        ("Dockerfile", "FROM public.example.com/apache/airflow:slim-2.9.0-python3.11\n", "2"),
        ("airflow.cfg", "[webserver]\nbase_url = x\n", "2"),
        ("airflow.cfg", "[execution_api]\njwt = x\n[webserver]\n", "3"),
        ("airflow.cfg", "no section\n", "3"),
    ],
)
@pytest.mark.parametrize("above", [True, False])
def test_what_pins_it_beside_the_dags_goes_before_the_files(root, name, text, generation, above):
    put(root, a=NEW)
    (root.parent / name if above else root / name).write_text(text)
    assert source_airflow(root).generation == generation


def test_pins_that_contradict_one_another_are_no_answer(root):
    (root.parent / "requirements.txt").write_text("apache-airflow==2.8.1\n")
    (root.parent / "Dockerfile").write_text("FROM apache/airflow:3.0.6\n")
    found = source_airflow(root)
    assert (found.generation, found.reason) == ("", "Airflow 2 by requirements.txt line 1")
    assert found.contradiction == "Airflow 3 by Dockerfile line 1"


def test_each_part_of_a_root_gets_the_answer_of_the_whole(root):
    (root / "team" / "etl").mkdir(parents=True)
    put(root, a=PLAIN)
    (root / "team" / "etl" / "b.py").write_text(OLD)
    answers = {source_airflow(dags_root(folder)) for folder in (root, root / "team", root / "team" / "etl")}
    assert len(answers) == 1


def test_a_folder_of_another_name_marks_itself(tmp_path):
    inner = tmp_path / "pipelines" / "team"
    inner.mkdir(parents=True)
    assert dags_root(inner) == inner
    (tmp_path / "pipelines" / ".airflowignore").write_text("")
    assert dags_root(inner) == tmp_path / "pipelines"


@pytest.mark.parametrize(("image", "marks"), [("apache/airflow:2.10.5", True), ("python:3.11-slim", False)])
def test_an_image_of_something_else_marks_no_folder(tmp_path, image, marks):
    inner = tmp_path / "pipelines"
    inner.mkdir()
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\n")
    assert dags_root(inner) == (tmp_path if marks else inner)


@pytest.mark.parametrize("pattern", ["old_*", "old_"])
def test_files_that_airflow_ignores_show_nothing_in_either_syntax(root, pattern):
    put(root, old_a=OLD, b=NEW)
    (root / ".airflowignore").write_text(f"{pattern}\n")
    assert source_airflow(root).generation == "3"


@pytest.mark.parametrize(
    ("files", "named", "said", "syntax"),
    [
        ({"a": OLD}, None, None, IgnoreSyntax.REGEXP),
        ({"a": NEW}, None, None, IgnoreSyntax.GLOB),
        ({"a": PLAIN}, None, None, IgnoreSyntax.GLOB),
        ({"a": OLD}, "glob", None, IgnoreSyntax.GLOB),
        ({"a": OLD}, None, "3", IgnoreSyntax.GLOB),
        ({"a": NEW}, None, "1.10", IgnoreSyntax.REGEXP),
    ],
)
def test_patterns_are_read_as_that_airflow_reads_them(root, files, named, said, syntax):
    put(root, **files)
    assert ignore_syntax([str(root)], named, said) is syntax
    assert ignore_syntax([str(root / "a.py")], named, said) is syntax
