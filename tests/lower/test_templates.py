"""Templates: rewritten where the rendered text stays the same, refused where it cannot."""

from __future__ import annotations

import datetime
import os

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.ir.schedule import Cron
from dagconv.ir.task import Argument, Mapping
from dagconv.ir.value import (
    CallableValue,
    ListValue,
    MapValue,
    OpaqueValue,
    TemplateFileValue,
    TimedeltaValue,
    TupleValue,
    XComValue,
)
from dagconv.ir.workflow import Group, Param
from dagconv.lower.drop_history import drop_history
from dagconv.lower.drop_queueing import drop_queueing
from dagconv.lower.escape_dollars import escape_dollars
from dagconv.lower.fold_macros import fold_macros, literal
from dagconv.lower.fold_settings import fold_settings
from dagconv.lower.follow_instances import follow_instances
from dagconv.lower.inline_template_files import inline_template_files
from dagconv.lower.lower_params import lower_params
from dagconv.lower.lower_templates import lower_templates
from dagconv.lower.lower_xcoms import lower_xcoms
from dagconv.lower.lowering import Lowering, Options
from dagconv.lower.refuse_rendering import refuse_rendering
from dagconv.lower.refuse_secrets import refuse_secrets
from dagconv.lower.unroll_mapping import unroll_mapping

CREATE = "airflow.providers.amazon.aws.operators.emr.EmrCreateJobFlowOperator"
MOMENT = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
DAILY = Cron("@daily", "0 0 * * *")


def codes(lowering):
    return [d.code for d in lowering.diagnostics]


def templated(ir, text, task_id="a", **fields):
    return ir.task(task_id, args={"prefix": text}, template_fields=("prefix",), **fields)


def prefix(lowering, task_id="a"):
    return lowering.workflow.task(task_id).argument("prefix").value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{ yesterday_ds }}", "{{ macros.ds_add(ds, -1) }}"),
        ("{{ tomorrow_ds.replace('-', '') }}", "{{ macros.ds_add(ds, 1).replace('-', '') }}"),
        ("{{ next_ds }}", "{{ macros.ds_add(ds, 1) }}"),
        ("{{ execution_date | default('x') }}", "{{ execution_date | default('x') }}"),
        ("{{ dag_run.conf['a'] }}", "{{ params['a'] }}"),
        ("{{ dag_run.conf.a.b }}", "{{ params['a'].b }}"),
        ("{{ dag_run.conf.get('a', 1) }}", "{{ params.get('a', 1) }}"),
        ("{{ dag_run.conf.get('known') }}", "{{ dag_run.conf.get('known') }}"),
        ("{{ dag_run.conf[ds] }}", "{{ dag_run.conf[ds] }}"),
        ("{{ dag_run.run_id }}", "{{ dag_run.run_id }}"),
        ("execution_date", "execution_date"),
    ],
)
def test_old_references_are_rewritten_where_that_is_exact(ir, before, after):
    workflow = ir.workflow(templated(ir, before), schedule=DAILY, params=(Param("known", "x"),))
    lowering = ir.run(lower_templates, workflow)
    assert prefix(lowering) == after
    assert bool(lowering.changes) == bool(lowering.diagnostics) == (before != after)


def test_the_next_run_is_a_day_away_in_daily_dags_only(ir):
    lowering = ir.run(
        lower_templates, ir.workflow(templated(ir, "{{ next_ds }}"), schedule=Cron("@weekly", "0 0 * * 0"))
    )
    assert prefix(lowering) == "{{ next_ds }}"


def test_what_is_not_rendered_is_left_alone(ir):
    lowering = ir.run(lower_templates, ir.workflow(ir.task("a", args={"prefix": "{{ yesterday_ds }}"})))
    assert lowering.changes == []


MACROS = MapValue((("n", 3), ("name", "it's"), ("env", MapValue((("stage", "prod"), ("sizes", ListValue((1, 2))))))))


