"""`inputs`: what is listed, what is written to fill in, and how the call ends."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dagconv.cli.inputs import command

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
    assert json.loads((tmp_path / "inputs" / "variables.json").read_text()) == {"bucket": ""}
    assert (tmp_path / "inputs" / "environment.env").read_text() == "STAGE=\n"
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
    result = call(tmp_path, "--template", str(folder))
    assert "kept:" in result.output
    assert (folder / "variables.json").read_text() == '{"bucket": "mine"}'
