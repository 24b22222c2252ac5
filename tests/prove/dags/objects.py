"""Pairs of objects in an argument that means nothing to anyone, which the witness must tell apart or take for one."""

import datetime
import enum
import functools
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath

import pendulum
from airflow.providers.amazon.aws.operators.s3 import S3CreateObjectOperator
from airflow.sdk import DAG


class Held:
    """Keeps what it is given."""

    def __init__(self, **held):
        self.__dict__.update(held)


class Slotted:
    """Keeps it in a slot."""

    __slots__ = ("held",)

    def __init__(self, held):
        self.held = held


@dataclass(frozen=True)
class Frozen:
    """Keeps it in fields, one of which nobody compares."""

    one: object
    two: object = field(default=None, compare=False)


class Answer(enum.Enum):
    """Members of one value each."""

    YES = 1
    NO = 2


class Lying:
    """Equal to everything, and says the same of itself always."""

    def __init__(self, held):
        self.held = held

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1

    def __repr__(self):
        return "x"


def closed_over(value):
    return lambda: value


def nested(depth, value):
    for _ in range(depth):
        value = {"in": [value]}
    return value


def f(a, b=1):
    return a


def g(a, b=1):
    return a


BERLIN, UTC = pendulum.timezone("Europe/Berlin"), pendulum.timezone("UTC")
DIFFERENT = {
    "true-one": (True, 1),
    "one-float": (1, 1.0),
    "zeros": (0.0, -0.0),
    "text-number": ("1", 1),
    "none-text": (None, "null"),
    "list-tuple": ([1], (1,)),
    "list-set": ([1], {1}),
    "set-frozenset": ({1}, frozenset({1})),
    "list-order": ([1, 2], [2, 1]),
    "dict-order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "dict-key-type": ({1: "a"}, {"1": "a"}),
    "dict-key-boolean": ({True: "a"}, {1: "a"}),
    "dict-list": ({}, []),
    "nan-text": (float("nan"), "nan"),
    "infinities": (float("inf"), float("-inf")),
    "deep": (nested(20, "a"), nested(20, "b")),
    "deeper": (nested(20, "a"), nested(21, "a")),
    "members": (Answer.YES, Answer.NO),
    "member-value": (Answer.YES, 1),
    "timedelta-number": (datetime.timedelta(seconds=1), 1),
    "datetimes": (datetime.datetime(2030, 1, 1), datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)),
    "date-datetime": (datetime.date(2030, 1, 1), datetime.datetime(2030, 1, 1)),
    "bytes-text": (b"a", "a"),
    "decimals": (Decimal("1.0"), Decimal("1.00")),
    "path-text": (PurePosixPath("a"), "a"),
    "functions": (f, g),
    "closures": (closed_over(1), closed_over(2)),
    "partials": (functools.partial(f, 1), functools.partial(f, 2)),
    "partial-names": (functools.partial(f, b=1), functools.partial(f, b=2)),
    "methods": (Held(a=1).__init__, Held(a=2).__init__),
    "classes": (Held, Slotted),
    "class-object": (Held, Held()),
    "held": (Held(a=1), Held(a=2)),
    "held-names": (Held(a=1), Held(b=1)),
    "held-inside": (Held(a=[Held(b=1)]), Held(a=[Held(b=2)])),
    "slots": (Slotted(1), Slotted(2)),
    "fields": (Frozen(1, 2), Frozen(1, 3)),
    "lying": (Lying(1), Lying(2)),
    "wiring-of-nobody": ({"dag": "x", "params": 1}, {"dag": "x", "params": 2}),
    "long": ("x" * 1000 + "a", "x" * 1000 + "b"),
}
SAME = {
    "sets": ({"a", "b", "c"}, {"c", "b", "a"}),
    "nans": (float("nan"), float("nan")),
    "instants": (
        datetime.datetime(2030, 1, 1, 1, tzinfo=BERLIN),
        datetime.datetime(2030, 1, 1, 0, tzinfo=UTC),
    ),
    "durations": (datetime.timedelta(days=1), pendulum.duration(hours=24)),
    "held": (Held(a=1, b=[2]), Held(b=[2], a=1)),
    "slots": (Slotted([1]), Slotted([1])),
    "partials": (functools.partial(f, 1, b=2), functools.partial(f, 1, b=2)),
    "closures": (closed_over([1]), closed_over([1])),
}

with DAG("objects", schedule=None):
    for kind, pairs in (("different", DIFFERENT), ("same", SAME)):
        for name, pair in pairs.items():
            for side, value in zip("ab", pair, strict=True):
                S3CreateObjectOperator(task_id=f"{kind}.{name}.{side}", s3_key="k", s3_bucket="b", data=value)