@pytest.mark.parametrize(
    "text",
    [
        "{{ name }}/{{ n + 1 }}",
        "{{ env.stage }}-{{ env['stage'].upper() }}",
        "{% for size in env.sizes %}{{ size }},{% endfor %}",
        "{{ env.get('stage') }} {{ name | length }}",
    ],
)
def test_a_folded_constant_renders_the_same(ir, text):
    python = {"n": 3, "name": "it's", "env": {"stage": "prod", "sizes": [1, 2]}}
    workflow = ir.workflow(templated(ir, text), settings=(Argument("user_defined_macros", MACROS),))
    lowering = ir.run(fold_macros, workflow)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    assert environment.from_string(prefix(lowering)).render() == environment.from_string(text).render(**python)
    assert lowering.workflow.settings == ()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3).map(lambda items: ListValue(tuple(items))),
        max_leaves=6,
    )
)
def test_a_literal_of_jinja_is_the_value(value):
    def python(part):
        return [python(item) for item in part.items] if isinstance(part, ListValue) else part

    found = jinja2.Environment().compile_expression(literal(value), undefined_to_none=False)()
    assert found == python(value)
    assert type(found) is type(python(value))


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("user_defined_macros", "{{ week(ds) }}"),
        ("user_defined_filters", "{{ ds | week }}"),
        ("user_defined_macros", "{% set week = week %}{{ week }}"),
    ],
)
def test_code_of_the_dag_in_templates_is_refused(ir, setting, text):
    value = MapValue((("week", CallableValue("dags", "week")),))
    workflow = ir.workflow(templated(ir, text), settings=(Argument(setting, value),))
    assert codes(ir.run(fold_macros, workflow)) == ["DC417"]


def test_a_macro_named_like_a_variable_of_airflow_is_never_seen(ir):
    value = MapValue((("ds", "mine"),))
    workflow = ir.workflow(templated(ir, "{{ ds }}"), settings=(Argument("user_defined_macros", value),))
    lowering = ir.run(fold_macros, workflow)
    assert (codes(lowering), prefix(lowering)) == (["DC418"], "{{ ds }}")


_TEXTS = st.lists(st.sampled_from(["$", "$$", "NAME", "{", "}", "${", "1", " ", ".", "{{ ds }}", "x"]), max_size=8)


@given(_TEXTS.map("".join))
def test_an_escaped_text_renders_the_same_and_is_not_expanded(ir, text):
    environment = jinja2.Environment()
    try:
        expected = environment.from_string(text).render(ds="D")
    except jinja2.TemplateSyntaxError:
        return
    lowering = ir.run(escape_dollars, ir.workflow(templated(ir, text)))
    written = prefix(lowering)
    if lowering.refused:
        return
    assert environment.from_string(written).render(ds="D") == expected
    names = {"NAME": "!", "NAMEx": "!", "x": "!", "1": "!", "1x": "!", "": "!"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in names.items():
            if name:
                patch.setenv(name, value)
        assert os.path.expandvars(written) == written


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"args": {"acl": "$NAME"}}, "DC441"),
        ({"args": {"prefix": "{{ '$NAME' "}, "template_fields": ("prefix",)}, "DC441"),
        ({"args": {"prefix": MapValue((("$NAME", "x"),))}, "template_fields": ("prefix",)}, "DC441"),
        ({"args": {"acl": "5 $ and $.x"}}, None),
    ],
)
def test_a_dollar_without_escape_is_refused(ir, fields, code):
    lowering = ir.run(escape_dollars, ir.workflow(ir.task("a", **fields)))
    assert codes(lowering) == ([code] if code else [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ var.value.x }}", "DC448"),
        ("{{ var.json.get('x') }}", "DC448"),
        ("{{ conn.db.host }}", "DC449"),
        ("{{ params.var }}", None),
        ("var.value.x", None),
    ],
)
def test_variables_and_connections_are_refused_with_their_key(ir, text, code):
    lowering = ir.run(refuse_secrets, ir.workflow(templated(ir, text)))
    assert codes(lowering) == ([code] if code else [])
    if code:
        assert "'x'" in lowering.diagnostics[0].message or "'db'" in lowering.diagnostics[0].message


def test_a_template_file_is_written_as_its_text(ir):
    lowering = ir.run(inline_template_files, ir.workflow(templated(ir, TemplateFileValue("q.sql", "SELECT 1\n"))))
    assert (codes(lowering), prefix(lowering)) == (["DC410"], "SELECT 1\n")


@pytest.mark.parametrize(("text", "code"), [("{% include 'x.sql' %}", "DC411"), ("-- other.sql", "DC412")])
def test_a_template_file_that_needs_another_is_refused(ir, text, code):
    assert codes(ir.run(inline_template_files, ir.workflow(templated(ir, TemplateFileValue("q.sql", text))))) == [code]


def test_an_output_that_is_text_becomes_a_pull(ir):
    workflow = ir.workflow(ir.task("make", CREATE), templated(ir, XComValue("make"), upstream=("make",)))
    lowering = ir.run(lower_xcoms, workflow)
    assert (codes(lowering), prefix(lowering)) == (["DC413"], "{{ ti.xcom_pull(task_ids='make') }}")


