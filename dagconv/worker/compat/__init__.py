"""Lets source written for Airflow 1.10, 2 and 3.1+ load under the service's Airflow; user files only.

Installed once in the server and inert there; `enable` switches it on in a child that loads source.
"""

from __future__ import annotations

import datetime

from dagconv.worker.compat import dags, finder, partial, placeholder, relative, tasks
from dagconv.worker.compat.uses import USES
from dagconv.worker.record import RECORDER


def install() -> None:
    """Puts the finders in place. Runs after Airflow is imported and before any fork."""
    finder.install()
    partial.install()


def set_timezone(name: str) -> None:
    """Makes this the zone of naive dates, as [core] default_timezone does."""
    import pendulum
    from airflow import settings

    settings.TIMEZONE = pendulum.timezone(name)


def enable(day: datetime.datetime) -> None:
    """Serves this process's user files from now on. `day` is the conversion's moment."""
    from airflow.utils.trigger_rule import TriggerRule

    USES.enabled = True
    relative.DAY.conversion = day
    placeholder.lend_decorators()
    RECORDER.adapt_task = tasks.adapt_task
    RECORDER.adapt_dag = dags.adapt_dag
    TriggerRule.DUMMY = TriggerRule.ALWAYS
    TriggerRule.NONE_FAILED_OR_SKIPPED = TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS
