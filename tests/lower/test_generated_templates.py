"""Random templates: what is written renders as the source did, with Airflow's meaning of its names, or is refused.

The judge shares nothing with the passes: it renders the source with pendulum's dates and the DAG's own macros, and the
text as it stands in the definition with what a run of the service has. `make templates` runs 5,000 of each kind and
prints which forms convert.
"""

from __future__ import annotations

import datetime
import functools
import json
import os
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace
from unittest import mock

import pendulum
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from dagconv.check.definition import check_definition
from dagconv.diagnostics import Severity
from dagconv.emit.document import emit_document
from dagconv.emit.writer import write_yaml
from dagconv.ir.schedule import NO_SCHEDULE, Cron
from dagconv.ir.task import Argument, Operator, Task
from dagconv.ir.value import ListValue, MapValue
from dagconv.ir.workflow import Era, Param, Workflow
from dagconv.lower.lowering import Lowering, Options
from dagconv.lower.passes import lower

COUNT = int(os.environ.get("DAGCONV_TEMPLATES", "60"))
FULL = COUNT >= 5000
NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
MOMENTS = (
    "2025-03-05T00:00:00",
    "2025-03-01T00:00:00",
    "2024-02-29T00:00:00",
    "2024-03-01T00:00:00",
    "2025-12-31T00:00:00",
)
CONFS = ({"k": "text", "n": 4}, {"k": ["a", "b"], "n": [1]}, {"k": {"items": "i", "0": "zero"}, "n": {}}, {})
MACROS = {
    "name": "it's",
    "odd": "a}}$HOME{{ b%}",
    "n": -3,
    "f": -1.5,
    "flag": True,
    "hosts": ["a", "b", "c$X"],
    "cfg": {"items": [1, 2], "stage": "prod", "deep": {"hosts": ["x", "y"]}, "get": "g"},
    "range": "weekly",
}
PARAMS = {"bucket": "b", "size": 3, "list": [1, 2], "map": {"a": {"b": "c"}}}


def words(*options: str) -> st.SearchStrategy[str]:
    """One of them, each as often as the others: hypothesis likes some choices better, but not after a checksum."""
    return st.integers(0, 2**32 - 1).map(lambda n: options[zlib.crc32(n.to_bytes(4, "big")) % len(options)])


