"""Wrong rewrites that were found in the wild, each beside one that is right: the witness tells them apart.

A pair is what the source says (a Python expression) and what was written for it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dagconv.ir.change import Case
from dagconv.ir.rendering import Runs
from dagconv.ir.schedule import Cron

pytestmark = pytest.mark.airflow

Witness = Callable[..., dict[str, "str | None"]]

DAILY_OF_2 = Runs("2", Cron("0 5 * * *", "0 5 * * *", data_intervals=True))
DAILY_OF_1_10 = Runs("1.10", DAILY_OF_2.schedule)
WRONG = "DC711"
MOMENT = "macros.datetime.fromisoformat(ts)"
MACROS = (
    ", user_defined_macros={'hosts': ['a', 'b'], 'cfg': {'items': [1, 2]}, 'n': -3, 'l': [], 'x': -1.5, 'range': 'r',"
    " 'shout': str.upper}, user_defined_filters={'loud': str.upper}"
)


def test_macros_and_filters_of_the_source(witness: Witness) -> None:
    found = witness(
        {
            "key_for_index": ("'{{ hosts[0] }}'", "{{ ['a', 'b']['0'] }}"),
            "index": ("'{{ hosts[0] }}'", "{{ ['a', 'b'][0] }}"),
            "attribute_for_key": ("\"{{ cfg['items'] }}\"", "{{ {'items': [1, 2]}.items }}"),
            "key": ("\"{{ cfg['items'] }}\"", "{{ {'items': [1, 2]}['items'] }}"),
            "sign_binds_last": ("'{{ n.bit_length() }}'", "{{ -3.bit_length() }}"),
            "sign_in_brackets": ("'{{ n.bit_length() }}'", "{{ (-3).bit_length() }}"),
            "fraction": ("'{{ x.is_integer() }}'", "{{ -1.5.is_integer() }}"),
            "changed_list": ("'{% set _ = l.append(1) %}{{ l }}'", "{% set _ = [].append(1) %}{{ [] }}"),
            "list_in_a_name": (
                "'{% set _ = l.append(1) %}{{ l }}'",
                "{% set l = [] %}{% set _ = l.append(1) %}{{ l }}",
            ),
            "name_of_jinja": ("'{{ range }}'", "{{ range }}"),
            "function": ("'{{ shout(ds) }}'", "{{ ds }}"),
            "filter": ("\"{{ 'a' | loud }}\"", "{{ 'a' | upper }}"),
            "type": ("'{{ n }}'", "{{ '-3' }}"),
        },
        dag=MACROS,
    )
    assert found == {
        "key_for_index": WRONG,
        "index": None,
        "attribute_for_key": WRONG,
        "key": None,
        "sign_binds_last": WRONG,
        "sign_in_brackets": None,
        "fraction": WRONG,
        "changed_list": WRONG,
        "list_in_a_name": None,
        "name_of_jinja": WRONG,
        "function": None,  # a date has no letters
        "filter": None,
        "type": None,
    }


def test_values_of_the_run(witness: Witness) -> None:
    found = witness(
        {
            "key_for_index": ("\"{{ dag_run.conf['hosts'][0] }}\"", "{{ params['hosts']['0'] }}"),
            "index": ("\"{{ dag_run.conf['hosts'][0] }}\"", "{{ params['hosts'][0] }}"),
            "other_key": ("\"{{ dag_run.conf['a'] }}\"", "{{ params['b'] }}"),
            "deeper": ("\"{{ dag_run.conf['a']['b'] }}\"", "{{ params['a'] }}"),
            "get": ("\"{{ dag_run.conf.get('a', 'x') }}\"", "{{ params.get('a', 'x') }}"),
            "other_default": ("\"{{ dag_run.conf.get('a', 'x') }}\"", "{{ params.get('a', 'y') }}"),
            "other_pull": ("\"{{ ti.xcom_pull('index') }}\"", "{{ ti.xcom_pull('get') }}"),
            "other_result": ("\"{{ ti.xcom_pull('index', key='a') }}\"", "{{ ti.xcom_pull('index') }}"),
            "listed_pull": ("\"{{ ti.xcom_pull('index') }}\"", "{{ ti.xcom_pull(['index'])[0] }}"),
            "setting": ("'{{ dag.catchup }}'", "{{ dag.catchup }}"),
            "default_args": ("'{{ dag.default_args.env }}'", "{{ dag.default_args.env }}"),
            "name": ("'{{ dag.dag_id }} {{ task.task_id }} {{ ti.task_id }}'", "d name name"),
            "variable": ("'{{ var.value.a }}'", "{{ var.value.b }}"),
            "connection": ("'{{ conn.a.host }}'", "{{ conn.a.host }}"),
        },
        dag=", catchup=True, default_args={'env': 'prod'}",
    )
    right = ("index", "get", "listed_pull", "name", "connection")
    assert found == {name: None if name in right else WRONG for name in found}


def test_dollars_and_text_in_strings(witness: Witness) -> None:
    found = witness(
        {
            "in_a_string": ('\'{{ "}}" ~ "$HOME" }}\'', '{{ "}}" ~ "{{ \'$\' }}HOME" }}'),
            "in_a_mapping": ('\'{{ {"a": {"b": 1}} ~ "$H" }}\'', '{{ {"a": {"b": 1}} ~ "{{ \'$\' }}H" }}'),
            "in_a_block": ("'{% set x = \"%}$H\" %}{{ x }}'", "{% set x = \"%}{{ '$' }}H\" %}{{ x }}"),
            "outside": ("'a $HOME b'", "a {{ '$' }}HOME b"),
            "in_raw": (
                "'{% raw %}{{ ti.xcom_pull(\"l\") }}{% endraw %}'",
                '{% raw %}{{ ti.xcom_pull(["l__0"]) }}{% endraw %}',
            ),
            "plain": ("'ti.xcom_pull(\"l\")'", 'ti.xcom_pull(["l__0"])'),
        }
    )
    assert found == {name: None if name == "outside" else WRONG for name in found}


def test_dates_of_an_interval(witness: Witness) -> None:
    day = "macros.ds_add(ds, -1)"
    texts = {
        "kept": ("'{{ ds }}'", "{{ ds }}"),
        "shifted": ("'{{ ds }}'", f"{{{{ {day} }}}}"),
        "twice": ("'{{ ds }}'", "{{ macros.ds_add(ds, -2) }}"),
        "other_way": ("'{{ ds }}'", "{{ macros.ds_add(ds, 1) }}"),
        "next": ("'{{ next_ds }}'", "{{ ds }}"),
        "end": ("\"{{ data_interval_end.strftime('%H') }}\"", f"{{{{ {MOMENT}.strftime('%H') }}}}"),
        "lacks_pendulum": (
            "\"{{ execution_date.replace(day=1).subtract(days=1).strftime('%F') }}\"",
            f"{{{{ ({MOMENT} - macros.timedelta(days=1)).replace(day=1).subtract(days=1).strftime('%F') }}}}",
        ),
        "over_logical_date": (
            "\"{{ execution_date.replace(day=1).subtract(days=1).strftime('%F') }}\"",
            "{{ (logical_date - macros.timedelta(days=1)).replace(day=1).subtract(days=1).strftime('%F') }}",
        ),
        "printed": ("'{{ execution_date }}'", "{{ logical_date - macros.timedelta(days=1) }}"),
        "weekday": (
            "'{{ execution_date.day_of_week }}'",
            "{{ (logical_date - macros.timedelta(days=1)).day_of_week }}",
        ),
        "removed": ("'{{ next_ds }}'", "{{ next_ds }}"),
        "yesterday": (
            "'{{ yesterday_ds_nodash }}'",
            "{{ macros.ds_format(macros.ds_add(ds, -2), '%Y-%m-%d', '%Y%m%d') }}",
        ),
        "month": (
            "\"{{ execution_date.strftime('%Y-%m') }}\"",
            f"{{{{ ({MOMENT} - macros.timedelta(days=1)).strftime('%Y-%m') }}}}",
        ),
        "month_by_30": (
            "\"{{ execution_date.subtract(months=1).strftime('%m') }}\"",
            "{{ macros.ds_add(ds, -31)[5:7] }}",
        ),
    }
    by_hand = ("shifted", "end", "over_logical_date", "yesterday", "month")
    found = witness(texts, DAILY_OF_2, declared=[(task, Case.MANUAL) for task in by_hand])
    right = (*by_hand, "next")
    assert found == {name: None if name in right else WRONG for name in texts}


def test_runs_by_hand_are_held_to_what_was_said(witness: Witness) -> None:
    texts = {
        "not_said": ("'{{ ds }}'", "{{ macros.ds_add(ds, -1) }}"),
        "said_of_the_others": ("'{{ ds }}'", "{{ macros.ds_add(ds, -1) }}"),
        "said_in_vain": ("'{{ next_ds }}'", "{{ ds }}"),
        "hidden": ("'{{ execution_date.minute }}'", f"{{{{ ({MOMENT} - macros.timedelta(days=1)).minute }}}}"),
    }
    declared = [("said_of_the_others", Case.SCHEDULED), ("said_in_vain", Case.MANUAL), ("hidden", Case.MANUAL)]
    found = witness(texts, DAILY_OF_2, declared=declared)
    assert found == {"not_said": WRONG, "said_of_the_others": WRONG, "said_in_vain": "DC712", "hidden": None}


def test_names_of_1_10(witness: Witness) -> None:
    texts = {
        "end_date": ("'{{ END_DATE }}'", "{{ macros.ds_add(ds, -1) }}"),
        "interval": ("'{{ data_interval_end }}'", "{{ ds }}"),
        "previous": ("'{{ prev_ds }}'", "{{ macros.ds_add(ds, -2) }}"),
    }
    found = witness(texts, DAILY_OF_1_10, declared=[("end_date", Case.MANUAL), ("previous", Case.MANUAL)])
    assert found == {"end_date": None, "interval": WRONG, "previous": None}


def test_what_renders_by_chance(witness: Witness) -> None:
    found = witness(
        {
            "token": ("'{{ token() }}{{ ds }}'", "x{{ ds }}"),
            "seeded": (
                "'{{ macros.random() }} {{ macros.uuid.uuid4() }}'",
                "{{ macros.random() }} {{ macros.uuid.uuid4() }}",
            ),
            "clock": ("'{{ macros.datetime.now() }}'", "{{ macros.datetime.now() }}"),
            "own_seeded": ("'{{ dice() }}'", "{{ macros.random() }}"),
        },
        before="import random\nimport secrets\n",
        dag=", user_defined_macros={'token': secrets.token_hex, 'dice': random.random}",
    )
    assert found == {"token": "DC713", "seeded": None, "clock": None, "own_seeded": None}


def test_objects_that_airflow_renders_by_their_own_rules(witness: Witness) -> None:
    found = witness(
        {
            "member": ("Stage.PROD", "prod"),
            "member_as_printed": ("Stage.PROD", "Stage.PROD"),
            "path": ("pathlib.Path('/x/{{ ds }}')", "/x/{{ ds }}"),
            "tuple": ("('{{ ds }}', 'b')", ["{{ ds }}", "b"]),
        },
        before="import enum\nimport pathlib\nclass Stage(str, enum.Enum):\n    PROD = 'prod'\n",
    )
    assert found == {"member": WRONG, "member_as_printed": None, "path": WRONG, "tuple": None}
