"""Writes what templates read of the DAG's and the task's own settings, where the definition says them otherwise.

Runs when arguments are what will be written, so that a setting that is still there is left to the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir import codec
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import MapValue, Value, walk
from dagconv.ir.workflow import Workflow
from dagconv.language.jinja import Reference, Step, Template, is_template
from dagconv.language.jinja_use import flows
from dagconv.lower.fold_macros import follow, literal
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_templates

FOLDED = Rule(
    code="DC491",
    slug="setting-folded",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A template reads a setting of its DAG or task that the definition does not say as the source does.",
    message="{key} reads {value}, which the definition does not say so; its value is written into the template",
    help="convert again when the value changes",
    why="Settings that the service ignores are dropped and others fitted to its limits. A template would show that.",
    example="DAG('report', default_args={'env': 'prod'})  # and prefix='{{ dag.default_args.env }}'",
    fix="Nothing to do.",
    source=(Section("1.3"), Section("4"), Section("5")),
)
LOST = Rule(
    code="DC492",
    slug="setting-not-foldable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template reads something of its DAG or task that is another on the service and has no literal.",
    message="{key} reads {value}, which is another on the service and cannot be written into the template",
    help="say the value itself, or give it as a param",
    why="On the service the DAG is made from the definition by dag-factory: other files, other settings, no groups.",
    example="prefix='{{ dag.folder }}/in'",
    fix="prefix='in'",
    source=(ContractRule(36), Section("1.3"), Section("5")),
)
# The same on both sides, whatever the definition says.
_DAG_SAME = frozenset({"dag_id", "safe_dag_id", "params", "dag_display_name", "get_task", "has_task"})
_TASK_SAME = frozenset(
    {"task_id", "dag_id", "params", "xcom_push", "upstream_task_ids", "downstream_task_ids", "get_dag"}
)
# Settings of a DAG that are the same where the source leaves them out.
_DAG_DEFAULTS = frozenset(
    {"catchup", "max_active_runs", "max_active_tasks", "dagrun_timeout", "is_paused_upon_creation", "description"}
    | {
        "max_consecutive_failed_dag_runs",
        "render_template_as_native_obj",
        "default_view",
        "orientation",
        "access_control",
    }
)


@dataclass(frozen=True, slots=True)
class _Owner:
    """What a path in a template begins with: the DAG or a task; `steps` are those that follow."""

    name: str
    steps: tuple[Step, ...]


def fold_settings(lowering: Lowering) -> None:
    origins = {instance: mapped for mapped, names in lowering.unrolled.items() for instance in names}

    def fold(task: Task) -> Task:
        source = lowering.source.task(origins.get(task.task_id, task.task_id)) or task
        return rewrite_templates(
            lowering, FOLDED, task, lambda argument, template: _fold(lowering, source, task, argument, template)
        )

    lowering.map_tasks(fold)


def _fold(lowering: Lowering, source: Task, task: Task, argument: Argument, template: Template) -> str:
    def replacement(reference: Reference) -> tuple[int, str] | None:
        if reference.name in template.local_names:
            return None
        owner = _owner(reference)
        if owner is None:
            return None
        if not owner.steps:
            asked = {flow.members[0] for flow in flows(template, reference) if flow.members}
            if asked and not (reference.name in _OWNERS and asked <= _same(owner.name)):
                lowering.report(LOST, task.task_id, argument.name, value=reference.dotted)
            return None
        found = _value(lowering, source, task, owner)
        if found is _SAME:
            return None
        step, rest = owner.steps[0], owner.steps[1:]
        value, end = follow(found, rest, step.end) if not isinstance(found, _Unknown) else (found, step.end)
        text = None if isinstance(value, _Unknown) else literal(value)
        if text is None:
            lowering.report(LOST, task.task_id, argument.name, value=reference.dotted)
            return None
        lowering.report(FOLDED, task.task_id, argument.name, value=reference.dotted)
        return end, text

    return template.replace_heads(replacement)


class _Unknown:
    """There is a value, and another one on the service, and nothing tells it as a literal."""


class _Same(_Unknown):
    """The engine gives what Airflow gave."""


_UNKNOWN, _SAME = _Unknown(), _Same()
_OWNERS: Mapping[str, str] = {"dag": "dag", "task": "task"}


def _same(owner: str) -> frozenset[str]:
    return _DAG_SAME if owner == "dag" else _TASK_SAME


def _owner(reference: Reference) -> _Owner | None:
    """Whether a path goes through `dag`, `task`, `ti.task` or `.dag` of those, and where it goes on."""
    keys, steps = [str(key) for key in reference.path], reference.steps
    if reference.name in ("ti", "task_instance"):
        if keys[:1] != ["task"]:
            return None
        name, at = "task", 1
    elif reference.name in _OWNERS:
        name, at = reference.name, 0
    else:
        return None
    if name == "task" and keys[at : at + 1] == ["dag"]:
        name, at = "dag", at + 1
    return _Owner(name, steps[at:])


def _value(lowering: Lowering, source: Task, task: Task, owner: _Owner) -> Value | _Unknown:
    name = str(owner.steps[0].key)
    if name in _same(owner.name):
        return _SAME
    if owner.name == "dag":
        return _of_dag(lowering.source, lowering.workflow, name)
    return _of_task(source, task, name)


def _of_dag(source: Workflow, written: Workflow, name: str) -> Value | _Unknown:
    if name == "default_args":
        return MapValue(tuple((argument.name, argument.value) for argument in source.default_args))
    if name == "owner":
        owners = {_text(task.argument("owner")) for task in source.tasks}
        return owners.pop() if len(owners) == 1 else _UNKNOWN
    if name == "doc_md":
        setting = source.setting(name)
        return setting.value if setting is not None else None
    if name == "description":
        return _SAME if source.description == written.description else source.description
    before, after = source.setting(name), written.setting(name)
    if before is None:
        return _SAME if name in _DAG_DEFAULTS else _UNKNOWN
    if name == "tags":  # a set
        return _UNKNOWN
    return _SAME if after is not None and codec.same(before.value, after.value) else before.value


def _of_task(source: Task, task: Task, name: str) -> Value | _Unknown:
    if name in ("task_type", "operator_name"):
        return _SAME if source.operator.path == task.operator.path else source.operator.path.rpartition(".")[2]
    if name == "label":
        return source.task_id.rpartition(".")[2] if source.group is not None else source.task_id
    before, after = source.argument(name), task.argument(name)
    if before is None:
        return _SAME if name in task.accepts and (after is None or _is_default(after)) else _UNKNOWN
    if after is not None and codec.same(before.value, after.value):
        return _SAME
    if any(isinstance(part, str) and is_template(part) for _, part in walk(before.value)):
        return _UNKNOWN
    return before.value


def _is_default(argument: Argument) -> bool:
    return codec.same(argument.value, argument.default)


def _text(argument: Argument | None) -> str:
    return argument.value if argument is not None and isinstance(argument.value, str) else "airflow"
