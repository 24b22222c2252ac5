"""Slices: what functions need, verbatim and in order, what changes it, and nothing that builds a DAG."""

from __future__ import annotations

import pytest

from dagconv.ir.code import SourceModule
from dagconv.package.obstacle import Obstacle
from dagconv.package.slice_module import slice_module
from dagconv.package.statements import UnreadableModuleError, read_module


def test_what_a_function_needs_is_kept_through_others_and_the_rest_is_not(cut):
    text = """
import os, json
A = 1
B = A + 1
UNUSED = json.dumps({})
def helper():
    return os.sep
def load(n=B):
    return helper()
def other():
    return UNUSED
"""
    assert cut(text, "load") == (
        "import os\nA = 1\nB = A + 1\ndef helper():\n    return os.sep\ndef load(n=B):\n    return helper()\n"
    )


def test_names_of_inner_scopes_are_not_names_of_the_module(cut):
    text = """
dag = make()
def load():
    dag = 1
    return [dag for dag in (dag,)]
class Steps:
    dag = 2
    value = dag
"""
    assert "make" not in cut(text, "load", "Steps", airflow=("dag",))


@pytest.mark.parametrize(
    "statement",
    [
        "CONFIG.update(b=2)",
        "CONFIG['b'] = 2",
        "CONFIG |= {'b': 2}",
        "del CONFIG['a']",
        "change(CONFIG)",
        "import os; os.environ['HOME'] = '/'",
        "boto3.setup_default_session(region_name='eu-west-1')",
        "sys.path.insert(0, '/x')",
        "assert CONFIG",
        "old = CONFIG.pop('a')",
        "for key in 'ab':\n    CONFIG[key] = 1",
        "if CONFIG:\n    CONFIG.clear()",
        "with open('x') as file:\n    CONFIG.update(file)",
        "requests.get = None",
        "@CONFIG.register\ndef handler():\n    pass",
        "while True:\n    CONFIG.clear()\n    break",
    ],
)
def test_what_binds_no_needed_name_but_may_change_something_is_kept(cut, statement):
    head = "import boto3, sys, requests\nfrom x import change\nCONFIG = {'a': 1}\n"
    text = f"{head}{statement}\ndef f():\n    return CONFIG\n"
    assert f"{statement}\n" in cut(text, "f")


@pytest.mark.parametrize(
    "statement",
    [
        "a >> b",
        "PythonOperator(task_id='x', python_callable=f)",
        "pipeline()",
        "dag.doc_md = CONFIG['doc']",
        "globals()['x'] = dag",
        "for task in (a, b):\n    task >> c",
        "'a text'",
        "if __name__ == '__main__':\n    CONFIG.clear()",
        "for task in (a, b):\n    CONFIG.clear()",
    ],
)
def test_what_builds_or_wires_a_dag_is_not(cut, statement):
    text = f"CONFIG = {{}}\n{statement}\ndef f():\n    return CONFIG\n"
    names = ("a", "b", "c", "dag", "task")
    kept = cut(text, "f", airflow=names, makers=("PythonOperator",), builders=(2,) if "pipeline" in statement else ())
    assert kept == "CONFIG = {}\ndef f():\n    return CONFIG\n"


def test_a_block_under_the_dag_is_opened_and_its_text_kept_to_the_column(cut):
    text = '''
with DAG("d") as dag:
    TEXT = """
  as it is
"""
    @task(retries=2)
    @twice
    def load():
        return TEXT
    load()
'''
    kept = cut(text, functions=[6], airflow=("dag", "load"), makers=("DAG", "task"), builders=(2, 10))
    assert kept == (
        'if True:  # in place of the DAG\n    TEXT = """\n  as it is\n"""\n'
        "    @twice\n    def load():\n        return TEXT\n"
    )


def test_one_branch_that_is_needed_brings_its_condition(cut):
    text = """
if A:
    X = 1
elif B:
    Y = 2
else:
    X = 3
A = 0
def f():
    return X
"""
    assert cut(text, "f") == ("if A:\n    X = 1\nelif B:\n    pass\nelse:\n    X = 3\nA = 0\ndef f():\n    return X\n")


def test_what_stands_in_one_try_is_kept_whole(cut):
    text = "try:\n    import a\n    import b\nexcept ImportError:\n    HAVE = False\nelse:\n    HAVE = True\n"
    text += "def f():\n    return HAVE\n"
    assert cut(text, "f") == text


def test_the_last_value_of_a_loop_variable_comes_with_its_loop(cut):
    text = "for name in ['a', 'b']:\n    dag_of(name)\ndef f():\n    return name\n"
    assert cut(text, "f", builders=(2,)) == "for name in ['a', 'b']:\n    pass\ndef f():\n    return name\n"


def test_the_definition_is_taken_though_its_name_is_bound_again(cut):
    text = "def f():\n    return 1\nf = PythonOperator(python_callable=f)\n"
    assert cut(text, functions=[1], airflow=("f",), makers=("PythonOperator",)) == "def f():\n    return 1\n"


def test_future_imports_stay_though_nothing_reads_them(cut):
    assert cut("from __future__ import annotations\nprint()\n") == "from __future__ import annotations\n"


def test_future_imports_stay_first(cut):
    assert cut("'''Doc.'''\nfrom __future__ import annotations\ndef f(x: Gone): pass\n", "f").startswith(
        "from __future__"
    )


@pytest.mark.parametrize(
    ("text", "facts", "slug"),
    [
        ("t = PythonOperator()\ndef f():\n    return t.task_id\n", {"airflow": ("t",)}, "code-reads-airflow-object"),
        ("a, t = build()\ndef f():\n    return a\n", {"airflow": ("t",), "builders": (1,)}, "value-made-with-dag"),
        ("for t in tasks:\n    X = 1\ndef f():\n    return X\n", {"airflow": ("t", "tasks")}, "value-made-with-dag"),
        ("from x import *\ndef f():\n    return clean()\n", {}, "star-import-in-code"),
        ("def f():\n    return globals()['x']\n", {}, "code-with-dynamic-names"),
        ("def f():\n    return eval('x')\n", {}, "code-with-dynamic-names"),
    ],
)
def test_what_cannot_be_cut_is_refused_by_name(cut, text, facts, slug):
    with pytest.raises(Obstacle) as caught:
        cut(text, "f", **facts)
    assert caught.value.rule.slug == slug


def test_a_star_import_is_left_where_nothing_needs_it(cut):
    assert cut("from x import *\ndef f():\n    return len('x')\n", "f") == "def f():\n    return len('x')\n"


def test_the_order_of_growth_does_not_matter():
    """What is kept is the least set that is closed, from whichever statement it is reached."""
    text = "A = []\nB = [A]\nC = B[0]\nC.append(1)\nD = 1\ndef f():\n    return A\n"
    module, source = read_module(text), SourceModule("etl.py")
    by_name = slice_module(module, source, ["f"])
    assert by_name.kept == slice_module(module, source, [], [6]).kept
    assert by_name.names >= {"A", "B", "C"}


@pytest.mark.parametrize("text", ["def f(:\n", "x = " + "(" * 300 + ")" * 300, "a\0b"])
def test_what_does_not_compile_is_said_so(text):
    with pytest.raises(UnreadableModuleError):
        read_module(text)
