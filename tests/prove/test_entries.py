"""Entries are read back from their text: whatever they do otherwise than the source's task is found."""

from __future__ import annotations

import pytest

from dagconv.ir.change import Change
from dagconv.ir.task import MISSING, Argument, Operator, Task
from dagconv.ir.value import (
    CallableValue,
    Code,
    EntryValue,
    ListValue,
    MapValue,
    Parameter,
    TupleValue,
    XComValue,
)
from dagconv.ir.workflow import Workflow
from dagconv.package.write_entries import _PULL, _PULL_FROM, _PUSH
from dagconv.prove.entries import prove_entries
from dagconv.prove.read_entries import OPERATORS, read_classes

PARAMETERS = tuple(Parameter(name, "POSITIONAL_OR_KEYWORD") for name in ("orders", "factor", "when"))
CONTEXT = (Parameter("ds", "KEYWORD_ONLY", True), Parameter("context", "VAR_KEYWORD"))
LOAD = CallableValue("etl", "load", code=Code("etl.py", 1, "load", "load", (*PARAMETERS, *CONTEXT)))
ARGS = TupleValue((ListValue((XComValue("extract", "orders"), 1, 2.5, "x")),))
KEYWORDS = MapValue((("factor", TupleValue((XComValue("extract"), None))), ("when", "at {{ ds }}")))
TEXTS = MapValue((("text_1", "at {{ ds }}"),))
HEAD = (
    "from functools import partial as _partial\nfrom etl import load as _call_load\n"
    "from collections.abc import Mapping\nfrom airflow.exceptions import XComNotFound\n"
    "from airflow.sdk import get_current_context\n"
    "from airflow.sdk.definitions._internal.types import NOTSET, ArgNotSet\n" + _PULL_FROM + _PULL + "\n" + _PUSH
)
ENTRY = (
    "def load(*, ds=None, text_1, **context):\n"
    "    return _push_each(_call_load([_pull('extract', 'orders', False), 1, 2.5, 'x'], "
    "factor=(_pull('extract', 'return_value', True), None), when=text_1, ds=ds, **context))\n"
)


def differences(text, call=LOAD, spreads=True, args=ARGS, keywords=KEYWORDS, left=TEXTS):
    arguments = (
        Argument("python_callable", call),
        Argument("op_args", args),
        Argument("op_kwargs", keywords),
        Argument("multiple_outputs", spreads),
    )
    source = Workflow("etl", tasks=(Task("load", Operator("a", "a"), arguments), Task("extract", Operator("a", "a"))))
    lowered = Task("load", Operator("b", "b"), (Argument("python_callable", EntryValue("etl_tasks.load")),))
    changes = [
        Change("DC510", "load", "op_args", args, MISSING),
        Change("DC510", "load", "op_kwargs", keywords, left),
    ]
    found = prove_entries(source, source.with_tasks((lowered,)), changes, HEAD + text, {"load": ("etl", "load")}, {})
    return [(finding.code, finding.message) for finding in found]


def test_an_entry_as_it_should_be_is_equal():
    assert differences(ENTRY) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'extract', 'orders'", "'other', 'orders'"),
        ("'extract', 'orders'", "'extract', 'rows'"),
        ("'orders', False", "'orders', True"),
        ("[_pull('extract', 'orders', False), 1, 2.5, 'x']", "[1, _pull('extract', 'orders', False), 2.5, 'x']"),
        ("1, 2.5", "1.0, 2.5"),
        ("1, 2.5", "True, 2.5"),
        ("'x']", "'y']"),
        ("'x'], factor", "'x'], None, factor"),
        ("[_pull", "(_pull"),
        ("(_pull('extract', 'return_value', True), None)", "[_pull('extract', 'return_value', True), None]"),
        ("factor=", "factors="),
        ("when=text_1, ", ""),
        ("when=text_1", "when='at {{ ds }}'"),
        ("ds=ds, ", ""),
        ("ds=ds, ", "ds=text_1, "),
        (", **context))", "))"),
        (", **context):", ", **other):"),
        ("ds=None, text_1", "ds=0, text_1"),
        ("_push_each(", "("),
        ("return ", ""),
        ("_call_load([", "_call_load.other(["),
        ("_call_load([", "_call_other(["),
        ("text_1, **context):", "text_1, more=1, **context):"),
        ("def load(*, ds", "def load(first=None, *, ds"),
        ("    return", "    print()\n    return"),
        ("def load", "def loads"),
    ],
)
def test_a_changed_entry_is_found(before, after):
    changed = ENTRY.replace(before, after, 1)
    if after.startswith("(_pull"):
        changed = changed.replace("'x']", "'x')")
    assert changed != ENTRY
    assert {code for code, _ in differences(changed)} == {"DC710"}


def test_an_alias_leaves_the_arguments_to_the_task():
    plain = {"args": ListValue((1,)), "keywords": MapValue((("factor", 2),)), "spreads": False}
    assert differences("load = _call_load\n", **plain, left=MapValue((("factor", 2),))) != []  # op_args are gone
    assert (
        differences("load = _call_load\n", args=TupleValue(()), keywords=MapValue(()), spreads=False, left=MISSING)
        == []
    )
    assert (
        differences("load = _call_other\n", args=TupleValue(()), keywords=MapValue(()), spreads=False, left=MISSING)
        != []
    )


def test_what_a_partial_binds_is_read_back():
    partial = CallableValue("etl", "load", "partial", LOAD.code, (1,), (("factor", "x"),))
    empty = {"args": TupleValue(()), "keywords": MapValue(()), "spreads": False, "left": MISSING}
    assert differences("load = _partial(_call_load, 1, factor='x')\n", partial, **empty) == []
    assert differences("load = _partial(_call_load, 2, factor='x')\n", partial, **empty) != []
    assert differences("load = _partial(_call_load, 1, factor='y')\n", partial, **empty) != []
    assert differences("load = _call_load\n", partial, **empty) != []


def test_a_class_of_the_package_is_the_one_of_airflow_and_nothing_more():
    good = "from airflow.providers.standard.operators.python import BranchPythonOperator\n"
    body = 'class Branch(BranchPythonOperator):\n    """As an operator."""\n'
    assert read_classes(good + body)["Branch"] == OPERATORS["Branch"]
    assert read_classes(good + body + "    x = 1\n").get("Branch") != OPERATORS["Branch"]
    assert read_classes(good.replace("python", "other") + body)["Branch"] != OPERATORS["Branch"]
    assert read_classes(good + "@other\n" + body)["Branch"] != OPERATORS["Branch"]


@pytest.mark.parametrize("name", ["_PULL", "_PULL_FROM", "_PUSH"])
def test_a_changed_helper_is_found(name, monkeypatch):
    text = {"_PULL": _PULL, "_PULL_FROM": _PULL_FROM, "_PUSH": _PUSH}[name]
    for changed in (text.replace("key", "keys", 1), "", text.replace("return", "yield", 1)):
        assert changed != text
        monkeypatch.setattr(f"{__name__}.HEAD", HEAD.replace(text, changed))
        assert differences(ENTRY) != []
        monkeypatch.undo()
