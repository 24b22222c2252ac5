"""Templates are read with exact positions, so that a name can be replaced and all else stays as it was."""

from __future__ import annotations

import contextlib

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.errors import InternalError
from dagconv.ir.value import ListValue
from dagconv.language.jinja import (
    MAX_CHARACTERS,
    NOT_LITERAL,
    JinjaError,
    Reference,
    Step,
    is_template,
    parse_template,
    unknown_filters,
)
from dagconv.language.jinja_tree import Edit, apply, same_output

ATOMS = st.sampled_from(
    ["a", "b", "a.x", "b['y']", "f(a)", "f(b, k=a)", "[a, b]", "(a, 1)", "1", "'a'", '"{{ a }}"', "a | string", "true"]
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda p: f"(({p[0]}) ~ {p[1]})"),
        pair.map(lambda p: f"({p[0]} if {p[1]} else a)"),
        pair.map(lambda p: f"(({p[0]}, {p[1]}) | list)"),
        inner.map(lambda e: f"(not ({e}))"),
        inner.map(lambda e: f"f({e}, k = b)"),
        inner.map(lambda e: f"(({e}) is defined)"),
        inner.map(lambda e: "{'a': " + e + "}['a']"),
    )


EXPRESSIONS = st.recursive(ATOMS, compound, max_leaves=4)
PIECES = st.one_of(
    EXPRESSIONS.map(lambda e: "{{ " + e + " }}"),
    EXPRESSIONS.map(lambda e: "{{- " + e + " -}}"),
    EXPRESSIONS.map(lambda e: "{% if " + e + " %}a{% endif %}"),
    EXPRESSIONS.map(lambda e: "{%- for i in [" + e + "] -%}{{ i }}\n{{ a }}{% endfor %}"),
    EXPRESSIONS.map(lambda e: "{% set c = " + e + " %}{{ c }}"),
    st.sampled_from(["a", " a ", "\n", "{# a #}", "{% raw %}{{ a }}{% endraw %}", "{ ", "é", "$a", "  \r\n "]),
)
TEMPLATES = st.lists(PIECES, max_size=4).map("".join)


def rendered(text: str, **names: object) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    return environment.from_string(text).render(f=lambda *args, **kwargs: (args, kwargs), **names)


class Thing:
    """Has the attributes and items that the generated templates read."""

    def __init__(self, name: str) -> None:
        self.name, self.x, self.y = name, f"{name}.x", f"{name}.y"

    def __repr__(self) -> str:
        return self.name

    def __getitem__(self, key: str) -> str:
        return f"{self.name}[{key}]"


A, B = Thing("A"), Thing("B")


@given(TEMPLATES)
def test_nothing_replaced_is_nothing_changed(text: str):
    assert parse_template(text).replace_names(lambda _: None) == text


@given(TEMPLATES)
def test_a_replaced_name_renders_as_its_value_did(text: str):
    template = parse_template(text)
    changed = template.replace_names(lambda r: "other if yes else a" if r.name == "a" else None)
    expected = rendered(text, a=A, b=B)
    assert rendered(changed, other=A, yes=True, b=B) == expected
    assert rendered(template.replace_names(lambda r: "z" if r.name == "a" else None), z=A, b=B) == expected


@given(TEMPLATES)
def test_names_are_those_that_jinja_looks_up(text: str):
    environment = jinja2.Environment()
    environment.globals = {}  # a DAG's macros come before Jinja's own
    assert parse_template(text).names == jinja2.meta.find_undeclared_variables(environment.parse(text))


@given(TEMPLATES)
def test_spans_show_the_names(text: str):
    for reference in parse_template(text).references:
        assert text[reference.start : reference.name_end] == reference.name
        line = text.split("\n")[reference.line - 1]
        assert line[reference.column - 1 :].startswith(reference.name)


@given(st.text(alphabet="{}%#-+'\"a.|()[]=, \n\rif", max_size=40))
def test_any_text_is_a_template_or_says_why_not(text: str):
    with contextlib.suppress(JinjaError):
        assert parse_template(text).text == text


def only(text: str) -> Reference:
    (reference,) = parse_template(text).references
    return reference