@pytest.mark.parametrize(
    ("path", "xcom", "code"),
    [
        ("airflow.providers.amazon.aws.operators.s3.S3ListOperator", XComValue("make"), "DC414"),
        (CREATE, XComValue("make", "part"), "DC414"),
        (CREATE, XComValue("make", steps=("map",)), "DC415"),
        (CREATE, XComValue("gone"), "DC414"),
    ],
)
def test_any_other_output_is_refused(ir, path, xcom, code):
    assert codes(ir.run(lower_xcoms, ir.workflow(ir.task("make", path), templated(ir, xcom)))) == [code]


def mapped(ir, inputs, kind="expand", values=None, **fields):
    return ir.task("m", args={"prefix": "p/"}, mapping=Mapping(kind, MapValue(inputs), values), **fields)


def test_a_product_is_unrolled_in_the_order_of_airflows_map_index(ir):
    inputs = (("bucket", ListValue(("a", "b"))), ("key", TupleValue(("x", "y"))))
    lowering = ir.run(unroll_mapping, ir.workflow(mapped(ir, inputs)))
    made = [(t.task_id, t.argument("bucket").value, t.argument("key").value) for t in lowering.workflow.tasks]
    assert made == [("m__0", "a", "x"), ("m__1", "a", "y"), ("m__2", "b", "x"), ("m__3", "b", "y")]
    assert all(t.argument("prefix").value == "p/" and t.mapping is None for t in lowering.workflow.tasks)


def test_edges_and_pulls_follow_the_instances(ir):
    inputs = (("bucket", ListValue(("a", "b"))),)
    after = templated(ir, "{{ ti.xcom_pull(task_ids='m') }} m", upstream=("m",))
    lowering = ir.run(unroll_mapping, ir.workflow(mapped(ir, inputs), after))
    follow_instances(lowering)
    assert prefix(lowering) == "{{ ti.xcom_pull(task_ids=['m__0', 'm__1']) }} m"
    assert lowering.workflow.task("a").upstream == ("m__0", "m__1")


@pytest.mark.parametrize(
    ("generation", "text"), [("3", "{{ ti.xcom_pull('m__0') }}"), ("2", "{{ [ti.xcom_pull('m__0')] }}")]
)
def test_the_one_instance_of_a_mapped_task_gives_what_it_gave(ir, generation, text):
    """Airflow 3 unwraps a list of one result, Airflow 2 does not."""
    inputs = (("bucket", ListValue(("a",))),)
    lowering = ir.run(unroll_mapping, ir.workflow(mapped(ir, inputs), templated(ir, "{{ ti.xcom_pull('m') }}")))
    lowering.generation = generation
    follow_instances(lowering)
    assert prefix(lowering) == text


TWO = (("bucket", ListValue(("a", "b"))),)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ ti.xcom_pull('m', map_indexes=0) }}", "DC232"),
        ("{{ ti.xcom_pull(['m', 'x']) }}", "DC232"),
        ("{{ ti.xcom_pull('m', key=params.k) }}", "DC232"),
        ("{{ ti.xcom_pull(params.which) }}", "DC487"),
        ("{% set pull = ti.xcom_pull %}{{ pull('m') }}", "DC487"),
    ],
)
def test_a_pull_that_cannot_follow_is_refused(ir, text, code):
    lowering = ir.run(unroll_mapping, ir.workflow(mapped(ir, TWO), templated(ir, text)))
    follow_instances(lowering)
    assert codes(lowering) == ["DC348", code]


@pytest.mark.parametrize(
    "text",
    [
        "# ti.xcom_pull('m')",
        "{% raw %}{{ ti.xcom_pull('m') }}{% endraw %}",
        "{{ 'm' }}",
        "{{ ti.xcom_pull('m', 'x') }}",
    ],
)
def test_what_pulls_nothing_from_it_stays(ir, text):
    lowering = ir.run(unroll_mapping, ir.workflow(mapped(ir, TWO), templated(ir, text)))
    follow_instances(lowering)
    assert (prefix(lowering), codes(lowering)) == (text, ["DC348"])


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("k/{{ ti.map_index }}", "k/{{ 1 }}"),
        ("{{ task_instance.map_index + 1 }}", "{{ (1) + 1 }}"),
        ("{{ ti.task_id }}/{{ task.task_id }}/{{ ti.task.task_id.upper() }}", "{{ 'm' }}/{{ 'm' }}/{{ 'm'.upper() }}"),
        ("{{ task_instance_key_str }}", "{{ 'd__m__' ~ ds_nodash }}"),
        ("{{ ti.try_number }}", "{{ ti.try_number }}"),
        ("{% set t = ti %}{{ t.map_index }}", None),
    ],
)
def test_an_instance_keeps_the_index_and_id_that_it_had(ir, text, new):
    task = ir.task("m", args={"prefix": text}, template_fields=("prefix",), mapping=Mapping("expand", MapValue(TWO)))
    lowering = ir.run(unroll_mapping, ir.workflow(task))
    follow_instances(lowering)
    assert lowering.workflow.tasks[1].argument("prefix").value == (new or text)
    assert ("DC490" in codes(lowering)) is (new is None)


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ((("bucket", XComValue("first")),), "DC349"),
        ((("bucket", ListValue(())),), "DC230"),
        ((("bucket", OpaqueValue("x.Y")),), "DC349"),
    ],
)
def test_mapping_that_the_file_does_not_tell_is_refused(ir, inputs, code):
    lowering = ir.run(unroll_mapping, ir.workflow(mapped(ir, inputs)))
    assert codes(lowering) == [code]
    assert [t.task_id for t in lowering.workflow.tasks] == ["m"]


