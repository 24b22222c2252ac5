"""What the witness says crosses the wire whole, and in no other shape."""

from __future__ import annotations

import pytest

from dagconv.ir import codec
from dagconv.ir.testimony import SeenDag, SeenTask


def test_what_was_seen_crosses_the_wire_whole():
    made = SeenTask("a.B", "m", {"x": "1"})
    seen = SeenDag({"t": SeenTask("a.M", "m", {}, (made, made))}, {"tags": "[]"}, {"u": ("s", "t")})
    assert codec.decode(SeenDag, codec.encode(seen)) == seen
    assert codec.decode(SeenDag, codec.encode(SeenDag())) == SeenDag()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"tasks": []},
        {"tasks": {"t": None}},
        {"tasks": {"t": {"path": 1, "members": "", "attributes": {}}}},
        {"tasks": {"t": {"path": "", "members": "", "attributes": {"x": 1}}}},
        {"tasks": {"t": {"path": "", "members": ""}}},
        {"attributes": {"x": None}},
        {"upstream": {"a": "b"}},
        {"upstream": {"a": [1]}},
        {"edges": []},
    ],
)
def test_testimony_of_another_shape_is_refused(data):
    with pytest.raises(codec.DecodeError):
        codec.decode(SeenDag, data)
