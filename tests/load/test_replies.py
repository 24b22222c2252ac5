"""What the host believes of a reply, and how it explains the end of a child that gave none."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from dagconv.ir import codec
from dagconv.ir.task import Argument, Operator, Task
from dagconv.ir.value import MapValue, TimedeltaValue
from dagconv.ir.workflow import Workflow
from dagconv.load import failed_rules
from dagconv.load.reply import last_line, read_reply
from dagconv.load.stability import differences, readable
from dagconv.load.text import unwritable_text
from dagconv.load.uncalled import find_uncalled
from dagconv.wire.answer import Loaded
from dagconv.wire.limits import Limits
from dagconv.wire.reply import End, Outcome, Reply

PATH = Path("/dags/etl.py")
WORKFLOW = Workflow("etl", tasks=(Task("t", Operator("a.B", "a.B"), (Argument("key", "value"),)),))
FINDING = {"slug": "import-failed", "params": {"error": "ValueError"}, "file": "/dags/etl.py", "line": 3}


def answer(**changes):
    dag = {"workflow": codec.encode(WORKFLOW), "witness": {}, "origin": None}
    return {"version": 1, "failed": False, "dags": [dag], "findings": [], **changes}


def read(data, outcome="done", **fields):
    blob = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_reply(Reply(End(Outcome(outcome), **fields), blob), PATH, Limits(30, 512))


def codes(result):
    return [finding.code for finding in result.diagnostics]


def test_an_answer_of_the_right_shape_is_read():
    result = read(answer())
    assert [dag.workflow for dag in result.dags] == [WORKFLOW]
    assert (result.diagnostics, result.failed) == ((), False)


def with_workflow(**changes):
    data = answer()
    data["dags"][0]["workflow"].update(changes)
    return data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"NaN",
        b"[" * 100_000,
        b"9" * 5000,
        [],
        {},
        answer(version=2),
        answer(version="1"),
        answer(dags={}),
        answer(dags=[None]),
        answer(dags=[{"workflow": {}, "witness": {}}]),
        answer(dags=[{"workflow": codec.encode(WORKFLOW)}]),
        answer(dags=[{"workflow": codec.encode(WORKFLOW), "witness": [], "origin": 3}]),
        answer(findings=[None]),
        answer(findings=[{"slug": "no-such-finding", "params": {}}]),
        answer(findings=[{"slug": ["unhashable"], "params": {}}]),
        answer(findings=[{"slug": "import-failed", "params": {}}]),
        answer(findings=[{"slug": "import-failed", "params": {"error": 3}}]),
        answer(findings=[{"slug": "import-failed", "params": []}]),
        *(answer(failed=True, findings=[{**FINDING, "line": line}]) for line in (True, "3", 2.0)),
        with_workflow(tasks=3),
        with_workflow(tasks=[{"task_id": "t"}]),
        with_workflow(surprise=True),
        with_workflow(dag_id=None),
        with_workflow(schedule={"Cron": {}}),
        with_workflow(start_date={"TimedeltaValue": {"days": 1, "seconds": 0, "microseconds": 0}}),
    ],
)
def test_any_other_answer_fails_its_file_and_nothing_else(data):
    result = read(data)
    assert codes(result) == ["DC123"]
    assert (result.dags, result.failed) == ((), True)


def test_numbers_that_json_does_not_have_are_refused():
    data = json.dumps(answer()).encode().replace(b'"value"', b"NaN")
    assert codes(read(data)) == ["DC123"]


def test_parameters_of_a_finding_cannot_take_over_its_fields():
    params = {"error": "x", "severity": "info", "location": "elsewhere", "related": "?", "task_id": "t"}
    (finding,) = read(answer(failed=True, findings=[{**FINDING, "params": params}])).diagnostics
    assert finding.severity is failed_rules.IMPORT_FAILED.severity
    assert (finding.location.file, finding.location.line) == ("/dags/etl.py", 3)


@pytest.mark.parametrize("line", [0, -3])
def test_a_line_that_is_none_is_left_out(line):
    (finding,) = read(answer(findings=[{**FINDING, "line": line}])).diagnostics
    assert finding.location.line is None


def test_a_failure_keeps_no_dags_and_needs_a_reason():
    assert read(answer(failed=True, findings=[FINDING])).dags == ()
    assert codes(read(answer(failed=True))) == ["DC123"]
    assert read(answer(failed="no")).failed


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"outcome": "timeout", "signal": 9}, "DC107", "stopped after 30 s"),
        ({"outcome": "died", "signal": int(signal.SIGXCPU)}, "DC107", "stopped after 30 s"),
        ({"outcome": "died", "signal": int(signal.SIGSEGV)}, "DC106", "killed by SIGSEGV"),
        ({"outcome": "died", "signal": 40}, "DC106", "killed by signal 40"),
        ({"outcome": "died", "exit": 3}, "DC105", "exit code 3"),
        ({"outcome": "crowd", "signal": int(signal.SIGXCPU)}, "DC110", "more than 64"),
        ({"outcome": "garbled", "exit": 0}, "DC123", "malformed"),
    ],
)
def test_the_end_of_a_child_is_explained(fields, code, words):
    result = read(b"", **fields)
    assert codes(result) == [code]
    assert words in result.diagnostics[0].message
    assert result.failed


def test_output_that_was_cut_is_said():
    assert codes(read(answer(), cut=True)) == ["DC122"]


def trace(*lines):
    return "".join(f"{line}\n" for line in lines)


def test_the_innermost_line_of_the_file_is_found():
    found = trace(
        "Timeout (0:00:01)!",
        "Thread 0x1 (most recent call first):",
        '  File "/lib/time.py", line 9 in sleep',
        '  File "/dags/etl.py", line 7 in wait',
        '  File "/dags/etl.py", line 30 in <module>',
    )
    assert last_line(found, "/dags/etl.py") == 7
    assert last_line(found, "/dags/other.py") is None
    assert last_line("", "/dags/etl.py") is None


def test_the_main_thread_counts_unless_another_crashed():
    threads = ("Thread 0x2 (most recent call first):", '  File "/dags/etl.py", line 5 in run')
    main = ("Thread 0x1 (most recent call first):", '  File "/dags/etl.py", line 9 in <module>')
    assert last_line(trace("Timeout!", *threads, "", *main), "/dags/etl.py") == 9
    crashed = ("Current " + threads[0][0].lower() + threads[0][1:], threads[1])
    assert last_line(trace("Fatal!", *crashed, "", *main), "/dags/etl.py") == 5


def test_names_are_compared_as_faulthandler_writes_them():
    assert last_line(trace(r'  File "/dags/caf\xe9\u20ac.py", line 4 in <module>'), "/dags/café€.py") == 4
    long = "/" + "a" * 600 + ".py"
    assert last_line(trace(f'  File "{long[:500]}...", line 4 in <module>'), long) == 4


def loaded(**changes):
    import dataclasses

    return Loaded(dataclasses.replace(WORKFLOW, **changes), {})


def test_equal_imports_do_not_differ():
    assert list(differences([loaded()], [loaded()], PATH)) == []


def test_each_difference_is_said_by_its_name():
    task = Task("t", Operator("a.B", "a.B"), (Argument("key", True),))
    first, second = [loaded(description="a")], [loaded(description="b", tasks=(task,))]
    messages = [finding.message for finding in differences(first, second, PATH)]
    assert [message.partition(" differs")[0] for message in messages] == ["description of DAG etl", "key of task t"]
    assert messages[1].endswith("'value' became True")


def test_types_count():
    one, other = ([loaded(default_args=(Argument("retries", value),))] for value in (1, True))
    (finding,) = differences(one, other, PATH)
    assert finding.message.startswith("retries in default_args of DAG etl differs")


def test_what_differs_outside_of_arguments_is_said_too():
    task = Task("t", Operator("a.B", "a.C"), (Argument("key", "value"),))
    (finding,) = differences([loaded()], [loaded(tasks=(task,))], PATH)
    assert finding.message.startswith("task t differs")


def test_dags_and_tasks_that_come_and_go():
    found = list(differences([loaded()], [loaded(dag_id="other", tasks=())], PATH))
    assert sorted(f.message.partition(" differs")[0] for f in found) == ["DAG etl", "DAG other"]
    (finding,) = differences([loaded()], [loaded(tasks=())], PATH)
    assert finding.message.endswith("there became missing")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a'b", '"a\'b"'),
        (None, "None"),
        (MapValue((("a", 1),)), "{'a': 1}"),
        (TimedeltaValue(1, 60, 0), "1 day, 0:01:00"),
    ],
)
def test_values_are_readable(value, text):
    assert readable(value) == text


@pytest.mark.parametrize(
    ("workflow", "field"),
    [
        (Workflow("etl", description="\ud800"), "description of DAG etl"),
        (Workflow("etl", settings=(Argument("doc_md", "a\0"),)), "doc_md of DAG etl"),
        (Workflow("etl", default_args=(Argument("owner", "\udfff"),)), "default_args of DAG etl"),
        (Workflow("etl", tasks=(Task("t", Operator("a.B", "a.B"), (Argument("k", "\0"),)),)), "k of task t"),
        (Workflow("etl", tasks=(Task("t", Operator("a.B", "a.B"), edge_labels=(("u", "\0"),)),)), "edge_labels of"),
    ],
)
def test_text_without_a_form_is_named_by_its_field(workflow, field):
    (finding,) = unwritable_text(codec.encode(workflow), workflow)
    assert finding.message.startswith(field)
    data = answer(dags=[{"workflow": codec.encode(workflow), "witness": {}}])
    assert codes(read(data)) == ["DC172"]


def test_text_beyond_the_basic_plane_is_left_alone():
    data = answer(dags=[{"workflow": codec.encode(Workflow("etl", description="📦 ok")), "witness": {}}])
    assert codes(read(data)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def build():\n    return DAG('a')\n", ("build", 2)),
        ("@dag\ndef flow():\n    pass\n", ("flow", 1)),
        ("@airflow.decorators.dag(schedule=None)\ndef flow():\n    pass\n", ("flow", 1)),
        ("async def build():\n    with models.DAG('a') as d:\n        pass\n", ("build", 2)),
        ("def clean(dag):\n    return dag.dag_id\n", None),
        ("DAG = 3\n", None),
        ("def broken(:\n", None),
        ("", None),
    ],
)
def test_a_function_that_would_make_a_dag_is_found(tmp_path, text, found):
    path = tmp_path / "dag.py"
    path.write_text(text)
    uncalled = find_uncalled(path)
    assert (uncalled and (uncalled.name, uncalled.line)) == found
