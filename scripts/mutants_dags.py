"""DAGs whose texts are rewritten in every way that lowering knows, for `mutants.py`."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3CreateObjectOperator, S3ListOperator
from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable

TEXTS = {
    "ds": "{{ ds }}/{{ ds_nodash }}",
    "ts": "{{ ts }}/{{ ts_nodash }}/{{ ts_nodash_with_tz }}",
    "execution_date": "{{ execution_date.strftime('%Y/%m/%d %H:%M') }}/{{ logical_date.day }}",
    "interval": "{{ data_interval_start.strftime('%F %T') }}/{{ data_interval_end.strftime('%F %T') }}",
    "pendulum": "{{ execution_date.subtract(days=1).to_date_string() }}",
    "replaced": "{{ execution_date.replace(day=1).strftime('%F') }}",
    "next": "{{ next_ds }}/{{ next_ds_nodash }}/{{ next_execution_date.strftime('%F') }}",
    "days": "{{ yesterday_ds }}/{{ tomorrow_ds }}/{{ yesterday_ds_nodash }}/{{ tomorrow_ds_nodash }}",
    "arithmetic": "{{ (execution_date - macros.timedelta(hours=3)).strftime('%F %H') }}{{ macros.ds_add(ds, -7) }}",
    "statement": "{% set d = macros.ds_add(ds, 2) %}{% for n in range(2) %}{{ d }}-{{ n }}{% endfor %}",
    "raw": "{# ds #}{% raw %}{{ ds }}{% endraw %}{{ ds }}",
    "filters": "{{ execution_date | ds }}/{{ execution_date | ts_nodash }}",
}
PREVIOUS = {"previous": "{{ prev_ds }}/{{ prev_execution_date.strftime('%F') }}"}
SCHEDULES = {
    "daily": (CronDataIntervalTimetable("0 5 * * *", "UTC"), TEXTS | PREVIOUS),
    "half_hourly": (CronDataIntervalTimetable("*/30 * * * *", "UTC"), TEXTS | PREVIOUS),
    "weekdays": (CronDataIntervalTimetable("0 5 * * 1-5", "UTC"), TEXTS),
    "office_hours": (CronDataIntervalTimetable("0 8,12,18 * * *", "UTC"), TEXTS),
    "monthly": (CronDataIntervalTimetable("0 0 1 * *", "UTC"), TEXTS),
    "every_six_hours": (DeltaDataIntervalTimetable(timedelta(hours=6)), TEXTS | PREVIOUS),
}
for name, (timetable, texts) in SCHEDULES.items():
    with DAG(name, schedule_interval=timetable, start_date=datetime(2024, 1, 1), catchup=False):
        for task_id, text in texts.items():
            S3ListOperator(task_id=task_id, bucket="b", prefix=text)

MACROS = {
    "hosts": ["a", "b"], "cfg": {"items": [1, 2], "deep": {"k": "v", "n": [{"z": 1}]}}, "n": -3, "x": 1.5,
    "word": "it's", "yes": True, "nothing": None, "pair": (1, 2), "one": (1,),
}  # fmt: skip
FOLDED = {
    "index": "{{ hosts[0] }}{{ hosts[-1] }}{{ hosts | join('-') }}{{ hosts | length }}",
    "key": "{{ cfg['items'] }}{{ cfg.deep.k }}{{ cfg['deep']['n'][0].z }}{{ cfg.deep['k'] | upper }}",
    "number": "{{ n }}{{ n.bit_length() }}{{ n + 1 }}{{ 2 - n }}{{ x * 2 }}{{ -n }}{{ n ** 2 }}",
    "word": "{{ word }}{{ word ~ 'x' }}{{ word.upper() }}{{ word[0] }}",
    "others": "{{ yes }}{{ nothing }}{{ pair }}{{ one }}{{ pair[1] }}{% if yes and not nothing %}y{% endif %}",
    "loop": "{% for h in hosts %}{{ h }}{{ loop.index }}{% endfor %}{% set q = n %}{{ q }}",
    "conf": "{{ dag_run.conf['a'] }}{{ dag_run.conf['l'][0] }}{{ dag_run.conf.b }}{{ dag_run.conf.get('c', 'd') }}",
    "deeper": "{{ dag_run.conf['a']['b'][1].c | upper }}{{ dag_run.conf.get('m').n }}",
    "dollars": "$HOME {{ ds }} ${B} {{ '{' }} $1 {% raw %}{{ x }}{% endraw %} $C",
    "dollar_inside": "a $X{{ ds }}$Y{% if true %}$Z{% endif %}{# $Q #} {$W} {{ '}}' }}$V",
}
with DAG("folded", schedule_interval=None, start_date=datetime(2024, 1, 1), user_defined_macros=MACROS):
    for task_id, text in FOLDED.items():
        S3ListOperator(task_id=task_id, bucket="b", prefix=text)

with DAG("mapped", schedule_interval=None, start_date=datetime(2024, 1, 1)):
    listed = S3ListOperator.partial(task_id="listed", prefix="{{ ds }}/{{ ti.map_index }}/{{ ti.task_id }}").expand(
        bucket=["a", "b", "c"]
    )
    crossed = S3CreateObjectOperator.partial(task_id="crossed", s3_bucket="b").expand(
        s3_key=["k", "l"], data=["1", "{{ ts }}"]
    )
    rows = S3ListOperator.partial(task_id="rows", bucket="b").expand_kwargs([{"prefix": "p"}, {"prefix": "{{ ds }}"}])
    single = S3ListOperator.partial(task_id="single", prefix="s").expand(bucket=["a"])
    pulls = {
        "pull": "{{ ti.xcom_pull('listed') | join(',') }}",
        "pull_named": "{{ ti.xcom_pull(task_ids='rows', key='k')[1] }}",
        "pull_single": "{{ ti.xcom_pull(task_ids='single')[0] }}",
        "pull_plain": "{{ ti.xcom_pull('pull') }} 'listed' {% raw %}{{ ti.xcom_pull('listed') }}{% endraw %}",
    }
    for task_id, text in pulls.items():
        [listed, crossed, rows, single] >> S3CreateObjectOperator(task_id=task_id, s3_bucket="b", s3_key="k", data=text)