ANY_TIME = words(
    *("ds", "ds_nodash", "ts", "ts_nodash", "params.bucket", "params['size']", "params.map['a'].b", "params.list[1]"),
    *("dag_run.conf['k']", "dag_run.conf.k", "dag_run.conf['k'][0]", "dag_run.conf['k']['items']", "dag_run.conf['n']"),
    *("dag_run.conf.get('k')", "dag_run.conf.get('none', 'x')", "dag_run.conf['k'] is defined"),
    *(
        "name",
        "n",
        "f",
        "flag",
        "hosts",
        "cfg",
        "odd",
        "hosts[0]",
        "hosts[-1]",
        "hosts[0:2]",
        "cfg['items']",
        "cfg.items",
    ),
    *("cfg['items'][1]", "cfg.stage", "cfg['stage']", "cfg.deep.hosts[1]", "cfg['get']", "cfg.get('stage')", "range"),
    *("n.bit_length()", "f.is_integer()", "hosts.index('b')", "name.upper()", "cfg.deep['hosts'].0", "hosts.append(1)"),
    *(
        "1",
        "-2",
        "2.5",
        "'a'",
        "'$HOME'",
        '"}}"',
        "'%}'",
        "'{{ ds }}'",
        "true",
        "none",
        "[1, 'b']",
        "{'a': {'b': 1}}",
        "()",
    ),
    *("macros.ds_add(ds, 3)", "macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%Y')", "macros.timedelta(days=1)"),
    *(
        "macros.datetime(2024, 1, 31).isoformat()",
        "ti.task_id",
        "ti.xcom_pull('first')",
        "ti.xcom_pull(task_ids='first')[0]",
    ),
)
DATES = words(
    *("execution_date", "next_execution_date", "data_interval_start", "data_interval_end", "prev_execution_date")
).flatmap(
    lambda date: words(
        *(
            f"{date}.strftime('%Y/%m/%d')",
            f"{date}.isoformat()",
            f"{date}.day",
            f"{date}.replace(day=1).subtract(days=1).day",
        ),
        *(f"{date}.replace(day=1).strftime('%d')", f"{date}.to_date_string()", f"{date}.add(days=1).format('YYYY-MM')"),
        *(f"{date}.date()", f"{date}.date().add(days=1)", f"{date}.weekday()", f"{date}.day_of_week", f"{date} | ds"),
        *(
            f"({date} - macros.timedelta(days=2)).strftime('%d')",
            f"{date}.int_timestamp",
            f"{date}.replace(hour=3)",
            date,
        ),
        *(
            f"{date}.in_timezone('Asia/Tokyo').hour",
            f"{date}.subtract(days=3).to_date_string()",
            f"{date}.replace(day=1).add(months=1).subtract(days=1).format('DD')",
            f"{date}.in_timezone('America/New_York').strftime('%H')",
            f"macros.ds_add({date}.strftime('%Y-%m-%d'), 1)",
            f"{date} > {date}",
        ),
    )
) | words(
    "next_ds", "prev_ds", "yesterday_ds", "tomorrow_ds", "next_ds_nodash", "yesterday_ds_nodash", "tomorrow_ds_nodash"
)
FILTERS = (
    *("upper", "lower", "string", "length", "list", "join('-')", "first", "last", "default('x')", "d(1)"),
    *("replace('a', '$B')", "int", "abs", "tojson", "title", "trim", "reverse | list", "map('string') | join"),
    *("sort | list", "ds", "unique | list"),
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    filtered = st.tuples(inner, words(*FILTERS)).map(lambda p: f"{p[0]} | {p[1]}")
    return st.one_of(
        *(filtered, filtered, filtered),  # many filters are to be seen often enough
        pair.map(lambda p: f"({p[0]}) ~ ({p[1]})"),
        st.tuples(pair, words("+", "-", "*", "==", "!=", "in", "and", "or", "%")).map(
            lambda p: f"({p[0][0]}) {p[1]} ({p[0][1]})"
        ),
        pair.map(lambda p: f"({p[0]} if {p[1]} else ds)"),
        inner.map(lambda e: f"not ({e})"),
        inner.map(lambda e: f"[{e}, ds][0]"),
        inner.map(lambda e: f"({e}) is defined"),
        inner.map(lambda e: f"'%s' % ({e})"),
        inner.map(lambda e: f"macros.ds_add(ds, ({e}))"),
    )


def templates(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    expressions = st.recursive(atoms, compound, max_leaves=2)
    piece = st.one_of(
        expressions.map(lambda e: "{{ " + e + " }}"),
        expressions.map(lambda e: "{{- " + e + " -}}"),
        expressions.map(lambda e: "{% if " + e + " %}a$X{% else %}b{% endif %}"),
        expressions.map(lambda e: "{% for name in [" + e + "] %}{{ name }}{{ loop.index }}{% endfor %}"),
        expressions.map(lambda e: "{% set c = " + e + " %}{{ c }}"),
        expressions.map(lambda e: "{% set d = " + e + " %}{{ d | string | length }}"),
        expressions.map(lambda e: "{% with e = " + e + " %}{{ e }}{% endwith %}"),
        words("text", "$HOME", "${X}", "$", "{", "$${{ ds }}", "\n", "{# $HOME #}", "{% raw %}{{ $HOME }}{% endraw %}"),
        words(
            "{% raw %}{{ ti.xcom_pull('first') }}{% endraw %}", "ti.xcom_pull('first')", " raw $X ", "é", "}", "\\$X"
        ),
    )
    return st.lists(piece, min_size=1, max_size=3).map("".join)


_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # of a method that is printed


class Engine:
    """Jinja as Airflow sets it up, with the filters that Airflow adds."""

    def __init__(self) -> None:
        self.environment = SandboxedEnvironment(undefined=StrictUndefined, cache_size=0, extensions=["jinja2.ext.do"])
        self.environment.filters |= {
            "ds": lambda value: value.strftime("%Y-%m-%d"),
            "ds_nodash": lambda value: value.strftime("%Y%m%d"),
            "ts": lambda value: value.isoformat(),
        }
        self.compile = functools.lru_cache(4)(self.environment.compile)  # once for all runs and contents of conf

    def render(self, text: str, context: dict, own: dict) -> tuple[str, str]:
        try:
            template = Template.from_code(self.environment, self.compile(text), {**self.environment.globals, **own})
            return "text", _ADDRESS.sub("", template.render(**context))
        except Exception as error:  # noqa: BLE001  # whatever a template may raise
            return "raises", type(error).__name__


def ds_add(day: str, days: int) -> str:
    return (datetime.datetime.strptime(day, "%Y-%m-%d") + datetime.timedelta(days)).strftime("%Y-%m-%d")


def ds_format(day: str, form: str, new: str) -> str:
    return datetime.datetime.strptime(day, form).strftime(new)


FUNCTIONS = SimpleNamespace(
    datetime=datetime.datetime, timedelta=datetime.timedelta, ds_add=ds_add, ds_format=ds_format
)
OUTPUT = ["out", "put"]


def context_of(logical: pendulum.DateTime, values: dict) -> dict:
    """What both Airflows have under the same names, for a run with this logical date."""
    return {
        "logical_date": logical,
        "ds": logical.strftime("%Y-%m-%d"),
        "ds_nodash": logical.strftime("%Y%m%d"),
        "ts": logical.isoformat(),
        "ts_nodash": logical.strftime("%Y%m%dT%H%M%S"),
        "macros": FUNCTIONS,
        "params": values,
        "ti": SimpleNamespace(task_id="list", xcom_pull=lambda task_ids: OUTPUT if task_ids == "first" else None),
        "dag_run": SimpleNamespace(run_id="r"),
    }


def of_airflow(moment: str, conf: dict, *, interval: bool) -> dict:
    """The context of a run that started at the moment: under Airflow 2 it covers the day before."""
    end = pendulum.parse(moment)
    start = end.subtract(days=1) if interval else end
    context = context_of(start, {**PARAMS, **conf})
    context["dag_run"].conf = conf
    if interval:
        days = {
            "yesterday": start.subtract(days=1),
            "tomorrow": start.add(days=1),
            "next": end,
            "prev": start.subtract(days=1),
        }
        context |= {f"{word}_ds": day.strftime("%Y-%m-%d") for word, day in days.items()}
        context |= {f"{word}_ds_nodash": day.strftime("%Y%m%d") for word, day in days.items()}
        context |= {"execution_date": start, "next_execution_date": end, "prev_execution_date": start.subtract(days=1)}
        context |= {"data_interval_start": start, "data_interval_end": end}
    return context


def of_service(moment: str, conf: dict) -> dict:
    end = pendulum.parse(moment)
    context = context_of(end, {**PARAMS, **conf})
    context["dag_run"].conf = {}
    return context | {"data_interval_start": end, "data_interval_end": end}


@dataclass
class Written:
    text: str | None
    codes: tuple[str, ...]


def ir(value: object):
    match value:
        case dict():
            return MapValue(tuple((key, ir(item)) for key, item in value.items()))
        case list():
            return ListValue(tuple(map(ir, value)))
        case _:
            return value


PATH = "airflow.providers.amazon.aws.operators.s3.S3ListOperator"
ACCEPTS = ("bucket", "prefix", "retries", "retry_delay", "execution_timeout", "trigger_rule")


def write(text: str, *, interval: bool) -> Written:
    """The text as the loader of definitions gives it to the engine; None where a stage refuses the DAG."""
    operator = Operator(PATH, PATH, (), (PATH,))
    fields = {"accepts": ACCEPTS, "template_fields": ("bucket", "prefix")}
    tasks = (
        Task("first", operator, (Argument("bucket", "b"),), **fields),
        Task("list", operator, (Argument("bucket", "b"), Argument("prefix", text)), ("first",), **fields),
    )
    workflow = Workflow(
        "generated",
        schedule=Cron("@daily", "0 0 * * *") if interval else NO_SCHEDULE,
        tasks=tasks,
        params=tuple(Param(name, ir(value)) for name, value in PARAMS.items()),
        settings=(Argument("user_defined_macros", ir(MACROS)), Argument("catchup", False)),
        era=Era("2" if interval else "3", given=("schedule", "catchup")),
    )
    lowering = Lowering(workflow, Options(NOW))
    lower(lowering)
    found = list(lowering.diagnostics)
    if not lowering.refused:
        definition = write_yaml(emit_document(lowering.workflow))
        found += check_definition(definition, "generated.yaml", now=NOW)
    errors = tuple(sorted({finding.code for finding in found if finding.severity is Severity.ERROR}))
    if errors:
        return Written(None, errors)
    with mock.patch.dict(os.environ, {"HOME": "/expanded", "X": "expanded", "B": "expanded"}):
        loaded = yaml.safe_load(os.path.expandvars(definition))
    return Written(loaded["generated"]["tasks"]["list"]["prefix"], ())


ENGINE = Engine()
SEEN: Counter[str] = Counter()
CONVERTED: Counter[str] = Counter()
REFUSED: Counter[str] = Counter()
FORMS = {
    "statement": ("{% if ", "{% for ", "{% set ", "{% with ", "{% raw %}", "{#", "{{-", "-}}"),
    "filter": tuple(f" | {name}" for name in FILTERS),
    "macro": ("macros.ds_add", "macros.ds_format", "macros.timedelta", "macros.datetime", "xcom_pull"),
    "own macro": ("hosts", "cfg", "odd", "name", "n.bit_length()", "f.is_integer()", "flag", "range"),
    "subscript": (
        *("[0]", "[1]", "[-1]", "[0:2]", "['size']", "['k']", "['items']", "['stage']", "['hosts'].0", "['get']"),
        *(".map['a'].b", ".hosts[1]", ".conf.k", ".conf.get("),
    ),
    "operator": (
        " ~ ",
        " + ",
        " - ",
        " * ",
        " == ",
        " != ",
        " in ",
        " and ",
        " or ",
        " % ",
        " if ",
        "not ",
        " is defined",
    ),
    "date": (
        *("strftime", "isoformat", "replace(day", ".replace(hour", ".subtract(", ".add(", ".format(", ".date()"),
        *("in_timezone", "int_timestamp", "weekday()", "day_of_week", "to_date_string()", " > "),
    ),
    "text": ("$HOME", "${X}", "\\$X", "'%}'", "'{{ ds }}'"),
}


def judge(text: str, *, interval: bool) -> None:
    kind = "daily" if interval else "unscheduled"
    written = write(text, interval=interval)
    SEEN[kind] += 1
    if written.text is None:
        REFUSED.update((kind, code) for code in written.codes)
        return
    CONVERTED[kind] += 1
    CONVERTED.update(form for forms in FORMS.values() for form in forms if form in text)
    for moment in MOMENTS:
        for conf in CONFS:
            fresh = json.loads(json.dumps([MACROS, conf]))
            source = ENGINE.render(text, of_airflow(moment, fresh[1], interval=interval), fresh[0])
            service = ENGINE.render(written.text, of_service(moment, conf), {})
            same = source == service or source[0] == service[0] == "raises"
            assert same, f"{text!r} written as {written.text!r}: {source} became {service} at {moment} with {conf}"


@settings(max_examples=COUNT, deadline=None)
@given(templates(ANY_TIME))
def test_any_template_renders_as_it_did_or_is_refused(text: str):
    judge(text, interval=False)


@settings(max_examples=COUNT, deadline=None)
@given(templates(ANY_TIME | DATES))
def test_any_template_of_a_daily_run_renders_as_it_did_or_is_refused(text: str):
    judge(text, interval=True)


def test_most_of_them_convert():
    """Runs last: what is refused cannot be told apart from what nobody tried."""
    for code, number in REFUSED.most_common():
        print(*code, number)  # what `make templates` is for
    for topic, forms in FORMS.items():
        print(topic, {form: CONVERTED[form] for form in forms})
    for kind in SEEN:
        print(f"{CONVERTED[kind]} of {SEEN[kind]} {kind} convert")
        assert CONVERTED[kind] >= SEEN[kind] * 0.6, f"{CONVERTED[kind]} of {SEEN[kind]} {kind} convert"
    if FULL:
        assert {form: CONVERTED[form] for forms in FORMS.values() for form in forms if CONVERTED[form] < 50} == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("{{ cfg['items'] }}", "{{ {'items': [1, 2]}.items }}"), ("{{ hosts[0] }}", "{{ ['a', 'b', 'c$X']['0'] }}")],
)
def test_the_judge_sees_what_once_was_written(text: str, wrong: str):
    one = ENGINE.render(text, of_airflow(MOMENTS[0], {}, interval=False), MACROS)
    assert one != ENGINE.render(wrong, of_service(MOMENTS[0], {}), {})
