"""Lists of the REST API: every page once, by query or in the body, and answers that are no list."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dagconv.aws.rest import pages


class Environments:
    def __init__(self, rows, status=200):
        self.rows, self.status, self.asked = rows, status, []

    def invoke(self, name, method, path, query, body):
        self.asked.append((query, body))
        offset = (query or {}).get("offset", (body or {}).get("page_offset", 0))
        shown = self.rows[offset : offset + 100]
        return self.status, {"things": shown, "total_entries": len(self.rows)}


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
@pytest.mark.parametrize("body", [None, {"dag_ids": ["a"]}])
def test_every_page_is_read_once(count, body):
    door = Environments([{"n": n} for n in range(count)])
    world = SimpleNamespace(environments=door)
    got = list(pages(world, "Prod", "GET" if body is None else "POST", "/things", "things", body))
    assert [row["n"] for row in got] == list(range(count))
    assert len(door.asked) == max(1, -(-count // 100))
    assert all(
        (query is None) == (body is not None) and (asked is None) == (body is None) for query, asked in door.asked
    )


def test_an_answer_that_is_no_list_is_an_error():
    for door, member in ((Environments([], status=403), "things"), (Environments([]), "others")):
        with pytest.raises(ValueError, match="the REST API answered"):
            list(pages(SimpleNamespace(environments=door), "Prod", "GET", "/things", member))
