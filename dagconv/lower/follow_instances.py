"""Follows unrolled tasks into templates: pulls of what their instances give, and what an instance asks of itself.

Runs after the DAG's own macros are folded, so that ids which they hold are literals.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.change import Case
from dagconv.ir.task import Argument, Task
from dagconv.language.jinja import Reference, Template, XComPull
from dagconv.language.jinja_use import flows
from dagconv.lower.lower_xcoms import text_outputs
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_templates
from dagconv.lower.unroll_mapping import UNROLLED

PULLS_MAPPED = Rule(
    code="DC232",
    slug="pull-of-a-mapped-task",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template pulls the results of a mapped task in a way that cannot be rewritten.",
    message="{key} pulls results of the mapped task {value} in a way that cannot be rewritten for its instances",
    help="pull them as ti.xcom_pull(task_ids='{value}'), with nothing computed in the call",
    why="The mapped task becomes several tasks, so that every mention of its id has to follow.",
    example="{{ ti.xcom_pull(task_ids='list', map_indexes=0) }}",
    fix="Write the pull in the plain form.",
    source=(ContractRule(15), ContractRule(44)),
)
COMPUTED = Rule(
    code="DC487",
    slug="pull-of-a-computed-id",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template computes which task it pulls from, in a DAG with mapped tasks.",
    message="{key} pulls from a task whose id is computed; it may be the mapped task {value}, which becomes several",
    help="name the task in the call: ti.xcom_pull(task_ids='...')",
    why="The mapped task becomes several tasks under ids of their own. A computed id would find none of them.",
    example="{{ ti.xcom_pull(params.which) }}",
    fix="{{ ti.xcom_pull(task_ids='list') }}",
    source=(ContractRule(15), ContractRule(44)),
)
GAPS = Rule(
    code="DC488",
    slug="pull-of-instances-with-gaps",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A template pulls from a mapped task whose instances may give no result.",
    message="{key} pulls from all instances of {value}: None stands for one without a result, which Airflow leaves out",
    help="no step is needed where every instance gives a result; else filter: ... | reject('none') | list",
    why="Airflow collects the results that a mapped task has. A pull from several tasks has a place for each.",
    example="{{ ti.xcom_pull(task_ids='copy') | length }}  # with a mapped task that may be skipped",
    fix="Let every instance return something, or count values instead of places.",
    source=(ContractRule(44), Engine("airflow.sdk.execution_time.task_runner", "RuntimeTaskInstance")),
)
INDEX = Rule(
    code="DC489",
    slug="instance-names-itself",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A template of a mapped task asks for its own index or id, which is written in.",
    message="{key} uses {value}, which is {new} in this instance of the mapped task and written in",
    help="no step is needed",
    why="An instance is a task of its own on the service: it has no map index, and another id.",
    example="S3CreateObjectOperator.partial(s3_key='{{ ti.map_index }}', ...).expand(data=['a', 'b'])",
    fix="Nothing to do.",
    source=(ContractRule(15), Section("1.2")),
)
UNKNOWN = Rule(
    code="DC490",
    slug="instance-asks-itself",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template of a mapped task asks something of its own task instance that is not known beforehand.",
    message="{key} uses {value} of a mapped task, which is another in the task that takes its place",
    help="use ti.map_index, ti.task_id or the mapped value itself",
    why="An instance is a task of its own on the service: it has no map index, and another id.",
    example="{% set own = ti %}{{ own.map_index }}",
    fix="{{ ti.map_index }}",
    source=(ContractRule(15), Section("1.2")),
)
# What a task instance is asked for that unrolling changes.
_OWN = frozenset({"map_index", "task_id", "rendered_map_index", "key", "label", "task_display_name"})
_SELF = frozenset({"ti", "task_instance", "task"})


def follow_instances(lowering: Lowering) -> None:
    if not lowering.unrolled:
        return
    places = {name: (mapped, at) for mapped, names in lowering.unrolled.items() for at, name in enumerate(names)}

    def follow(task: Task) -> Task:
        task = rewrite_templates(
            lowering, UNROLLED, task, lambda argument, template: _follow_pulls(lowering, task, argument, template)
        )
        if task.task_id not in places:
            return task
        place = places[task.task_id]
        return rewrite_templates(
            lowering, INDEX, task, lambda argument, template: _name_itself(lowering, task, argument, template, *place)
        )

    lowering.map_tasks(follow)


def _follow_pulls(lowering: Lowering, task: Task, argument: Argument, template: Template) -> str:
    edits: list[tuple[int, int, str]] = []
    for pull in template.xcom_pulls:
        mapped = [name for name in pull.task_ids or () if name in lowering.unrolled]
        if pull.dag_id not in (None, lowering.workflow.dag_id):
            continue
        if pull.dynamic and (mapped or not pull.task_ids):
            value = mapped[0] if mapped else next(iter(lowering.unrolled))
            lowering.report(PULLS_MAPPED if mapped else COMPUTED, task.task_id, argument.name, value=value)
        elif mapped:
            found = list(_edit(lowering, template, pull, mapped[0]))
            edits += found
            if not found:
                lowering.report(PULLS_MAPPED, task.task_id, argument.name, value=mapped[0])
            else:
                _tell_gaps(lowering, task, argument, mapped[0])
    return template.edit(sorted(edits))


def _tell_gaps(lowering: Lowering, task: Task, argument: Argument, mapped: str) -> None:
    """Of instances that always return text nothing is said."""
    names = lowering.unrolled[mapped]
    if len(names) > 1 or lowering.generation == "2":  # which gives a list of one, too
        instance = lowering.workflow.task(names[0])
        known = instance is not None and instance.operator.target in text_outputs()
        if not known:
            lowering.report(GAPS, task.task_id, argument.name, value=mapped)
        how = "None for each instance without a result, which Airflow leaves out"
        lowering.diverge(UNROLLED if known else GAPS, task.task_id, argument.name, Case.NO_OUTPUT, how)


def _edit(lowering: Lowering, template: Template, pull: XComPull, mapped: str) -> Iterator[tuple[int, int, str]]:
    """The id in the call replaced by those of the instances; nothing where the call says more than id and key."""
    reference, call = pull.reference, pull.reference.call
    if call is None or reference.call_end is None or pull.many or pull.task_ids != (mapped,):
        return
    if len(call.positional) > 1 or not {name for name, _ in call.keywords} <= {"task_ids", "key"}:
        return
    names = lowering.unrolled[mapped]
    new = repr(names[0]) if len(names) == 1 else "[" + ", ".join(map(repr, names)) + "]"
    spots = [spot for spot in template.constants(reference.end, reference.call_end) if spot.value == mapped]
    if len(spots) != 1:
        return
    (spot,) = spots
    # Of one instance Airflow 3 gives the result itself (RuntimeTaskInstance.xcom_pull), Airflow 2 a list of one.
    if len(names) == 1 and lowering.generation == "2":
        head, tail = template.text[reference.start : spot.start], template.text[spot.end : reference.call_end]
        yield reference.start, reference.call_end, f"[{head}{new}{tail}]"
    else:
        yield spot.start, spot.end, new


def _name_itself(
    lowering: Lowering, task: Task, argument: Argument, template: Template, mapped: str, index: int
) -> str:
    def replacement(reference: Reference) -> tuple[int, str] | None:
        if reference.name == "task_instance_key_str":
            new = f"{f'{lowering.workflow.dag_id}__{mapped}__'!r} ~ ds_nodash"
            lowering.report(INDEX, task.task_id, argument.name, value=reference.name, new=new)
            return reference.name_end, new
        if reference.name not in _SELF or reference.name in template.local_names:
            return None
        path = reference.path[1:] if reference.path[:1] == ("task",) and reference.name != "task" else reference.path
        steps = reference.steps[len(reference.steps) - len(path) :]
        known = {"task_id": repr(mapped), "map_index": str(index)}
        if path[:1] == ("task_id",) or (path[:1] == ("map_index",) and reference.name != "task"):
            new = known[str(path[0])]
            lowering.report(INDEX, task.task_id, argument.name, value=f"{reference.name}.{path[0]}", new=new)
            return steps[0].end, new
        if any(_OWN.intersection(map(str, flow.members)) for flow in flows(template, reference)):
            lowering.report(UNKNOWN, task.task_id, argument.name, value=reference.dotted)
        return None

    return template.replace_heads(replacement)
