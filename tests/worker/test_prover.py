"""The process that stays and reads definitions one after the other: its answers are those of processes of their own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dagconv.load.process import Worker
from dagconv.wire.answer import decode_answer
from dagconv.wire.limits import Limits
from dagconv.wire.reply import Outcome
from dagconv.wire.request import Reload
from dagconv.worker.child import MAX_DEFINITIONS

FIXTURES = Path(__file__).parents[2] / "fixtures"
DEFINITIONS = sorted(FIXTURES.glob("*/*/want*.yaml"))
EVERY = 1 if os.environ.get("DAGCONV_TEST_FULL") else 12
EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"
PLAIN = f"etl:\n  schedule: null\n  tasks:\n    t: {{operator: {EMPTY}}}\n"
LIMITS = Limits(timeout=20)

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def worker():
    with Worker() as running:
        yield running


def answer(worker, text, *, written, limits=LIMITS, markers=()):
    reply = worker.ask(Reload(text, limits, dict(markers), written=written))
    assert reply.end.outcome is Outcome.DONE
    return reply.answer


def children(worker):
    """Of the server."""
    pid = worker._server._process.pid
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def test_definitions_read_one_after_the_other_are_read_as_if_each_were_alone(worker):
    assert len(DEFINITIONS) > 200
    differing = []
    for path in DEFINITIONS[::EVERY]:
        text = path.read_text("utf-8")
        markers = [("HOME", "<HOME of the service>"), ("ODD", path.name)]
        if answer(worker, text, written=True, markers=markers) != answer(worker, text, written=False, markers=markers):
            differing.append(path)
    assert differing == []


def children_in_the_end(worker):
    """One that was killed is there until it is reaped."""
    end = time.monotonic() + 10
    while len(children(worker)) > 1 and time.monotonic() < end:
        time.sleep(0.05)
    return children(worker)


def test_one_process_reads_many_and_is_renewed(worker):
    first = answer(worker, PLAIN, written=True)
    (stays,) = children_in_the_end(worker)
    assert [answer(worker, PLAIN, written=True) for _ in range(5)] == [first] * 5
    assert stays in children(worker)
    for _ in range(MAX_DEFINITIONS):
        answer(worker, PLAIN, written=True)
    assert stays not in children_in_the_end(worker)


def test_what_it_does_not_take_is_read_again_apart(worker):
    """A fault of the process that stays is none of the definition's."""
    assert not decode_answer(answer(worker, PLAIN, written=True)).failed
    broken = PLAIN.replace("EmptyOperator", "NoOperator")
    assert answer(worker, broken, written=True) == answer(worker, broken, written=False)
    assert decode_answer(answer(worker, broken, written=True)).failed
    assert not decode_answer(answer(worker, PLAIN, written=True)).failed


def test_one_that_was_killed_while_it_waited_is_replaced(worker):
    answer(worker, PLAIN, written=True)
    for pid in children(worker):
        os.kill(int(pid), 9)
    assert not decode_answer(answer(worker, PLAIN, written=True)).failed


def test_markers_of_one_definition_are_not_those_of_the_next(worker):
    text = PLAIN.replace("etl:\n", "etl:\n  description: $MARKER and $OTHER\n")

    def description(markers):
        (dag,) = decode_answer(answer(worker, text, written=True, markers=markers)).dags
        return dag.workflow.description

    assert description([("MARKER", "one"), ("OTHER", "two")]) == "one and two"
    assert description([("MARKER", "three")]) == "three and $OTHER"


@pytest.mark.parametrize("change", [{"written": False}, {"package": "/code.zip"}, {"package": ""}])
def test_only_what_runs_no_code_of_the_users_comes_there(change):
    assert Reload(PLAIN, LIMITS, written=True).runs_no_user_code
    assert not Reload(PLAIN, LIMITS, **{"written": True, **change}).runs_no_user_code


def test_no_package_reaches_the_path_of_the_process_that_stays(worker, tmp_path):
    """Its modules are imported by a process that ends; the one that stays does not know them afterwards."""
    import zipfile

    package = tmp_path / "code.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("only_here.py", "def call(): pass\n")
    calling = PLAIN.replace(
        f"{{operator: {EMPTY}}}",
        "{operator: airflow.providers.standard.operators.python.PythonOperator, python_callable: only_here.call}",
    )
    answer(worker, PLAIN, written=True)
    packaged = Reload(calling, LIMITS, package=str(package), modules=("only_here",), written=True)
    assert not decode_answer(worker.ask(packaged).answer).failed
    assert decode_answer(answer(worker, calling, written=True)).failed
