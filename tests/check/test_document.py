"""Reading a definition: the same values as dag-factory's loader, exact places, and no end in a traceback."""

from __future__ import annotations

import datetime
import random
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagconv.check import document as document_module
from dagconv.check.definition import check_definition
from dagconv.check.document import MAX_BYTES, read_document
from dagconv.check.node import Mapping, Node, Scalar, Sequence
from dagconv.check.problem import ProblemKind

GOOD = """\
# a comment — with a dash
etl:
  schedule: "0 5 * * *"
  params: &p {a: x, b: [1, 2.5, yes, ~, 2024-01-01, 0o7, 010, 1:30]}
  tasks:
    é_task:
      operator: airflow.operators.empty.EmptyOperator
      data: |
        two
        lines
      other: >-
        folded
        text
      merged: {<<: *p, b: own}
      dependencies: [a, 'b', "c\\td"]
"""
# Stricter than PyYAML on purpose: what it reads and the service must not get.
STRICTER = {
    ProblemKind.DUPLICATE_KEY,
    ProblemKind.TAG,
    ProblemKind.ALIASES,
    ProblemKind.DEPTH,
    ProblemKind.UNPARSED,
    ProblemKind.EMPTY,
    ProblemKind.COMPLEX_KEY,
    ProblemKind.NOT_UTF8,
}


def plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {entry.key.value: plain(entry.value) for entry in node.entries}


def kinds(data: bytes | str) -> set[ProblemKind]:
    return {problem.kind for problem in read_document(data, "f").problems}


def test_reads_what_the_loader_reads() -> None:
    root = read_document(GOOD, "f").root
    assert root is not None
    assert plain(root) == yaml.load(GOOD, yaml.FullLoader)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_places_count_lines_and_code_points_from_one(newline: str, bom: str) -> None:
    found = read_document((bom + GOOD.replace("\n", newline)).encode(), "f")
    assert isinstance(found.root, Mapping)
    dag = found.root.get("etl")
    assert isinstance(dag, Mapping)
    tasks = dag.get("tasks")
    assert isinstance(tasks, Mapping)
    task = tasks.entry("é_task")
    assert task is not None
    assert (task.key.span.line, task.key.span.column, task.key.span.end_column) == (6, 5, 11)
    assert isinstance(task.value, Mapping)
    items = task.value.get("dependencies")
    assert isinstance(items, Sequence)
    assert (items.items[1].span.line, items.items[1].span.column, items.items[1].span.end_column) == (15, 25, 28)


def test_the_pure_python_parser_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_document(GOOD, "f")
    monkeypatch.setattr(document_module, "_C_PARSER", None)
    slow = read_document(GOOD, "f")
    assert fast.root is not None
    assert slow.root is not None
    assert plain(fast.root) == plain(slow.root)
    assert isinstance(fast.root, Mapping)
    assert isinstance(slow.root, Mapping)
    assert fast.root.entries[0].key.span == slow.root.entries[0].key.span


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("a: é".encode("latin-1"), ProblemKind.NOT_UTF8),
        ("a: é".encode("utf-16"), ProblemKind.NOT_UTF8),
        ("a: é".encode("utf-16-le"), ProblemKind.NOT_UTF8),
        ("a: é".encode("utf-32"), ProblemKind.NOT_UTF8),
        (b"\x80\x81", ProblemKind.NOT_UTF8),
        (b"a: \x00", ProblemKind.CONTROL_CHARACTER),
        (b"a: \x7f", ProblemKind.CONTROL_CHARACTER),
        ("a: \ud800", ProblemKind.NOT_UTF8),
        (b"a:\tb", ProblemKind.TAB),
        (b"a: b\t\nc: d", ProblemKind.TAB),
        (b"a: [", ProblemKind.SYNTAX),
        (b"a: &x 1\nb: &x 2", ProblemKind.SYNTAX),
        (b"a: *x", ProblemKind.SYNTAX),
        (b"a: &x {b: *x}", ProblemKind.ALIASES),
        (b"a: 1\n---\nb: 1", ProblemKind.SEVERAL_DOCUMENTS),
        (b"", ProblemKind.EMPTY),
        (b"# x", ProblemKind.EMPTY),
        (b"a: 1\na: 2", ProblemKind.DUPLICATE_KEY),
        (b"1: a\n1.0: b", ProblemKind.DUPLICATE_KEY),
        (b"a: !!python/object/apply:os.system [ls]", ProblemKind.TAG),
        (b"a: !!set {x}", ProblemKind.TAG),
        (b"a: !mine x", ProblemKind.TAG),
        (b"a: " + b"[" * 5000, ProblemKind.DEPTH),
        (b"a: " + b"{b: " * 5000, ProblemKind.DEPTH),
        (b"a: 2024-13-45", ProblemKind.UNREADABLE_VALUE),
        (b"a: !!int x", ProblemKind.UNREADABLE_VALUE),
        (b"a: =", ProblemKind.UNREADABLE_VALUE),
        (b"a: <<", ProblemKind.UNREADABLE_VALUE),
        (b"{a: b}: c", ProblemKind.COMPLEX_KEY),
        (b"<<: [1]", ProblemKind.MERGE),
        (b"x" * (MAX_BYTES + 1), ProblemKind.UNPARSED),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, (bytes, str)) else value.name,
)
def test_damage_is_named(data: bytes | str, kind: ProblemKind) -> None:
    assert kind in kinds(data)


