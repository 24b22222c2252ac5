"""What `vars()` of a task holds, attribute by attribute, as texts that are equal where the values are."""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring_ascii
from typing import Any

from dagconv.ir.task import COSMETIC
from dagconv.worker.objects import encode_object, text_of
from dagconv.worker.record import ATTRIBUTE, construction_of

# Where the task hangs and how it was made; its id is told with it.
PLUMBING = frozenset(
    {
        ATTRIBUTE,
        "task_id",
        "_dag",
        "dag",
        "task_group",
        "upstream_task_ids",
        "downstream_task_ids",
        "_log",
        "_cached_logger",
        "_BaseOperator__init_kwargs",
        "_BaseOperator__from_mapped",
        "_BaseOperator__instantiated",
    }
)
# What a task's own dict has only where Airflow makes it of a mapped one or the source sets it.
_HELD_BY_CLASS = {"_on_failure_fail_dagrun": False}
# What stands for an attribute that a class makes up for each object.
_ANEW = '"made up by the class"'
# Longer texts are given by their hash.
LONG = 200


def attributes_of(task: Any) -> dict[str, str]:
    """Each attribute of a task as a canonical text; one that its class makes up for each object has no value here."""
    held = {**_HELD_BY_CLASS, **vars(task)}
    if "params" in held:
        held["params"] = params_of_a_run(task)
    construction = construction_of(task)
    anew = construction.anew if construction is not None else frozenset()
    return {
        name: _ANEW if name in anew else _text(name, value)
        for name, value in held.items()
        if name not in PLUMBING and name not in COSMETIC
    }


def params_of_a_run(task: Any) -> Any:
    """What a run of the task sees: its DAG's params as they are after the import, and its own over them (Airflow
    3.0.6, process_params)."""
    from airflow.sdk.definitions.param import ParamsDict

    own, dag = vars(task)["params"], getattr(task, "dag", None)
    if not isinstance(own, ParamsDict) or dag is None or not isinstance(dag.params, ParamsDict):
        return own
    merged = ParamsDict(suppress_exception=True)
    for params in (dag.params, own):
        for key in params:
            merged[key] = params.get_param(key)
    return merged


def _text(name: str, value: Any) -> str:
    """Most attributes are plain, and many."""
    kind = type(value)
    if kind is str:
        return encode_basestring_ascii(value)
    return "null" if value is None else text_of(encode_attribute(name, value))


def encode_attribute(name: str, value: Any) -> Any:
    """`params` as name, value, description and schema, read without resolving them: a required one has no value."""
    from airflow.sdk.definitions.param import ParamsDict

    if name != "params" or not isinstance(value, ParamsDict):
        return encode_object(value)
    found = ((str(key), value.get_param(key)) for key in value)
    rows = [[key, _encode_param_value(p.value), p.description, encode_object(p.schema)] for key, p in found]
    return {"params": sorted(rows, key=text_of)}


def _encode_param_value(value: Any) -> Any:
    from airflow.sdk.definitions._internal.types import ArgNotSet

    return {"missing": True} if isinstance(value, ArgNotSet) else encode_object(value)


def short(text: str) -> str:
    """The text, or its hash where it is long."""
    return text if len(text) <= LONG else "sha256:" + hashlib.sha256(text.encode()).hexdigest()
