"""A task's own params, apart from those that it shares with its DAG."""

from __future__ import annotations

import copy
from typing import Any

from dagconv.ir.task import Origin
from dagconv.worker.attributes import params_of_a_run
from dagconv.worker.objects import encode_object, text_of
from dagconv.worker.record import Construction


def own_params(task: Any, construction: Construction) -> tuple[Any, Origin] | None:
    """As the call gave them; where others were set afterwards, all that a run sees beside the DAG's."""
    of_dag, seen = (_by_name(params) for params in (task.dag.params if task.dag else {}, params_of_a_run(task)))
    given = construction.call.get("params")
    if isinstance(given, dict):
        given = {name: _without_shared(param, of_dag.get(name)) for name, param in _by_name(given).items()}
    values = given if isinstance(given, dict) else {}
    expected = {**of_dag, **{name: _like(value, of_dag.get(name)) for name, value in values.items()}}
    if {name: _shown(param) for name, param in seen.items()} == {name: _shown(p) for name, p in expected.items()}:
        return (given, Origin.CALL) if given is not None else None
    own = {name: param for name, param in seen.items() if name not in of_dag or _shown(param) != _shown(of_dag[name])}
    return {name: _without_shared(param, of_dag.get(name)) for name, param in own.items()}, Origin.ASSIGNED


def _without_shared(param: Any, of_dag: Any) -> Any:
    """The value of a Param that says no more than a bare value or that of the DAG."""
    from airflow.sdk import Param
    from airflow.sdk.definitions._internal.types import ArgNotSet

    if not isinstance(param, Param) or isinstance(param.value, ArgNotSet):
        return param
    shared = of_dag if isinstance(of_dag, Param) else Param()
    said = (param.description, _encoded(param.schema))
    return param.value if said in ((None, _encoded({})), (shared.description, _encoded(shared.schema))) else param


def _like(value: Any, of_dag: Any) -> Any:
    """What Airflow makes of a task's own value for a Param of the DAG: the same with another value."""
    from airflow.sdk import Param

    if isinstance(value, Param) or not isinstance(of_dag, Param):
        return value
    made = copy.copy(of_dag)
    made.value = value
    return made


def _encoded(schema: Any) -> str:
    return text_of(encode_object(schema))


def _by_name(params: Any) -> dict[str, Any]:
    return {str(name): params.get_param(name) if hasattr(params, "get_param") else params[name] for name in params}


def _shown(param: Any) -> str:
    from airflow.sdk import Param

    held = param if isinstance(param, Param) else Param(param)
    return text_of(encode_object([held.value, held.description, held.schema]))
