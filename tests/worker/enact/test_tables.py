"""What comes of the tasks of small DAGs, against tables worked out by hand (tables.txt)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(300)]


def read_tables():
    text = (Path(__file__).parent / "tables.txt").read_text()
    lines = [line for line in text.split("\n") if not line.startswith("#")]
    for part in "\n".join(lines).split("\n== ")[1:]:
        name, _, rest = part.partition("\n")
        body, _, table = rest.partition("\n--\n")
        yield name, (body, table.strip("\n").split("\n"))


TABLES = dict(read_tables())


def test_there_are_forty_tables():
    assert len(TABLES) >= 40


@pytest.mark.parametrize("name", TABLES)
def test_what_comes_of_each_task(name, enacting):
    body, table = TABLES[name]
    (found,) = enacting(body)
    shown = {task_id: _row(run) for task_id, run in found.items()}
    assert shown == {row.split(" ")[0]: row for row in table}


def _row(run):
    outputs = "".join(f" {key}={_bare(text)}" for key, text in run.outputs)
    return f"{run.task_id} {run.state} {run.tries}{outputs}"


def _bare(text):
    value = json.loads(text)
    return json.dumps(value, separators=(",", ":")) if not isinstance(value, str) else text


def test_instances_of_a_mapped_task_are_tasks_of_their_own(enacting):
    (found,) = enacting(
        "@task\ndef a(x):\n    return x * 2\n@task\ndef b(xs):\n    return sorted(xs)\nb(a.expand(x=[1, 2]))",
        instances=[("a", ("a__0", "a__1"))],
    )
    assert [_row(run) for run in found.values()] == [
        "a__0 success 1 return_value=2",
        "a__1 success 1 return_value=4",
        "b success 1 return_value=[2,4]",
    ]


def test_what_was_asked_of_the_outside_is_told(enacting):
    (found,) = enacting(
        "@task\ndef a():\n    import boto3\n    boto3.client('s3').put_object(Bucket='b', Key='k', Body=b'x')\n"
        "    boto3.client('s3').delete_object(Bucket='b', Key='k')\na()\n"
        "BashOperator(task_id='c', bash_command='echo $X', env={'X': '1'}, append_env=True)"
    )
    assert found["a"].calls == (
        's3 PutObject {"Body": "<bytes>", "Bucket": "b", "Key": "k"}',
        's3 DeleteObject {"Bucket": "b", "Key": "k"}',
    )
    (call,) = found["c"].calls
    assert call.endswith('"echo $X"] with {"X": "1"} in None')
