"""Airflow Variables in templates, which the service has only from a secrets backend: written in, or made params.

`--template-variables` chooses; `refuse` and `keep` are left to `refuse_secrets`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir import codec
from dagconv.ir.change import Case
from dagconv.ir.task import MISSING, Argument, Default, Missing, Task
from dagconv.ir.value import ListValue, MapValue, Value
from dagconv.ir.workflow import Param
from dagconv.language.jinja import Reference, Step, Template
from dagconv.language.jinja_use import changes_values
from dagconv.language.secret import is_secret_name, is_secret_text
from dagconv.lower.fold_macros import follow, is_container, literal
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_templates

_SOURCE = (ContractRule(37), Section("3.5"), Section("5"))
FOLDED = Rule(
    code="DC467",
    slug="variable-folded",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A template reads an Airflow Variable, whose value is written instead.",
    message="{key} reads the Airflow Variable {value}; its value of today is written into the template",
    help="convert again when the value changes",
    why="The service has no Variables of its own; `--template-variables fold` writes the given values in.",
    example="prefix='{{ var.value.prefix }}'  # with --template-variables fold --variables variables.json",
    fix="Nothing to do while the value stays.",
    source=_SOURCE,
)
AS_PARAM = Rule(
    code="DC468",
    slug="variable-as-param",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A template reads an Airflow Variable, which becomes a param of the workflow.",
    message="{key} reads the Airflow Variable {value}; it becomes the param {param}, its value of today the default",
    help="a run overrides it by OverrideParameters; convert again when the default changes",
    why="The service has no Variables of its own; `--template-variables params` gives each run a say in the value.",
    example="prefix='{{ var.value.prefix }}'  # with --template-variables params --variables variables.json",
    fix="Nothing to do.",
    source=_SOURCE,
)
NOT_CARRIED = Rule(
    code="DC469",
    slug="variable-not-carried",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An Airflow Variable of a template cannot be written into a definition.",
    message="{key} reads the Airflow Variable {value}, which cannot be written in: {reason}",
    help="give its value by --variables, or leave it to a secrets backend with --template-variables keep",
    why="What stands in a definition can be read by everybody who may read the workflow, and is a value of today.",
    example="prefix='{{ var.value.api_token }}'  # with --template-variables fold",
    fix="Let the called service read the secret itself, and pass only its name.",
    source=_SOURCE,
)


@dataclass(frozen=True, slots=True)
class _Read:
    """A read of one Variable: `end` is where the text that stands for its value ends, `rest` what follows it."""

    name: str
    is_json: bool
    end: int
    rest: tuple[Step, ...]


def lower_variables(lowering: Lowering) -> None:
    match lowering.options.template_variables:
        case "fold":
            lowering.map_tasks(lambda task: _each(lowering, FOLDED, task, _fold))
        case "params":
            lowering.map_tasks(lambda task: _each(lowering, AS_PARAM, task, _as_param))
        case _:
            return
    if lowering.variables:
        lowering.runs = replace(lowering.runs, variables=tuple(sorted(lowering.variables.items())))


_Way = Callable[[Lowering, Task, Argument, Template, _Read], "tuple[int, str] | None"]


def _each(lowering: Lowering, rule: Rule, task: Task, way: _Way) -> Task:
    def rewrite(argument: Argument, template: Template) -> str:
        def replacement(reference: Reference) -> tuple[int, str] | None:
            read = _read(reference, template)
            return None if read is None else way(lowering, task, argument, template, read)

        return template.replace_heads(replacement)

    return rewrite_templates(lowering, rule, task, rewrite)


def _read(reference: Reference, template: Template) -> _Read | None:
    """`var.value.x`, `var.json['x']` and the forms with `get`; None for a name that only rendering tells."""
    steps = reference.steps
    if reference.name != "var" or len(steps) < 2 or "var" in template.shadowed or steps[0].key not in ("value", "json"):
        return None
    is_json, key = steps[0].key == "json", steps[1].key
    if len(steps) == 2 and reference.call is not None:
        named = reference.call.argument("key", 0)
        if key != "get" or not isinstance(named, str) or reference.call_end is None or reference.call.open_ended:
            return None
        return _Read(named, is_json, reference.call_end, ())
    return _Read(key, is_json, steps[1].end, steps[2:]) if isinstance(key, str) else None


def _fold(
    lowering: Lowering, task: Task, argument: Argument, template: Template, read: _Read
) -> tuple[int, str] | None:
    value = _value(lowering, task, argument, read)
    if isinstance(value, Missing):
        return None
    leaf, end = follow(value, read.rest, read.end)
    if is_container(leaf) and changes_values(template):
        _refuse(lowering, task, argument, read, "the template changes lists or mappings")
        return None
    lowering.report(FOLDED, task.task_id, argument.name, value=repr(read.name))
    text = literal(leaf)
    assert text is not None, "JSON has a literal"
    return end, text


def _as_param(
    lowering: Lowering, task: Task, argument: Argument, template: Template, read: _Read
) -> tuple[int, str] | None:
    value = _value(lowering, task, argument, read)
    if isinstance(value, Missing):
        return None
    if "params" in template.local_names:
        _refuse(lowering, task, argument, read, "the template has a `params` of its own")
        return None
    name = _param(lowering, read, value)
    lowering.report(AS_PARAM, task.task_id, argument.name, value=repr(read.name), param=name)
    lowering.diverge(AS_PARAM, task.task_id, argument.name, Case.MANUAL, "the value that a run is given for the param")
    return read.end, f"params[{name!r}]"


def _param(lowering: Lowering, read: _Read, value: Value) -> str:
    """A name that no param has, nor another form of the same Variable: text and JSON are two values."""
    wanted = f"var_json_{read.name}" if read.is_json else f"var_{read.name}"
    taken = {param.name: param for param in lowering.workflow.params}
    own = {name for task in lowering.workflow.tasks for name in _own_params(task)}
    name, number = wanted, 2
    while (name in taken and not _is_same(taken[name], value)) or name in own:
        name, number = f"{wanted}_{number}", number + 1
    if name not in taken:
        lowering.set_params(AS_PARAM, (*lowering.workflow.params, Param(name, value, schema=MapValue(()))))
    return name


def _is_same(param: Param, value: Value) -> bool:
    """A param of the source that has the value by its own name serves as well."""
    return (
        not isinstance(param.default, Missing)
        and codec.same(param.default, value)
        and param.schema in (None, MapValue(()))
    )


def _own_params(task: Task) -> set[str]:
    argument = task.argument("params")
    entries = argument.value.entries if argument and isinstance(argument.value, MapValue) else ()
    return {key for key, _ in entries if isinstance(key, str)}


def _value(lowering: Lowering, task: Task, argument: Argument, read: _Read) -> Default:
    """MISSING, and told, where there is none to write."""
    text = lowering.options.variables.get(read.name)
    reason = "it looks like a secret"
    if text is None:
        reason = "no value is given"
    elif not (is_secret_name(read.name) or is_secret_text(text)):
        lowering.variables[read.name] = text
        if not read.is_json:
            return text
        try:
            return _from_json(json.loads(text))
        except (ValueError, RecursionError):
            reason = "its value is no JSON"
    _refuse(lowering, task, argument, read, reason)
    return MISSING


def _from_json(data: object) -> Value:
    match data:
        case dict():
            return MapValue(tuple((str(key), _from_json(item)) for key, item in data.items()))
        case list():
            return ListValue(tuple(_from_json(item) for item in data))
        case None | bool() | int() | float() | str():
            return data
    raise ValueError(f"{type(data).__name__} is no JSON")


def _refuse(lowering: Lowering, task: Task, argument: Argument, read: _Read, reason: str) -> None:
    lowering.report(NOT_CARRIED, task.task_id, argument.name, value=repr(read.name), reason=reason)