@pytest.mark.parametrize("text", ["a: 'x\ty'", "a: 1 # x\ty", "#\t\na: 1", "%YAML 1.3\n---\na: 1", "---\na: 1\n...\n"])
def test_harmless_oddities_are_read(text: str) -> None:
    assert kinds(text) == set()


def test_an_alias_bomb_costs_neither_time_nor_memory() -> None:
    rows = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    started = time.monotonic()
    assert kinds("\n".join(rows)) == {ProblemKind.ALIASES}
    assert time.monotonic() - started < 1


def test_duplicate_keys_name_both_places() -> None:
    problem = read_document("a: 1\nb: 2\na: 3\n", "f").problems[0]
    assert problem.related is not None
    assert (problem.span.line, problem.related.line) == (3, 1)


def mutate(seed: int) -> bytes:
    """A few random edits of the good text: bytes deleted, doubled, swapped for telling ones, spliced."""
    chance = random.Random(seed)
    data = bytearray(GOOD.encode())
    tokens = [
        b"\t",
        b":",
        b"- ",
        b"&a",
        b"*a",
        b"!!",
        b"[",
        b"{",
        b"'",
        b'"',
        b"|",
        b"<<: ",
        b"\x00",
        b"\xff",
        b"---\n",
    ]
    tokens += [b"\xe2\x80\xa8", b"\xc2\x85", b"%", b"?", b"{{", b"}}", b"$X", b"__type__: ", b"0", b"\n", b"\r", b"  "]
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                del data[at : at + chance.randint(1, 12)]
            case 1:
                data[at:at] = chance.choice(tokens)
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 60)]
            case _:
                data[at] = chance.randrange(256)
    return bytes(data)


def compare_with_loader(data: bytes) -> None:
    """What we read is what PyYAML reads, and what PyYAML refuses we refuse."""
    found = read_document(data, "f")
    try:
        want = yaml.load(data.decode("utf-8"), yaml.FullLoader)
    except (yaml.YAMLError, ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError):
        assert found.problems, data
        return
    if found.root is not None and not found.problems:
        assert repr(plain(found.root)) == repr(want) or plain(found.root) == want, data
    assert {problem.kind for problem in found.problems} <= STRICTER, (data, found.problems)


@pytest.mark.parametrize("seed", range(400))
def test_damaged_bytes_are_read_as_the_loader_reads_them(seed: int) -> None:
    data = mutate(seed)
    compare_with_loader(data)
    check_definition(data, "f", now=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))


@settings(max_examples=150, deadline=2000)
@given(st.text(alphabet=st.sampled_from(list("ab1:-[]{}#&*!|>'\"%@, \n\t\u2028é0.=<?~")), max_size=40))
def test_small_texts_are_read_as_the_loader_reads_them(text: str) -> None:
    compare_with_loader(text.encode())
