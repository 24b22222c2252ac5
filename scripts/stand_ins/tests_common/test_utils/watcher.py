"""Would fail a run in which any task failed."""

from airflow.sdk import task


@task(trigger_rule="one_failed", retries=0)
def watcher():
    raise RuntimeError("a task before this one failed")
