"""Values of ignored keys with which nothing is lost, because the service behaves just so; facts for the rules.

They are the defaults of Airflow 3.0.6, as far as leaving them out means the same on the service (contract 7).
"""

from __future__ import annotations

from dagconv.check.node import Mapping, Node, Scalar, Sequence

_FALSE: tuple[object, ...] = (False, None)
_NONE: tuple[object, ...] = (None,)
_HARMLESS: dict[str, tuple[object, ...]] = {
    "allow_nested_operators": (True,),
    "auto_register": (True,),
    "catchup": _FALSE,
    "deferrable": _FALSE,
    "depends_on_past": _FALSE,
    "do_xcom_push": (True,),
    "email_on_failure": _FALSE,
    "email_on_retry": _FALSE,
    "executor": _NONE,
    "fail_fast": _FALSE,
    "fail_stop": _FALSE,
    "ignore_first_depends_on_past": (True, False, None),
    "is_paused_upon_creation": _FALSE,
    "max_consecutive_failed_dag_runs": (0, None),
    "multiple_outputs": _FALSE,
    "pool": ("default_pool", None),
    "pool_slots": (1,),
    "priority_weight": (1,),
    "queue": ("default", None),
    "render_template_as_native_obj": _FALSE,
    "retry_exponential_backoff": _FALSE,
    "wait_for_downstream": _FALSE,
    "wait_for_past_depends_before_skipping": _FALSE,
    "weight_rule": ("downstream",),
}
# Airflow's default of 16 is what every converter writes; the service runs up to its quota (contract 7).
_AT_LEAST = {"max_active_runs": 16, "max_active_tasks": 16}


def is_harmless(name: str, value: Node) -> bool:
    """Whether the service does the same with and without this value of a key that it ignores."""
    if isinstance(value, Sequence):
        return not value.items
    if isinstance(value, Mapping):
        return not value.entries
    return _is_harmless_scalar(name, value)


def _is_harmless_scalar(name: str, scalar: Scalar) -> bool:
    value = scalar.value
    if value is None:
        return True
    least = _AT_LEAST.get(name)
    if least is not None and isinstance(value, int):
        return value >= least
    return any(value == known and type(value) is type(known) for known in _HARMLESS.get(name, ()))
