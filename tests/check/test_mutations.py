"""Damage of many kinds done to a good definition: each is found under the intended code, at the intended place.

A row says which words of the definition are replaced and by what; § marks where the finding must stand.
"""

from __future__ import annotations

import datetime

import pytest

from dagconv.check.definition import check_definition
from dagconv.diagnostics import Severity

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)

GOOD = """\
sales_daily:
  schedule: "15 4 * * *"
  start_date: "2030-01-01"
  end_date: "2031-01-01"
  params:
    bucket: sales-landing
    region: emea
  default_args:
    retries: 2
    retry_delay: {__type__: datetime.timedelta, minutes: 2}
  tasks:
    wait_for_file:
      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
      bucket_name: "{{ params.bucket }}"
      bucket_key: in/{{ ds }}/orders.csv
      mode: reschedule
      poke_interval: 120
      timeout: 43200
    load:
      operator: airflow.providers.amazon.aws.operators.athena.AthenaOperator
      query: select count(*) from orders
      database: sales
      output_location: s3://sales-results/
      retries: 1
      retry_delay: 30
      execution_timeout:
        __type__: datetime.timedelta
        minutes: 45
      dependencies: [wait_for_file]
    summary:
      operator: airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator
      s3_bucket: sales-results
      s3_key: summary/{{ ds_nodash }}.txt
      data: "{{ ti.xcom_pull(task_ids='load') }}"
      replace: true
      trigger_rule: none_failed
      dependencies:
        - load
    tell:
      operator: airflow.providers.amazon.aws.operators.sns.SnsPublishOperator
      target_arn: arn:aws:sns:us-east-1:111122223333:sales
      message: done
      dependencies: [summary, load]
"""

S3, SNS = "airflow.providers.amazon.aws.operators.s3", "airflow.providers.amazon.aws.operators.sns"
TELL = f"{SNS}.SnsPublishOperator\n      target_arn: arn:aws:sns:us-east-1:111122223333:sales\n      message: done"