def test_a_mapped_group_is_refused(ir):
    assert codes(ir.run(unroll_mapping, ir.workflow(groups=(Group("g", mapped=True),)))) == ["DC233"]


@pytest.mark.parametrize(
    ("setting", "value", "text", "code"),
    [
        ("render_template_as_native_obj", True, "{{ ds }}", "DC223"),
        ("render_template_as_native_obj", True, "2024", "DC223"),
        ("render_template_as_native_obj", True, "in/", "DC226"),
        ("jinja_environment_kwargs", MapValue(()), "{{ ds }}", "DC224"),
        ("jinja_environment_kwargs", MapValue(()), "x\n", "DC224"),
        ("jinja_environment_kwargs", MapValue(()), "x", "DC226"),
        ("template_undefined", CallableValue("jinja2", "Undefined"), "x", "DC225"),
    ],
)
def test_the_template_engine_is_the_services(ir, setting, value, text, code):
    lowering = ir.run(refuse_rendering, ir.workflow(templated(ir, text), settings=(Argument(setting, value),)))
    assert codes(lowering) == [code]
    assert lowering.workflow.settings == ()


def test_params_keep_values_and_tell_what_is_lost(ir):
    schema = MapValue((("type", "integer"), ("minimum", 1)))
    params = (
        Param("plain", "x", schema=MapValue(())),
        Param("typed", 3, "how many", schema, typed=True),
        Param("must"),
    )
    lowering = ir.run(lower_params, ir.workflow(params=params))
    assert [(p.name, p.default) for p in lowering.workflow.params] == [("plain", "x"), ("typed", 3)]
    assert codes(lowering) == ["DC216", "DC218", "DC217"]
    assert "type 'integer', minimum 1, its description" in lowering.diagnostics[0].message
    assert {c.field for c in lowering.changes} == {"params"}


DEFAULTS = (Argument("env", "prod"), Argument("retry_delay", TimedeltaValue(0, 540, 0)))


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("{{ dag.default_args.env }}/{{ ti.task.dag.default_args['env'] }}", "{{ 'prod' }}/{{ 'prod' }}"),
        ("{{ dag.default_args['retry_delay'].seconds }}", "{{ macros.timedelta(0, 540, 0).seconds }}"),
        ("{{ dag.catchup }}/{{ dag.max_active_runs }}", "{{ true }}/{{ dag.max_active_runs }}"),
        ("{{ task.pool }}/{{ ti.task.owner }}/{{ task.bucket }}", "{{ 'p' }}/{{ ti.task.owner }}/{{ task.bucket }}"),
        ("{{ dag.dag_id }}/{{ task.task_id }}/{{ ti.try_number }}/{{ dag }}", None),
        ("{% set dag = 1 %}{{ dag.folder }}", None),
    ],
)
def test_own_settings_are_written_in_where_the_definition_lacks_them(ir, text, new):
    task = ir.task("a", args={"prefix": text, "pool": "p", "bucket": "b"}, template_fields=("prefix", "bucket"))
    lowering = Lowering(
        ir.workflow(task, default_args=DEFAULTS, settings=(Argument("catchup", True),)), Options(now=MOMENT)
    )
    drop_queueing(lowering)
    drop_history(lowering)
    fold_settings(lowering)
    assert prefix(lowering) == (new or text)
    assert "DC492" not in codes(lowering)


@pytest.mark.parametrize(
    "text",
    [
        *("{{ dag.folder }}", "{{ dag.timezone }}", "{{ task.task_group.group_id }}", "{{ ti.task.dag.schedule }}"),
        *("{% set own = dag %}{{ own.catchup }}", "{{ dag[params.x] }}", "{{ dag.default_args.start }}"),
    ],
)
def test_own_settings_without_a_literal_are_refused(ir, text):
    defaults = (Argument("start", OpaqueValue("x.Y")),)
    lowering = ir.run(fold_settings, ir.workflow(templated(ir, text), default_args=defaults))
    assert (prefix(lowering), codes(lowering)) == (text, ["DC492"])
