"""Another package with the same command is said, and whose the command is now."""

from __future__ import annotations

import sys

import pytest

from dagconv.discover import clash


@pytest.mark.parametrize(("text", "state"), [("import dagconv", "it is ours now"), ("import peer", "that package's")])
def test_the_other_owner_of_the_command_is_said(tmp_path, monkeypatch, text, state):
    assert clash.script_findings(tmp_path) == ()
    (tmp_path / "python_to_yaml_dag_converter_mwaa_serverless-0.1.4.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "dag-converter").write_text(f"#!{sys.executable}\n{text}\n")
    (found,) = clash.script_findings(tmp_path)
    assert found.rule.slug == "script-shared"
    assert state in found.message
