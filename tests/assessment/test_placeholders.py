"""Stand-ins have the type that the source uses them as, and take nothing away that the user gave."""

from __future__ import annotations

import json

import pytest

from dagconv.assessment.placeholders import typed_values, with_placeholders
from dagconv.load.asks import Ask
from dagconv.wire.inputs import Inputs


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Variable.get('x')", None),
        ("int(Variable.get('x'))", "1"),
        ("float(os.environ['x'])", "1.0"),
        ("int(os.getenv('x'))", "1"),
        ("os.environ.get('x').split(',')", "placeholder,placeholder"),
        ("json.loads(Variable.get('x'))['a']", '{"a": "placeholder"}'),
        (
            "c = Variable.get('x', deserialize_json=True)\nc['a'] + c.get('b')",
            '{"a": "placeholder", "b": "placeholder"}',
        ),
        ("c = json.loads(os.environ['x'])\nd['z']", "{}"),
        ("int(", None),
        ("x" * 10, None),
    ],
)
def test_values_are_typed_by_their_use(text, value):
    assert typed_values(text) == ({} if value is None else {"x": value})


def ask(kind, name, *, has_default=False):
    return Ask(kind, name, "a.py", 1, has_default)


def test_what_is_asked_for_gets_a_stand_in_and_what_is_given_stays():
    given = Inputs({"mine": "kept"}, environment={"HOME_OF": "kept"})
    asks = [
        ask("variable", "mine"),
        ask("variable", "theirs"),
        ask("variable", "optional", has_default=True),
        ask("connection", "db"),
        ask("environment", "HOME_OF"),
        ask("environment", "STAGE"),
        ask("module", "pandas"),
    ]
    found = with_placeholders(given, asks, {"theirs": "1"})
    assert found.variables == {"mine": "kept", "theirs": "1"}
    assert found.environment == {"HOME_OF": "kept", "STAGE": "placeholder"}
    assert json.loads(found.connections["db"])["conn_type"] == "generic"
    assert (found.folders, found.stub_missing) == ((), False)