def test_a_chain_of_attributes_and_items():
    reference = only("x {{ dag_run.conf['a b'].c[0] }}")
    assert (reference.name, reference.path) == ("dag_run", ("conf", "a b", "c", 0))
    assert [step.attribute for step in reference.steps] == [True, False, True, False]
    assert reference.alone
    assert not reference.dynamic


def test_a_computed_item_makes_the_chain_dynamic():
    reference = parse_template("{{ params[key] }}").references[0]
    assert (reference.path, reference.dynamic) == ((), True)


def test_a_method_call_with_its_literal_arguments():
    reference = only("{{ dag_run.conf.get('x', [1, -2]) }}")
    assert reference.path == ("conf", "get")
    assert reference.call is not None
    assert reference.call.argument("key", 0) == "x"
    assert reference.call.argument("default", 1) == ListValue((1, -2))
    assert reference.call.argument("more", 2) is None


def test_an_argument_that_is_no_literal():
    reference = parse_template("{{ macros.ds_add(ds, -1) }}").macros[0]
    assert reference.dotted == "macros.ds_add"
    assert reference.call is not None
    assert reference.call.argument("ds", 0) is NOT_LITERAL


@pytest.mark.parametrize(
    ("text", "ids", "key", "dynamic"),
    [
        ("{{ ti.xcom_pull('a') }}", ("a",), "return_value", False),
        ("{{ task_instance.xcom_pull(task_ids=['a', 'b'], key='k')['x'] }}", ("a", "b"), "k", False),
        ("{{ ti.xcom_pull(key='k') }}", None, "k", False),
        ("{{ ti.xcom_pull(task_ids=name) }}", None, "return_value", True),
        ("{{ ti.xcom_pull(*names) }}", None, "return_value", True),
        ("{{ ti.xcom_pull('a', key=params.k) }}", ("a",), None, True),
        ("{{ ti.xcom_pull }}", None, None, True),
        ("{{ ti.xcom_pull(task_ids=('a',)) | tojson }}", ("a",), "return_value", False),
        ("{{ ti.xcom_pull('a.' ~ 'b') }}", None, "return_value", True),
    ],
)
def test_xcom_pulls(text: str, ids: tuple[str, ...] | None, key: str | None, dynamic: bool):
    (pull,) = parse_template(text).xcom_pulls
    assert (pull.task_ids, pull.key, pull.dynamic) == (ids, key, dynamic)


def test_the_dag_of_an_xcom_pull():
    assert parse_template("{{ ti.xcom_pull('a', 'other') }}").xcom_pulls[0].dag_id == "other"


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("{{ next_ds }}", "{{ data_interval_end | ds }}"),
        ("{{ next_ds[:4] }}", "{{ (data_interval_end | ds)[:4] }}"),
        ("{{ next_ds.split('-') }}", "{{ (data_interval_end | ds).split('-') }}"),
        ("{{next_ds~'x'}}", "{{(data_interval_end | ds)~'x'}}"),
        ("{%- if not next_ds -%}\r\n x {% endif %}", "{%- if not (data_interval_end | ds) -%}\r\n x {% endif %}"),
        ("{{ x.next_ds }} {{ y | next_ds }} {{ f(next_ds=1) }} {# next_ds #} next_ds",) * 2,
        ("{{ 'next_ds' }} {% raw %}{{ next_ds }}{% endraw %}",) * 2,
    ],
)
def test_names_are_replaced_only_where_they_are_read(text: str, changed: str):
    new = {"next_ds": "data_interval_end | ds"}
    assert parse_template(text).replace_names(lambda r: new.get(r.name)) == changed


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("{{ dag_run.conf['x'] }}", "{{ params.x }}"),
        ("{{ dag_run.conf['x'].y[0]('z') }}", "{{ params.x.y[0]('z') }}"),
        ("{{ dag_run.conf.get('x') + 1 }}", "{{ dag_run.conf.get('x') + 1 }}"),
        ("{{ dag_run.run_id }}", "{{ dag_run.run_id }}"),
        ("{{ dag_run.conf[dag_run.conf['y']] }}", "{{ dag_run.conf[params.y] }}"),
    ],
)
def test_the_head_of_a_chain_is_replaced_and_its_rest_stays(text: str, changed: str):
    def replacement(reference: Reference) -> tuple[int, str] | None:
        match reference.steps:
            case (Step("conf"), Step(key, attribute=False, end=end), *_):
                return end, f"params.{key}"
            case _:
                return None

    assert parse_template(text).replace_heads(replacement) == changed


