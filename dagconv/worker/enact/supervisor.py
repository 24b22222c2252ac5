"""Stands in for the supervisor that a task speaks to: keeps outputs, and answers what a task asks of its run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from dagconv.worker.enact.step import Step

# By task id, index and key: what was pushed, as Airflow has serialised it.
Store = dict[tuple[str, int, str], Any]
# One output, or those of all instances of a task under a key.
Read = tuple[tuple[str, int, str] | None, tuple[str, str] | None]


def outputs_of(store: Store, task_id: str, key: str) -> list[Any]:
    """Of all instances of a task, in their order."""
    rows = [(index, value) for (name, index, named), value in store.items() if (name, named) == (task_id, key)]
    return [value for _, value in sorted(rows, key=lambda row: row[0])]


class Supervisor:
    """One attempt's: `pushed` collects its outputs, `skips` the tasks that it skips, `calls` what it does to
    Variables and other runs. `states` are those of the tasks that have ended. `reads` are the outputs that it asked
    for, `reads_states` whether it asked for states."""

    def __init__(self, step: Step, store: Store, states: Mapping[str, str], calls: list[str]) -> None:
        self.task_id, self.dag_id, self.index = step.task.task_id, step.task.dag_id, step.index
        self.store, self.states = store, states
        self.calls = calls
        self.pushed: dict[str, Any] = {}
        self.reads: list[Read] = []
        self.reads_states = False
        self.skips: list[Any] = []

    def send(self, msg: Any) -> Any:
        """Raises NotImplementedError for what a task without a database cannot be told."""
        kind = type(msg).__name__
        if kind in _SAYINGS:
            return None
        if kind in _ANSWERS:
            return _ANSWERS[kind](self, msg)
        raise NotImplementedError(f"a run that is enacted has no answer to {kind}")

    def _push(self, msg: Any) -> None:
        if (msg.task_id, -1 if msg.map_index is None else msg.map_index) != (self.task_id, self.index):
            self.calls.append(f"pushes {msg.key} of {msg.task_id}")
            return
        value = json.loads(json.dumps(msg.value))  # it goes to another process
        self.pushed[msg.key] = value
        self.store[msg.task_id, self.index, msg.key] = value

    def _delete(self, msg: Any) -> None:
        self.pushed.pop(msg.key, None)
        self.store.pop((msg.task_id, self.index, msg.key), None)

    def _pull(self, msg: Any) -> Any:
        from airflow.sdk.execution_time.comms import XComResult

        index = -1 if msg.map_index is None else msg.map_index
        if msg.dag_id != self.dag_id:
            return XComResult(key=msg.key, value=None)
        self.reads.append(((msg.task_id, index, msg.key), None))
        return XComResult(key=msg.key, value=self.store.get((msg.task_id, index, msg.key)))

    def _all(self, msg: Any) -> list[Any]:
        if msg.dag_id != self.dag_id:
            return []
        self.reads.append((None, (msg.task_id, msg.key)))
        return outputs_of(self.store, msg.task_id, msg.key)

    def _pull_slice(self, msg: Any) -> Any:
        from airflow.sdk.execution_time.comms import XComSequenceSliceResult

        return XComSequenceSliceResult(root=self._all(msg)[msg.start : msg.stop : msg.step])

    def _pull_item(self, msg: Any) -> Any:
        from airflow.sdk.exceptions import ErrorType
        from airflow.sdk.execution_time.comms import ErrorResponse, XComSequenceIndexResult

        found = self._all(msg)
        if -len(found) <= msg.offset < len(found):
            return XComSequenceIndexResult(root=found[msg.offset])
        return ErrorResponse(error=ErrorType.XCOM_NOT_FOUND)

    def _count_outputs(self, msg: Any) -> Any:
        from airflow.sdk.execution_time.comms import XComCountResponse

        return XComCountResponse(len=len(self._all(msg)))

    def _skip(self, msg: Any) -> None:
        self.skips += msg.tasks

    def _tell_states(self, msg: Any) -> Any:
        from airflow.sdk.execution_time.comms import TaskStatesResult

        self.reads_states = True
        wanted = self.states if msg.task_ids is None else {name: self.states.get(name) for name in msg.task_ids}
        return TaskStatesResult(task_states={"": dict(wanted)})

    def _count_instances(self, msg: Any) -> Any:
        from airflow.sdk.execution_time.comms import TICount

        self.reads_states = True
        chosen = [s for n, s in self.states.items() if msg.task_ids is None or n in msg.task_ids]
        return TICount(count=sum(1 for state in chosen if msg.states is None or state in msg.states))

    def _set_variable(self, msg: Any) -> None:
        self.calls.append(f"sets Variable {msg.key} to {json.dumps(msg.value)}")

    def _delete_variable(self, msg: Any) -> None:
        self.calls.append(f"deletes Variable {msg.key}")


# What a task only tells, and nobody needs: the runner returns its end itself.
_SAYINGS = frozenset(
    {"SetRenderedFields", "SucceedTask", "TaskState", "RetryTask", "RescheduleTask", "DeferTask", "MaskSecret"}
)


_ANSWERS: Mapping[str, Callable[[Supervisor, Any], Any]] = {
    "SetXCom": Supervisor._push,
    "DeleteXCom": Supervisor._delete,
    "GetXCom": Supervisor._pull,
    "GetXComSequenceSlice": Supervisor._pull_slice,
    "GetXComSequenceItem": Supervisor._pull_item,
    "GetXComCount": Supervisor._count_outputs,
    "SkipDownstreamTasks": Supervisor._skip,
    "GetTaskStates": Supervisor._tell_states,
    "GetTICount": Supervisor._count_instances,
    "PutVariable": Supervisor._set_variable,
    "DeleteVariable": Supervisor._delete_variable,
}
