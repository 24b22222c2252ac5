"""`config`: values with their origins."""

from __future__ import annotations

import json
from pathlib import Path


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