# (what, words, words in their place, code)
ROWS = [
    ("dag id with a blank", "sales_daily:", "§sales daily:", "DC252"),
    ("dag id with a slash", "sales_daily:", "§sales/daily:", "DC252"),
    ("dag id that is a number", "sales_daily:", "§2024:", "DC252"),
    ("dag id that the loader reserves", "sales_daily:", "§default:", "DC252"),
    ("dag id that the loader takes for an object", "sales_daily:", "§__type__:", "DC252"),
    ("second dag", "      dependencies: [summary, load]\n",
     "      dependencies: [summary]\n§two:\n  tasks: {}\n", "DC250"),
    ("dag as a list", "sales_daily:\n", "§- sales_daily:\n", "DC250"),
    ("tasks at the root", "  tasks:\n", "§tasks:\n", "DC250"),
    ("unknown dag key", "  schedule:", "  §timezone: UTC\n  schedule:", "DC254"),
    ("misspelt dag key", "  schedule:", "  §shedule:", "DC254"),
    ("schedule_interval", "  schedule:", "  §schedule_interval:", "DC254"),
    ("task groups", "  tasks:\n", "  §task_groups: {a: {}}\n  tasks:\n", "DC254"),
    ("dag callback", "  tasks:\n", "  §on_failure_callback: mod.tell\n  tasks:\n", "DC255"),
    ("one run at a time", "  tasks:\n", "  §max_active_runs: 1\n  tasks:\n", "DC256"),
    ("catch-up", "  tasks:\n", "  §catchup: true\n  tasks:\n", "DC256"),
    ("tags as text", "  tasks:\n", "  tags: §nightly\n  tasks:\n", "DC258"),
    ("run time-out as a number", "  tasks:\n", "  dagrun_timeout: §3600\n  tasks:\n", "DC258"),
    ("other inner dag id", "  schedule:", "  dag_id: §sales\n  schedule:", "DC253"),
    ("schedule as a list", '"15 4 * * *"', '§["15 4 * * *"]', "DC461"),
    ("schedule as a number", '"15 4 * * *"', "§5", "DC461"),
    ("schedule as a time span", '"15 4 * * *"', "§{__type__: datetime.timedelta, days: 1}", "DC461"),
    ("four fields", '"15 4 * * *"', '§"15 4 * *"', "DC462"),
    ("minute out of range", '"15 4 * * *"', '§"75 4 * * *"', "DC462"),
    ("words as a schedule", '"15 4 * * *"', "§every day at four", "DC462"),
    ("bad rate", '"15 4 * * *"', "§rate(1 hours)", "DC462"),
    ("bad aws cron", '"15 4 * * *"', "§cron(15 4 * * *)", "DC462"),
    ("both day fields", '"15 4 * * *"', '§"15 4 1 * 1"', "DC463"),
    ("@once", '"15 4 * * *"', '§"@once"', "DC464"),
    ("misspelt preset", '"15 4 * * *"', '§"@dialy"', "DC464"),
    ("never", '"15 4 * * *"', '§"0 0 31 4 *"', "DC466"),
    ("impossible date", '"2030-01-01"', '§"2030-02-30"', "DC455"),
    ("date as a number", '"2030-01-01"', "§20300101", "DC455"),
    ("date with an offset", '"2030-01-01"', '§"2030-01-01T05:00:00+02:00"', "DC456"),
    ("relative date", '"2030-01-01"', "§3 days", "DC457"),
    ("end before start", '"2031-01-01"', '§"2029-01-01"', "DC460"),
    ("end as an object before start", '"2031-01-01"', "§{__type__: datetime.datetime, year: 2029, month: 1, day: 1}",
     "DC460"),
    ("end as an object of positions before start", '"2031-01-01"',
     "§{__type__: datetime.datetime, __args__: [2029, 12, 31, 23]}", "DC460"),
    ("end in the past", '  end_date: "2031-01-01"', '  end_date: §"2025-01-01"', "DC460"),
    ("params as a list", "  params:\n    bucket: sales-landing\n    region: emea\n", "  §params: [a]\n", "DC263"),
    ("params as text", "  params:\n    bucket: sales-landing\n    region: emea\n", "  §params: a=b\n", "DC263"),
    ("date in params", "region: emea", "region: §2024-01-01", "DC264"),
    ("typed param", "region: emea", "§region: {type: string, default: emea}", "DC265"),
    ("norway", "region: emea", "region: §no", "DC454"),
    ("octal", "region: emea", "region: §0100", "DC454"),
    ("sixties", "region: emea", "region: §12:30", "DC454"),
    ("null default args",
     "  default_args:\n    retries: 2\n    retry_delay: {__type__: datetime.timedelta, minutes: 2}\n",
     "  §default_args:\n", "DC259"),
    ("unknown default arg", "    retries: 2", "    §poke_interval: 2", "DC260"),
    ("default arg of the other converter", "    retries: 2", "    §email_on_failure: false", "DC260"),
    ("waiting for runs in default args", "    retries: 2", "    §wait_for_downstream: true", "DC261"),
    ("no tasks", "  tasks:\n", "  params2:\n", "DC262"),
    ("tasks as a list", "  tasks:\n", "  §tasks: [a, b]\n  params2:\n", "DC262"),
    ("task as text", "    tell:\n", "    §gone: text\n    tell:\n", "DC350"),
    ("task without a body", "    tell:\n", "    §gone:\n    tell:\n", "DC350"),
    ("task id with a blank", "    tell:\n", "    §tell them:\n", "DC351"),
    ("task id that the loader reserves", "    tell:\n", "    §__type__:\n", "DC351"),
    ("task id that is a boolean", "    tell:\n", "    §on:\n", "DC351"),
    ("other inner task id", "      message: done", "      task_id: §told\n      message: done", "DC352"),
    ("upstream_tasks", "      dependencies: [summary, load]", "      §upstream_tasks: [summary]", "DC353"),
    ("depends_on", "      dependencies: [summary, load]", "      §depends_on: [summary]", "DC353"),
    ("parameters wrapper", "      message: done", "      §parameters: {message: done}", "DC353"),
    ("expand", "      message: done", "      message: done\n      §expand: {message: [a, b]}", "DC353"),
    ("decorator", f"      operator: {SNS}.SnsPublishOperator",
     "      §decorator: airflow.decorators.task", "DC353"),
    ("old dag-factory key", "      retry_delay: 30", "      §retry_delay_sec: 30", "DC353"),
    ("no operator", f"      operator: {SNS}.SnsPublishOperator\n", "", "DC354"),
    ("empty operator", f"operator: {SNS}.SnsPublishOperator", "§operator:", "DC354"),
    ("short operator", f"{SNS}.SnsPublishOperator", "§SnsPublishOperator", "DC355"),
    ("misspelt operator", f"{SNS}.Sns", f"§{SNS}.Sms", "DC356"),
    ("misspelt root of a path", f"{SNS}.Sns", "§airlfow.providers.amazon.aws.operators.sns.Sns", "DC356"),
    ("long dag id", "sales_daily:", f"§{'a' * 251}:", "DC252"),
    ("long task id", "    tell:\n", f"    §{'a' * 251}:\n", "DC351"),
    ("wrong module", SNS, "§airflow.providers.amazon.aws.operators.sqs", "DC356"),
    ("phantom", "airflow.providers.amazon.aws.operators.athena.AthenaOperator",
     "§airflow.providers.amazon.aws.operators.glue.GlueCrawlerOperator", "DC357"),
    ("base class", f"{SNS}.SnsPublishOperator",
     "§airflow.providers.amazon.aws.operators.sagemaker.SageMakerBaseOperator", "DC358"),
    ("only in the other converter", "airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator",
     "§airflow.providers.amazon.aws.transfers.s3_to_redshift.S3ToRedshiftOperator", "DC359"),
    ("on no list", "airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator",
     "§airflow.providers.amazon.aws.operators.s3.S3FileTransformOperator", "DC360"),
    ("branching", f"{SNS}.SnsPublishOperator",
     "§airflow.operators.python.BranchPythonOperator", "DC362"),
    ("own class", f"{SNS}.SnsPublishOperator", "§mine.operators.Tell", "DC363"),
    ("no path", f"{SNS}.SnsPublishOperator", "§mine.operators:Tell", "DC364"),
    ("a function of Python's own", f"{SNS}.SnsPublishOperator", "§os.path.join", "DC364"),
    ("misspelt argument", "      database: sales", "      §databse: sales", "DC365"),
    ("argument of another operator", "      message: done", "      message: done\n      §bucket: b", "DC365"),
    ("argument that the run needs", '      bucket_name: "{{ params.bucket }}"\n', "", "DC367"),
    ("two that exclude one another", TELL,
     f"{S3}.S3DeleteObjectsOperator\n      bucket: b\n      keys: [a]\n      §prefix: b", "DC368"),
    ("none of two", TELL,
     f"{S3}.S3DeleteObjectsOperator\n      bucket: b", "DC390"),
    ("missing argument", "      database: sales\n", "", "DC366"),
    ("list for text", "      database: sales", "      database: §[sales]", "DC369"),
    ("text for a list of numbers", "poke_interval: 120", "poke_interval: §often", "DC369"),
    ("text for a boolean", "replace: true", "replace: §'false'", "DC369"),
    ("negative interval", "poke_interval: 120", "poke_interval: §-5", "DC392"),
    ("text for a pool slot", "      message: done", "      pool_slots: §many\n      message: done", "DC369"),
    ("params of a task as a list", "      message: done", "      §params: [a]\n      message: done", "DC263"),
    ("blank behind a preset", '"15 4 * * *"', '§"@daily "', "DC464"),
    ("null mode", "mode: reschedule", "mode: §~", "DC370"),
    ("unknown mode", "mode: reschedule", "mode: §wait", "DC370"),
    ("function as text", "      mode: reschedule", "      §check_fn: mod.check", "DC371"),
    ("dependencies as text", "dependencies: [wait_for_file]", "dependencies: §wait_for_file", "DC376"),
    ("null dependencies", "dependencies: [wait_for_file]", "§dependencies:", "DC376"),
    ("number in dependencies", "dependencies: [wait_for_file]", "dependencies: [§1]", "DC376"),
    ("unknown dependency", "dependencies: [wait_for_file]", "dependencies: [§wait_for_files]", "DC377"),
    ("itself", "dependencies: [wait_for_file]", "dependencies: [§load]", "DC378"),
    ("twice", "dependencies: [summary, load]", "dependencies: [load, §load]", "DC379"),
    ("cycle", "      timeout: 43200\n", "      timeout: 43200\n      §dependencies: [tell]\n", "DC380"),
    ("unknown trigger rule", "trigger_rule: none_failed", "trigger_rule: §none_fails", "DC381"),
    ("removed trigger rule", "trigger_rule: none_failed", "trigger_rule: §dummy", "DC382"),
    ("retries as words", "    retries: 2\n", "    retries: §two\n", "DC384"),
    ("half a retry", "      retries: 1\n", "      retries: §1.5\n", "DC384"),
    ("many retries", "      retries: 1\n", "      retries: §4\n", "DC620"),
    ("negative retries", "      retries: 1\n", "      retries: §-1\n", "DC620"),
    ("delay as text", "retry_delay: 30\n", "retry_delay: §30s\n", "DC385"),
    ("long delay", "retry_delay: 30\n", "retry_delay: §301\n", "DC621"),
    ("long delay in default args", "minutes: 2}", "minutes: 6}", "DC621"),
    ("time-out as a number", "      execution_timeout:\n        __type__: datetime.timedelta\n        minutes: 45\n",
     "      execution_timeout: §2700\n", "DC386"),
    ("time-out as a plain mapping", "        __type__: datetime.timedelta\n        minutes: 45",
     "        §minutes: 45", "DC386"),
    ("long time-out", "        __type__: datetime.timedelta\n        minutes: 45",
     "        §__type__: datetime.timedelta\n        minutes: 66", "DC622"),
    ("poke for hours", "      mode: reschedule\n      poke_interval: 120\n      timeout: 43200\n",
     "      poke_interval: 120\n      timeout: §43200\n", "DC387"),
    ("date on a task", "      message: done", '      start_date: §"2030-01-01"\n      message: done', "DC389"),
    ("os.system", "        __type__: datetime.timedelta", "        __type__: §os.system", "DC450"),
    ("unit that does not exist", "        minutes: 45", "        §minute: 45", "DC451"),
    ("text as a unit", "        minutes: 45", "        minutes: §'45'", "DC451"),
    ("a day that does not exist", '"2031-01-01"', "§{__type__: datetime.datetime, year: 2031, month: 2, day: 29}",
     "DC451"),
    ("a moment in too many positions", '"2031-01-01"',
     "§{__type__: datetime.datetime, __args__: [2031, 1, 1, 0, 0, 0, 0, 0]}", "DC451"),
    ("reserved key", "      message: done", "      message:\n        §__join__: [a, b]", "DC452"),
    ("environment variable", "message: done", "message: in §$HOME", "DC453"),
    ("pool", "      message: done", "      §pool: small\n      message: done", "DC623"),
    ("past runs", "      message: done", "      §depends_on_past: true\n      message: done", "DC623"),
    ("task callback", "      message: done", "      §on_failure_callback: mod.tell\n      message: done", "DC624"),
    ("deferrable", "      mode: reschedule", "      §deferrable: true", "DC625"),
    ("no xcom", "      message: done", "      §do_xcom_push: false\n      message: done", "DC626"),
    ("owner", "      message: done", "      §owner: me\n      message: done", "DC627"),
    ("other region", "      message: done", "      §region_name: eu-west-1\n      message: done", "DC628"),
    ("other connection", "      message: done", "      §aws_conn_id: other\n      message: done", "DC628"),
    ("duplicate task", "    tell:\n", "    §load:\n", "DC607"),
    ("duplicate argument", "      replace: true", "      replace: true\n      §replace: true", "DC607"),
    ("python tag", "message: done", "message: §!!python/name:os.getcwd", "DC608"),
    ("own tag", "message: done", "message: §!Ref done", "DC608"),
    ("tab", "      replace: true", "§\t      replace: true", "DC604"),
    ("unclosed quote", "      data: \"{{ ti.xcom_pull(task_ids='load') }}\"", "      data: §\"{{ ti }}", "DC603"),
    ("bad indentation", "      replace: true", "     §replace: true", "DC603"),
    ("second document", "    tell:\n", "§---\n    tell:\n", "DC605"),
    ("undefined alias", "message: done", "message: §*gone", "DC603"),
    ("recursive alias", "    bucket: sales-landing", "    bucket: &a [§*a]", "DC609"),
    ("unclosed braces", "{{ params.bucket }}", "{{ params.bucket }", "DC470"),
    ("removed variable", "{{ ds }}", "{{ §next_ds }}", "DC471"),
    ("misspelt variable", "{{ ds }}", "{{ §dss }}", "DC472"),
    ("unlisted variable", "{{ ds }}", "{{ §logical_date }}", "DC473"),
    ("configuration of the run", "{{ ds }}", "{{ §dag_run.conf.day }}", "DC474"),
    ("airflow variable", "{{ ds }}", "{{ §var.value.day }}", "DC475"),
    ("misspelt macro", "{{ ds }}", "{{ §macros.ds_subtract(ds, 1) }}", "DC476"),
    ("unlisted macro", "{{ ds }}", "{{ §macros.json.dumps(ds) }}", "DC477"),
    ("misspelt filter", "{{ ds }}", "{{ ds | §lowers }}", "DC478"),
    ("template where none is rendered", "      mode: reschedule",
     "      mode: reschedule\n      metadata_keys: [§'{{ ds }}']", "DC479"),
    ("template file", "query: select count(*) from orders", "query: §sql/orders.sql", "DC480"),
    ("included template", "query: select count(*) from orders", "query: §\"{% include 'a.sql' %}\"", "DC480"),
    ("xcom of nobody", "task_ids='load'", "task_ids='§loading'", "DC481"),
    ("xcom of a later task", "task_ids='load'", "task_ids='§tell'", "DC482"),
    ("undeclared parameter", "{{ params.bucket }}", "{{ params.§buckets }}", "DC484"),
    ("control character", "message: done", "message: done§\x07", "DC601"),
    ("lonely equals sign", "message: done", "message: §=", "DC611"),
    ("list as a key", "      message: done", "      ? §[a]\n      : b\n      message: done", "DC612"),
]  # fmt: skip
WARNINGS_ONLY = {
    "DC367",
    "DC253",
    "DC255",
    "DC256",
    "DC261",
    "DC265",
    "DC352",
    "DC359",
    "DC360",
    "DC387",
    "DC453",
    "DC454",
}
WARNINGS_ONLY |= {
    "DC473",
    "DC474",
    "DC475",
    "DC477",
    "DC479",
    "DC481",
    "DC482",
    "DC456",
    "DC457",
    "DC623",
    "DC624",
    "DC625",
    "DC626",
    "DC628",
    "DC363",
}
INFOS_ONLY = {"DC484", "DC379", "DC627"}


def test_the_good_definition_has_no_error_and_no_warning() -> None:
    assert [
        one.message for one in check_definition(GOOD, "good.yaml", now=NOW) if one.severity is not Severity.INFO
    ] == []


@pytest.mark.parametrize(("old", "new", "code"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_damage_is_found_at_its_place(old: str, new: str, code: str) -> None:
    assert GOOD.count(old) >= 1
    marked = GOOD.replace(old, new, 1)
    text = marked.replace("§", "")
    found = [one for one in check_definition(text, "bad.yaml", now=NOW) if one.code == code]
    assert found, [f"{one.location} {one.code}" for one in check_definition(text, "bad.yaml", now=NOW)]
    if "§" in marked:
        before = marked[: marked.index("§")]
        places = [(one.location.line, one.location.column) for one in found if one.location]
        assert (before.count("\n") + 1, len(before) - before.rfind("\n")) in places
    expected = Severity.WARNING if code in WARNINGS_ONLY else Severity.INFO if code in INFOS_ONLY else Severity.ERROR
    assert {one.severity for one in found} == {expected}


def test_there_are_enough_kinds_of_damage() -> None:
    assert len({row[0] for row in ROWS}) == len(ROWS) >= 60
