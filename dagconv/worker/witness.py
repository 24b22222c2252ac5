"""A second testimony about a task, independent of the reader: class, recorded arguments and a generic encoding of
everything in `vars(task)`, which the host compares between source and reload."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dagconv.ir import codec
from dagconv.ir.value import OpaqueValue
from dagconv.worker.read.value import class_path, read_value
from dagconv.worker.record import ATTRIBUTE

MAX_DEPTH = 6
LONG = 200

# Where the task hangs and how it was made; the graph is compared by the DAG's own serialisation.
PLUMBING = frozenset(
    {
        ATTRIBUTE,
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


def encode_object(value: Any, depth: int = 0, seen: tuple[int, ...] = ()) -> Any:
    """JSON data of any object: known values as the IR has them, others as class and attributes, to a depth."""
    kind = type(value)
    if kind in (list, tuple):
        return [encode_object(item, depth + 1, (*seen, id(value))) for item in value] if depth < MAX_DEPTH else "..."
    if kind is dict and depth < MAX_DEPTH:
        return {"dict": [[encode_object(k, depth + 1), encode_object(v, depth + 1)] for k, v in value.items()]}
    plain = read_value(value)
    if not isinstance(plain, OpaqueValue):
        return codec.encode(plain)
    if depth >= MAX_DEPTH or id(value) in seen:
        return {"class": class_path(kind)}
    attributes = getattr(value, "__dict__", None)
    if not isinstance(attributes, dict):
        return {"class": class_path(kind)}
    inner = (*seen, id(value))
    return {
        "class": class_path(kind),
        "vars": {str(k): encode_object(v, depth + 1, inner) for k, v in sorted(attributes.items(), key=str)},
    }


def attributes_of(task: Any) -> dict[str, str]:
    """Each attribute of a task as a canonical text; params by their values."""
    found = {}
    for name, value in vars(task).items():
        if name in PLUMBING:
            continue
        shown = dict(value.items()) if name == "params" else value
        found[name] = json.dumps(encode_object(shown), sort_keys=True)
    return found


def testify(task: Any) -> dict[str, Any]:
    """The testimony about one task; long attributes are given by their hash."""
    return {
        "class": class_path(type(task)),
        "attributes": {name: _short(text) for name, text in attributes_of(task).items()},
    }


def testify_dag(dag: Any) -> dict[str, Any]:
    """Airflow's own serialisation of the DAG level and the edges."""
    from airflow.serialization.serialized_objects import SerializedDAG

    data = SerializedDAG.to_dict(dag)["dag"]
    edges = sorted([task.task_id, sorted(task.upstream_task_ids)] for task in dag.tasks)
    level = {
        name: json.dumps(data.get(name), sort_keys=True, default=str)
        for name in ("timetable", "start_date", "end_date", "dag_id", "timezone")
    }
    return {"level": level, "edges": edges, "params": json.dumps(encode_object(dag.params.dump()), sort_keys=True)}


def _short(text: str) -> str:
    return text if len(text) <= LONG else "sha256:" + hashlib.sha256(text.encode()).hexdigest()
