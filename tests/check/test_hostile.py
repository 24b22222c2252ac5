"""Definitions made to hurt: none costs more than a few seconds or some hundred MB, none ends in a traceback."""

from __future__ import annotations

import datetime
import resource
import time

import pytest

from dagconv.check.definition import check_definition
from dagconv.fix.apply import fix_text

pytestmark = pytest.mark.slow

EMPTY = "airflow.operators.empty.EmptyOperator"
LIST = "airflow.providers.amazon.aws.operators.s3.S3ListOperator"
NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)
MOST = 250_000
TASK = f"my_dag:\n  tasks:\n    a:\n      operator: {EMPTY}\n"
RENDERED = f'my_dag:\n  tasks:\n    a:\n      operator: {LIST}\n      bucket: "'


def tasks(row: str, count: int = 4000) -> str:
    return "my_dag:\n  tasks:\n" + "".join(f"    t{i}: " + row.replace("%", str(i)) + "\n" for i in range(count))


CASES = {
    "unknown operators": tasks("{operator: airflow.providers.amazon.aws.operators.s3.S3Lists%Operator}"),
    "own operators": tasks("{operator: a.b.c.d.S3Lists%Operator}"),
    "unknown arguments": TASK + "".join(f"      argument_{i}: 1\n" for i in range(12000)),
    "unknown dependencies": tasks(f"{{operator: {EMPTY}, dependencies: [tusk_%, tosk_%]}}", 3000),
    "a long chain": tasks(f"{{operator: {EMPTY}, dependencies: [t1%]}}"),
    "results of each other": tasks(
        "{operator: " + LIST + ", bucket: \"{{ ti.xcom_pull(task_ids='t1') }}%\", dependencies: [t0]}", 1800
    ),
    "repeated keys": TASK + "      x: 1\n" * 20000,
    "ignore comments": TASK + "".join(f"      # dagconv: ignore[DC{i % 900 + 100}]\n" for i in range(8000)),
    "tabs": TASK + "      x: 1 #\t\n" * 15000,
    "merges": TASK
    + "      x: &m {" + ", ".join(f"k{i}: 1" for i in range(2000)) + "}\n"
    + "".join(f"      y{i}: {{<<: *m}}\n" for i in range(2000)),
    "names in a template": RENDERED + "{{ next_ds }}" * 15000 + '"\n',
    "filters in a template": RENDERED + "{{ next_ds | x }}" * 6000 + '"\n',
    "open braces": RENDERED + "{{" * 100_000 + '"\n',
    "brackets in a template": RENDERED + "{{ " + "(" * 80_000 + ' }}"\n',
    "a number in sixties": TASK + "      retries: " + "1:" * 100_000 + "1\n",
    "a huge number": TASK + "      retry_delay: " + "9" * 3000 + "\n",
    "infinity": TASK + "      retry_delay: .inf\n      retries: .nan\n",
    "a huge rate": "my_dag:\n  schedule: rate(" + "1" * 200_000 + " minutes)\n  tasks: {}\n",
    "a huge time span": TASK + "      execution_timeout: {__type__: datetime.timedelta, days: " + "9" * 400 + "}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_definition_is_judged_in_time(name: str) -> None:
    started = time.process_time()
    found = check_definition(CASES[name][:MOST], "f.yaml", now=NOW)
    assert found
    assert time.process_time() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 500 * 1024


def test_a_large_definition_is_fixed_in_time() -> None:
    text = tasks(f"{{operator: {EMPTY}, owner: me, trigger_rule: dummy, retries: '2'}}", 600)
    started = time.process_time()
    fixed = fix_text(text, lambda new: check_definition(new, "f.yaml", now=NOW))
    assert "dummy" not in fixed.text
    assert sum(fixed.codes.values()) == 1800
    assert time.process_time() - started < 10
