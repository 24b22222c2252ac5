"""Old argument names in `.partial()` of dynamic task mapping, which checks names before any task is made."""

from __future__ import annotations

from typing import Any

from dagconv.worker.compat.tasks import rename_arguments
from dagconv.worker.compat.uses import USES
from dagconv.worker.record import RECORDER


def install() -> None:
    """Wraps the function behind `Operator.partial`."""
    from airflow.sdk.bases import operator

    original = operator.partial

    def partial(operator_class: Any, /, **kwargs: Any) -> Any:
        if USES.enabled and not RECORDER.is_user_file(operator_class.__init__.__wrapped__.__code__.co_filename):
            kwargs = rename_arguments(operator_class, kwargs, {})
        return original(operator_class, **kwargs)

    descriptor = vars(operator.BaseOperator)["partial"]
    descriptor.class_method = classmethod(partial)
