"""Logs: where they lie, each line once and in order, whatever a task writes into them."""

from __future__ import annotations

import tracemalloc
from types import SimpleNamespace

import pytest

from dagconv.operate.logs import Stream, follow, inert, log_place, stream_of
from dagconv.operate.runs import Attempt

ARN = "arn:aws:airflow-serverless:us-east-2:123456789012:workflow/etl-abc"


class Group:
    """CloudWatch's GetLogEvents over a list that may grow: pages, and the same token again at the end."""

    def __init__(self, events, page=100, name="/aws/mwaa-serverless/etl-abc/"):
        self.events, self.size, self.name, self.asked = events, page, name, 0

    def page(self, group, stream, token, since):
        self.asked += 1
        if group != self.name or self.events is None:
            return None
        start = int(token or 0)
        found = [one for one in self.events[start : start + self.size] if since is None or one["timestamp"] >= since]
        return found, str(min(start + self.size, len(self.events)))


def world(group):
    return SimpleNamespace(logs=group)


def event(number):
    return {"timestamp": number, "message": f"line {number}\n"}


def attempt(text):
    return Attempt("t", 1, "SUCCESS", {"LogStream": text})


@pytest.mark.parametrize(
    "text",
    [
        "/aws/mwaa-serverless/etl-abc/workflow_id=etl/run_id=r/task_id=t/attempt=1.log",
        "//aws//mwaa-serverless//etl-abc//workflow_id=etl//run_id=r//task_id=t//attempt=1.log",
        "aws/mwaa-serverless/etl-abc/workflow_id=etl/run_id=r/task_id=t/attempt=1.log",
        "workflow_id=etl/run_id=r/task_id=t/attempt=1.log",
    ],
)
def test_single_and_double_slashes_name_the_same_place(text):
    groups, stream = log_place(ARN, {"LogStream": text})
    assert groups[:2] == ("/aws/mwaa-serverless/etl-abc/", "/aws/mwaa-serverless/etl-abc")
    assert stream == "workflow_id=etl/run_id=r/task_id=t/attempt=1.log"


def test_an_instance_without_a_log_has_no_place():
    assert log_place(ARN, {}) is None
    assert stream_of(world(None), ARN, attempt("")) is None


@pytest.mark.parametrize("name", ["/aws/mwaa-serverless/etl-abc/", "/aws/mwaa-serverless/etl-abc"])
def test_the_group_is_found_under_either_name(name):
    stream = stream_of(world(Group([event(1)], name=name)), ARN, attempt("workflow_id=x"))
    assert [line.text for line in stream.lines()] == ["line 1\n"]


def test_every_line_comes_once_and_in_order_in_constant_memory():
    class Endless(Group):
        def page(self, group, stream, token, since):
            start = int(token or 0)
            return [event(number) for number in range(start, min(start + 1000, 50_000))], str(min(start + 1000, 50_000))

    stream = Stream(world(Endless([])), ("g",), "s")
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    numbers = 0
    for expected, line in enumerate(stream.lines()):
        assert line.at == expected
        numbers += 1
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert numbers == 50_000
    assert peak < 5_000_000


def test_following_goes_on_where_it_was_and_waits_for_what_is_not_there_yet():
    """The group comes late, the log grows, a retry opens a second stream; nothing is told twice."""
    group = Group(None, page=2)
    first, second = Stream(world(group), (group.name,), "a"), None
    told = []
    steps = iter(
        (
            lambda: None,
            lambda: setattr(group, "events", [event(n) for n in range(3)]),
            lambda: group.events.append(event(3)),
            lambda: None,
        )
    )

    def ended():
        step = next(steps, None)
        if step:
            step()
        return step is None

    follow(lambda: [first, *([second] if second else [])], lambda _, line: told.append(line.at), ended)
    assert told == [0, 1, 2, 3]


def test_a_time_is_handed_on():
    stream = Stream(world(Group([event(n) for n in range(5)])), ("/aws/mwaa-serverless/etl-abc/",), "s", since=3)
    assert [line.at for line in stream.lines()] == [3, 4]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext \u00e9\r\n", "plain\ttext \u00e9"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("over\rwritten", r"over\rwritten"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("\ud800", r"\ud800"),
        ("password=hunter2 done", "password=*** done"),
    ],
)
def test_what_a_task_writes_does_nothing_to_a_terminal(text, shown):
    assert inert(text) == shown
