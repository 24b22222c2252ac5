"""Findings survive the way to data and back, and data that is none is refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from dagconv.check.definition import check_definition
from dagconv.check.rules.time.retries import LIMIT
from dagconv.diagnostics import Catalogue, Location, Severity
from dagconv.diagnostics.codec import CodecError, from_data, to_data
from dagconv.rules import catalogue

FIXTURES = Path(__file__).parents[2] / "fixtures" / "check"
RULES = Catalogue([LIMIT])
FOUND = LIMIT.at(
    Location("dags/etl.py", 2, 18, 2, 27),
    dag_id="etl",
    task_id="load",
    key="retries",
    related=(Location("dags/other.py", 7),),
    severity=Severity.WARNING,
    found="7",
    limit=3,
    sure=True,
)


def test_a_finding_survives_the_way_to_json_and_back() -> None:
    back = from_data(json.loads(json.dumps(to_data(FOUND))), RULES)
    assert back == FOUND
    assert back.message == "retries is 7, but the service takes 0 to 3"
    assert (back.param("limit"), back.param("sure"), back.param("none")) == (3, True, None)


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("fires.yaml")), ids=lambda path: path.parent.name)
def test_what_the_checks_find_survives_it_too(path: Path) -> None:
    found = check_definition(path.read_bytes(), path.name)
    assert found
    assert [from_data(json.loads(json.dumps(to_data(one))), catalogue()) for one in found] == found


def test_the_data_holds_no_rendered_words() -> None:
    assert "message" not in to_data(FOUND)
    assert "help" not in to_data(FOUND)


BAD = {
    "an unknown code": {"code": "DC398"},
    "a slug for a code": {"code": LIMIT.slug},
    "no parameters": {"params": {}},
    "a parameter that is no scalar": {"params": {"found": [], "limit": 3}},
    "parameters that are no mapping": {"params": []},
    "an unknown severity": {"severity": "fatal"},
    "a place without a file": {"location": {"line": 3}},
    "a line that is text": {"location": {"file": "a.py", "line": "3"}},
    "a line that is a boolean": {"location": {"file": "a.py", "line": True}},
    "a task that is a number": {"task_id": 3},
    "related that is no list": {"related": None},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_other_data_is_refused(change: dict[str, object]) -> None:
    data = copy.deepcopy(to_data(FOUND))
    from_data(data, RULES)
    with pytest.raises(CodecError):
        from_data({**data, **change}, RULES)


@pytest.mark.parametrize("data", [None, [], "DC620", {}], ids=repr)
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(CodecError):
        from_data(data, RULES)
