"""What code needs where it runs, read off its text."""

from __future__ import annotations

import pytest

from dagconv.package.needs import find_needs


def needs(text):
    return [(need.kind, need.name, need.at_import, need.optional) for need in find_needs(text, "etl.py", {"helpers"})]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import json, helpers.x, boto3, airflow.sdk", []),
        ("import pandas.api", [("package", "pandas", True, False)]),
        ("def f():\n    from pandas import api", [("package", "pandas", False, False)]),
        ("try:\n    import pandas\nexcept ImportError:\n    pandas = None", [("package", "pandas", True, True)]),
        ("try:\n    import pandas\nexcept ValueError:\n    pandas = None", [("package", "pandas", True, False)]),
        ("try:\n    pass\nexcept ImportError:\n    import pandas", [("package", "pandas", True, False)]),
        ("if TYPE_CHECKING:\n    import pandas", []),
        ("from airflow.providers.amazon.aws.hooks.s3 import S3Hook", []),
        (
            "from airflow.providers.cncf.kubernetes.x import Y",
            [("provider", "apache-airflow-providers-cncf", True, False)],
        ),
        ("from airflow.models import DagRun", [("database", "DagRun", True, False)]),
        ("from airflow.models import Variable\nVariable.get('a')", [("variable", "a", True, False)]),
        ("def f(x): return Variable.get(key=x)", [("variable", "?", False, False)]),
        ("f = lambda: BaseHook.get_connection('c')", [("connection", "c", False, False)]),
        ("S3Hook(aws_conn_id='aws_default'), S3Hook(aws_conn_id='x')", [("connection", "x", True, False)]),
        ("os.environ['A'], os.environ.get('B'), os.getenv('C')", [("environment", n, True, False) for n in "ABC"]),
        ("os.environ['A'] = '1'", []),
        (
            "subprocess.run(['/usr/bin/aws', 's3']); os.system('jq .')",
            [("program", n, True, False) for n in ("aws", "jq")],
        ),
        ("def f(**context): return context['dag'].tags", [("context", "dag", False, False)]),
        (
            "def f(dag_run, ti): return dag_run.conf, ti.task",
            [("context", n, False, False) for n in ("dag_run.conf", "task")],
        ),
        ("def f(task): pass", [("context", "task", False, False)]),
        ("def f(var): return var.value.x", [("variable", "?", False, False)]),
        ("def f(x=os.getenv('A')): pass", [("environment", "A", True, False)]),
        ("@wrap(os.getenv('A'))\ndef f(*, x=os.getenv('B')): pass", [("environment", n, True, False) for n in "BA"]),
        ("import urllib.request", [("network", "urllib", True, False)]),
        ("import urllib.parse", []),
        ("open('rows.csv'); open(name)", [("file", "rows.csv", True, False)]),
    ],
)
def test_each_kind_is_found_and_nothing_else(text, wanted):
    assert needs(text) == wanted


def test_lines_are_those_of_the_source():
    text = "import os\n\n# etl.py:40\ndef f():\n    return os.getenv('A')\n"
    assert [need.line for need in find_needs(text, "etl.py", ())] == [41]
