"""The table by which derived permissions are judged: classes that convert, arguments and actions that exist."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from dagconv.catalog.operators import load_operators

ROOT = Path(__file__).parents[1]
TABLE = json.loads((ROOT / "fixtures" / "permissions" / "expected.json").read_text("utf-8"))
ROWS = TABLE["classes"]
BEYOND = {"other-name", "403-for-404", "role-passed", "caller-rights"}


def known_actions() -> dict[str, set[str]]:
    """Actions by service prefix, in lower case, from cfn-lint's policy data: nothing of ours has a hand in it."""
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None, "cfn-lint comes with moto, of the development environment"
    (folder,) = spec.submodule_search_locations or ()
    data = json.loads((Path(folder) / "data" / "AdditionalSpecs" / "Policies.json").read_text("utf-8"))
    return {prefix: set(body["Actions"]) for prefix, body in data.items()}


KNOWN = known_actions()


def test_the_table_is_as_large_as_was_asked():
    beyond = [row for row in ROWS if any("beyond" in action for action in row["actions"].values())]
    assert len(ROWS) >= 40
    assert len({row["class"] for row in ROWS}) == len(ROWS)
    assert len({row["class"].rpartition(".")[0].rpartition(".")[2] for row in ROWS}) >= 20
    assert len(beyond) * 2 >= len(ROWS)
    assert {action["beyond"] for row in beyond for action in row["actions"].values() if "beyond" in action} == BEYOND


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["class"].rpartition(".")[2])
def test_a_row_names_what_exists(row):
    operator = load_operators().find(row["class"])
    assert operator is not None
    required = {name for name, parameter in operator.parameters.items() if parameter.required} - {"task_id"}
    assert required <= row["with"].keys() <= operator.parameters.keys()
    for name, action in row["actions"].items():
        prefix, _, verb = name.partition(":")
        assert verb.lower() in KNOWN[prefix], name
        assert re.fullmatch(r"https://docs\.aws\.amazon\.com/[\w./-]+\.html", action["source"])
        assert action.keys() <= {"source", "beyond"}
    assert ("iam:PassRole" in row["actions"]) == bool(row.get("passes"))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "passes" in row], ids=lambda row: row["class"].rpartition(".")[2]
)
def test_a_role_that_is_passed_stands_in_an_argument_or_nowhere(row):
    for service, passed in row["passes"].items():
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com", service)
        value = row["with"]
        for part in filter(None, passed["argument"].split(".")):
            value = value[part]
        assert passed["argument"] == "" or value.rpartition("/")[2]


def test_an_action_that_nobody_knows_would_be_noticed():
    assert "headobject" not in KNOWN["s3"]
    assert "getobject" in KNOWN["s3"]
