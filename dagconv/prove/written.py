"""What stands in the text of a definition, beside what the engine makes of it: dag-factory passes over many things
without a word, so the proof asks the text itself that nothing stands there that was not to be written."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from dagconv.catalog.service import KeyStatus, service
from dagconv.ir.workflow import Workflow

# The keys of a DAG that dagconv writes.
_DAG_KEYS = frozenset({"description", "schedule", "start_date", "end_date", "params", "default_args", "tasks"})
_TASK_KEYS = frozenset({"operator", "dependencies"})

# libyaml where PyYAML has it: the service's own loader, which is slower, has its say in the reload.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# (task, key, what about it)
Stray = tuple["str | None", str, str]


def stray_keys(text: str, lowered: Workflow) -> Iterator[Stray]:
    """Whatever stands in the text and was not to be written: `service ignores it`, `was not to be written`, ..."""
    root = _compose(text)
    if not isinstance(root, yaml.MappingNode):
        yield None, "definition", "is no mapping"
        return
    yield from _twice(root)
    for dag_id, body in _items(root):
        if dag_id != lowered.dag_id or not isinstance(body, yaml.MappingNode):
            yield None, dag_id, "was not to be written"
            continue
        for key, value in _items(body):
            if key not in _DAG_KEYS:
                yield None, key, _why(key)
            elif key == "tasks":
                yield from _stray_tasks(value, lowered)


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return None


def _why(key: str) -> str:
    known = service().dag_keys.get(key)
    ignored = known is not None and known.status is KeyStatus.IGNORED
    return "is ignored by the service" if ignored else "was not to be written"


def _stray_tasks(node: yaml.Node, lowered: Workflow) -> Iterator[Stray]:
    if not isinstance(node, yaml.MappingNode):
        yield None, "tasks", "is no mapping"
        return
    for task_id, task in _items(node):
        yield from _stray_in_task(task_id, task, lowered)


def _stray_in_task(task_id: str, node: yaml.Node, lowered: Workflow) -> Iterator[Stray]:
    task = lowered.task(task_id)
    if task is None or not isinstance(node, yaml.MappingNode):
        yield task_id, "task", "was not to be written"
        return
    given = {argument.name for argument in task.arguments}
    for key, value in _items(node):
        if key == "operator" and value.value != task.operator.target:
            yield task_id, key, f"names {task.operator.target} by another path"
        elif key not in _TASK_KEYS and key not in given:
            yield task_id, key, "was not to be written"


def _items(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    return ((str(key.value), value) for key, value in node.value)


def _twice(node: yaml.Node, seen: frozenset[int] = frozenset()) -> Iterator[Stray]:
    """Keys that stand twice in one mapping: PyYAML takes the last without a word."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    inner = seen | {id(node)}
    if isinstance(node, yaml.MappingNode):
        # 1 and '1' are two keys; the text of a number is written in one way only.
        names = [(key.tag, str(key.value)) for key, _ in node.value]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield None, name[1], "stands twice in one mapping"
    for child in node.value:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _twice(part, inner)