def test_what_lies_inside_a_replaced_call_is_replaced_with_it():
    template = parse_template("{{ macros.ds_add(ds, 1) }}")
    assert template.replace_heads(lambda r: (r.call_end or r.end, "x" if r.name == "macros" else "y")) == "{{ x }}"


def test_an_edit_that_would_change_its_surroundings_is_a_bug():
    with pytest.raises(InternalError):
        apply("{{ a.b }}", [Edit(3, 4, "c + d")])
    with pytest.raises(InternalError):
        apply("{{ a }}", [Edit(3, 4, "b }} {{ c")])
    assert apply("{{ a.b }}", [Edit(3, 4, "(c + d)")]) == "{{ (c + d).b }}"


@pytest.mark.parametrize("pair", [("1", "True"), ("1", "1.0"), ("'a'", "a"), ("-n", "n"), ("a.b", "a['b']")])
def test_trees_tell_apart_what_renders_otherwise(pair: tuple[str, str]):
    assert not same_output(*("{{ " + text + " }}" for text in pair))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a$b", "a{{ '$' }}b"),
        ("{% raw %}{{ a }}{% endraw %}", "{{ '{{' }} a }}"),
        ("a{# b #}c", "ac"),
        ("{% if x %}${% endif %}", "{% if x %}{{ '$' }}{% endif %}"),
    ],
)
def test_trees_show_what_prints_the_same(one: str, two: str):
    assert same_output(one, two)


@pytest.mark.parametrize(
    ("text", "tested"),
    [
        ("{{ conf is defined }}", True),
        ("{{ conf is not defined }}", True),
        ("{{ conf | default('x') }}", True),
        ("{{ conf.x | d(1) }}", True),
        ("{{ conf is none }}", False),
        ("{{ conf | upper }}", False),
    ],
)
def test_absence_that_is_provided_for(text: str, tested: bool):
    assert only(text).tested is tested


def test_names_that_the_template_sets_are_no_names_of_the_context():
    template = parse_template("{% set day = ds %}{% for i in range(3) %}{{ i }}{{ day }}{{ loop.index }}{% endfor %}")
    assert template.names == {"ds", "range"}
    assert template.local_names == {"day", "i"}
    assert not template.shadowed


def test_a_name_both_set_and_read_is_shadowed():
    assert parse_template("{{ ds }}{% set ds = 1 %}{{ ds }}").shadowed == {"ds"}


def test_other_templates_that_are_loaded():
    assert parse_template("{% include 'a.sql' %}{% import name as b %}").loads == ("a.sql", None)


def test_filters_that_nobody_has():
    template = parse_template("{{ logical_date | ds | upper }}\n{{ ds | from_yaml }}")
    assert [(used.name, used.line) for used in unknown_filters(template)] == [("from_yaml", 2)]
    assert unknown_filters(parse_template("{{ ds }}")) == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ ds ", 1),
        ("\n{{ ds }", 2),
        ("{% if x %}", 1),
        ("a\nb\n{% endif %}", 3),
        ("{{ a b }}", 1),
        ("{{ }}", 1),
        ("{% nosuch %}", 1),
        ("{{ ds | }}", 1),
        ("{# open", 1),
    ],
)
def test_syntax_errors_name_the_line(text: str, line: int):
    with pytest.raises(JinjaError) as caught:
        parse_template(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "[" * 61 + "]" * 61 + " }}",
        "{{ " + "not " * 20_000 + "a }}",
        "{{ " + "a + " * 20_000 + "a }}",
        "{% if a %}" * 3000 + "{% endif %}" * 3000,
        "{{ a }}" * MAX_CHARACTERS,
        "{{ a" + ".b" * 30_000 + " }}",
    ],
)
def test_monsters_are_refused_and_not_followed(text: str):
    with pytest.raises(JinjaError):
        parse_template(text)


def test_plain_text_is_not_lexed():
    assert not is_template("echo $HOME {x}")
    assert parse_template("{ds}").references == ()
