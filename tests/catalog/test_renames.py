"""What the table of old names promises to those who look things up in it."""

from __future__ import annotations

import pytest

from dagconv.catalog.renames import release, renames


def test_each_old_name_stands_in_one_table():
    table = renames()
    tables = (table.names, table.absent, table.newer, table.adapted, table.emulated, table.gone)
    assert len(table.old_names) == sum(len(one) for one in tables)
    assert not table.old_names & table.importable.keys()


def test_modern_follows_every_table():
    table = renames()
    assert table.modern("airflow.operators.bash_operator.BashOperator").endswith("standard.operators.bash.BashOperator")
    assert table.modern("airflow.sdk.TriggerRule") == "airflow.utils.trigger_rule.TriggerRule"
    google = table.modern("airflow.contrib.operators.bigquery_operator.BigQueryOperator")
    assert google.startswith("airflow.providers.google.")
    assert table.modern("airflow.sensors.s3_prefix_sensor.S3PrefixSensor").endswith("sensors.s3.S3KeySensor")
    assert table.modern("airflow.sdk.DAG") is None


def test_no_argument_is_renamed_and_lost_at_once():
    table = renames()
    for path, lost in table.lost_arguments.items():
        assert not lost.keys() & table.arguments.get(path, {}).keys()


def test_histories_of_defaults_end_with_the_current_one():
    for arguments in renames().defaults.values():
        for history in arguments.values():
            releases = [entry.release for entry in history]
            assert len(history) > 1
            assert releases == sorted(releases)
            assert releases[-1][0] == 9


def test_releases_are_numbers():
    assert release("8.24.0") == (8, 24, 0)
    with pytest.raises(ValueError, match="invalid literal"):
        release("latest")
