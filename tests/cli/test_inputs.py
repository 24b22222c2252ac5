"""`inputs`: what is listed, what is written to fill in, and how the call ends."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dagconv.cli.inputs import command
from dagconv.cli.main import run

pytestmark = pytest.mark.airflow

SOURCE = """
import os
from airflow.models import Variable
from airflow.sdk import DAG

bucket = Variable.get("bucket")
stage = os.environ.get("STAGE", "dev")
dag = DAG("etl", schedule=None)
"""


def call(tmp_path, *arguments):
    path = tmp_path / "etl.py"
    path.write_text(SOURCE)
    return CliRunner().invoke(command, [str(path), *arguments], standalone_mode=False)


def test_what_is_asked_for_is_listed_and_can_be_filled_in(tmp_path):
    result = call(tmp_path, "--template", str(tmp_path / "inputs"))
    assert result.return_value == 1
    assert "  bucket  " in result.output
    assert "etl.py:6" in result.output
    assert "  STAGE (has a default)  " in result.output
    assert json.loads((tmp_path / "inputs" / "variables.json").read_text()) == {"bucket": None}
    assert (tmp_path / "inputs" / "variables.json").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "inputs" / "environment.env").exists()  # what has a default needs nothing
    assert not (tmp_path / "inputs" / "connections.json").exists()


def test_nothing_is_missing_once_it_is_supplied(tmp_path):
    (tmp_path / "variables.json").write_text('{"bucket": "b"}')
    result = call(tmp_path, "--variables", str(tmp_path / "variables.json"))
    assert result.return_value == 0
    assert "bucket" not in result.output


def test_a_file_that_was_filled_in_is_kept(tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "variables.json").write_text('{"bucket": "mine"}')
    result = call(tmp_path, "--template", str(folder), "--no-discovery")
    assert "kept:" in result.output
    assert (folder / "variables.json").read_text() == '{"bucket": "mine"}'


MANY = {
    "config": "from airflow.models import Variable\nBUCKET = Variable.get('bucket')\n",
    "a": "from config import BUCKET\nfrom airflow.sdk import DAG\ndag = DAG('a', schedule=None)\n",
    "b": "from config import BUCKET\nfrom airflow.sdk import DAG\ndag = DAG('b', schedule=None)\n",
    "c": """
import os
from airflow.models import Variable
from airflow.sdk import DAG
count = int(Variable.get("count"))
config = Variable.get("config", deserialize_json=True)
prefix = config["prefix"]
stage = os.environ["STAGE"]
dag = DAG("c", schedule=None)
""",
}


@pytest.fixture
def many(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in MANY.items():
        (tmp_path / f"{name}.py").write_text(text)
    return lambda *arguments: CliRunner().invoke(command, [".", *arguments], standalone_mode=False)


def test_each_place_is_told_once_with_the_files_that_wait(many):
    lines = many().output.splitlines()
    assert [line for line in lines if "bucket" in line] == ["  bucket (2 files wait for it)  config.py:2"]
    assert "  count (a whole number, 1 file waits for it)  c.py:5" in lines
    assert "  config (JSON, 1 file waits for it)  c.py:6" in lines


def test_a_template_that_is_not_filled_in_gives_nothing(many, tmp_path):
    many("--template", "inputs")
    variables = json.loads((tmp_path / "inputs/variables.json").read_text())
    assert variables == {"bucket": None, "config": {"prefix": None}, "count": None}
    assert (tmp_path / "inputs/environment.env").read_text().splitlines()[1:] == ["#STAGE="]
    given = ("--variables", "inputs/variables.json", "--env-file", "inputs/environment.env")
    assert many(*given).output == many("--no-discovery").output
    (tmp_path / "inputs/variables.json").write_text('{"bucket": "b", "config": {"prefix": "p"}, "count": 3}')
    (tmp_path / "inputs/environment.env").write_text("STAGE=dev\n")
    assert many(*given).output == "nothing is asked for\n"
    # The same without a word of the user, since the files stand where they belong.
    found, nothing = many().output.splitlines()
    assert found.startswith(
        "found beside the DAGs: inputs/variables.json (--variables), inputs/environment.env (--env-file)"
    )
    assert nothing == "nothing is asked for"


def test_a_folder_without_a_file_is_said(tmp_path, capfd):
    assert run(["inputs", str(tmp_path)]) == 0
    assert "warning: no file to load" in capfd.readouterr().err
