"""Writes constants of user_defined_macros into the templates that use them, and refuses macros and filters of code."""

from __future__ import annotations

from collections.abc import Sequence

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import ListValue, MapValue, TimedeltaValue, TupleValue, Value
from dagconv.language.jinja import Reference, Step, Template
from dagconv.language.jinja_use import changes_values
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_templates

FOLDED = Rule(
    code="DC416",
    slug="macro-folded",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A template uses a constant of user_defined_macros, whose value is written instead.",
    message="{key} uses {value} of user_defined_macros; its value is written into the template",
    help="convert again when the value changes",
    why="The service ignores user_defined_macros. A constant renders the same as its literal.",
    example="DAG('report', user_defined_macros={'bucket': 'b'})  # and prefix='{{ bucket }}/in'",
    fix="Nothing to do.",
    source=(ContractRule(39), Section("1.3"), Section("5")),
)
MACRO_OF_CODE = Rule(
    code="DC417",
    slug="macro-of-code",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a macro or filter of the DAG that is Python code.",
    message="{key} uses the {kind} {value} of the DAG, Python code that a definition cannot carry",
    help="say it with Jinja's own filters and the macros that the service lists, or pass the result as a param",
    why="The service ignores user_defined_macros and user_defined_filters.",
    example="DAG('report', user_defined_filters={'dashed': dashed})  # and prefix='{{ ds | dashed }}'",
    fix="Use Jinja's built-in filters.",
    source=(ContractRule(39), Section("1.3"), Section("5")),
)
MACRO_HIDDEN = Rule(
    code="DC485",
    slug="macro-set-by-template",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template both reads a constant of user_defined_macros and sets a name that hides it.",
    message="{key} reads {value} of user_defined_macros and sets a name of its own that is called the same",
    help="give the template's own name another spelling",
    why="The constant is written into the template in place of its name, which must then mean the same everywhere.",
    example="{{ day }}{% set day = ds %}{{ day }}  # with user_defined_macros={'day': 'Monday'}",
    fix="{{ day }}{% set other = ds %}{{ other }}",
    source=(ContractRule(39), Section("1.3"), Section("5")),
)
MACRO_CHANGED = Rule(
    code="DC486",
    slug="macro-changed-by-template",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a list or mapping of user_defined_macros and changes lists or mappings.",
    message="{key} uses {value} of user_defined_macros and calls what changes values, or asks which value is which",
    help="build what the template needs without append, update and the like: `+`, slices and filters make new values",
    why="Written into the template, the value is made anew at each use, and what one use does to it no other sees.",
    example="{% set _ = hosts.append('c') %}{{ hosts }}",
    fix="{{ hosts + ['c'] }}",
    source=(ContractRule(39), Section("1.3"), Section("5")),
)
UNUSED = Rule(
    code="DC418",
    slug="macros-dropped",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG's own macros or filters are dropped: no template needs them any more.",
    message="{key} is dropped: no template needs it any more",
    help="no step is needed",
    why="The service ignores both settings.",
    example="DAG('report', user_defined_macros={'bucket': 'b'})",
    fix="Nothing to do.",
    source=(Section("1.3"),),
)
_SETTINGS = ("user_defined_macros", "user_defined_filters")


def fold_macros(lowering: Lowering) -> None:
    macros, filters = (_entries(lowering, name) for name in _SETTINGS)
    jinja = service().jinja
    # Airflow's context comes before the environment's globals, which macros are.
    own = {name: value for name, value in macros.items() if name not in jinja.listed | jinja.unlisted}
    folding = _Folding(lowering, own, filters)
    if own or filters:
        lowering.map_tasks(folding.fold_task)
    for name in _SETTINGS:
        setting = lowering.workflow.setting(name)
        if setting is not None:
            if not folding.kept:
                lowering.report(UNUSED, None, name)
            lowering.drop_setting(UNUSED, name)


def _entries(lowering: Lowering, name: str) -> dict[str, Value]:
    setting = lowering.workflow.setting(name)
    if setting is None or not isinstance(setting.value, MapValue):
        return {}
    return {key: value for key, value in setting.value.entries if isinstance(key, str)}


class _Folding:
    """The folding of one DAG's macros; `kept` are names that templates still need, which is then refused."""

    def __init__(self, lowering: Lowering, macros: dict[str, Value], filters: dict[str, Value]) -> None:
        self.lowering, self.macros, self.filters = lowering, macros, filters
        self.kept: set[str] = set()

    def fold_task(self, task: Task) -> Task:
        return rewrite_templates(
            self.lowering, FOLDED, task, lambda argument, template: self._fold(task, argument, template)
        )

    def _fold(self, task: Task, argument: Argument, template: Template) -> str:
        for name in sorted({used.name for used in template.filters} & self.filters.keys()):
            self._refuse(MACRO_OF_CODE, task, argument, name, kind="filter")
        folded = set[str]()
        for name in sorted(template.names & self.macros.keys()):
            if literal(self.macros[name]) is None:
                self._refuse(MACRO_OF_CODE, task, argument, name, kind="macro")
            elif name in template.shadowed:
                self._refuse(MACRO_HIDDEN, task, argument, name)
            elif changes_values(template) and any(
                is_container(_value(self.macros[name], reference)[0]) for reference in template.named(name)
            ):
                self._refuse(MACRO_CHANGED, task, argument, name)
            else:
                self.lowering.report(FOLDED, task.task_id, argument.name, value=name)
                folded.add(name)

        def replacement(reference: Reference) -> tuple[int, str] | None:
            if reference.name not in folded:
                return None
            value, end = _value(self.macros[reference.name], reference)
            text = literal(value)
            return None if text is None else (end, text)

        return template.replace_heads(replacement)

    def _refuse(self, rule: Rule, task: Task, argument: Argument, name: str, **params: object) -> None:
        self.kept.add(name)
        self.lowering.report(rule, task.task_id, argument.name, value=name, **params)


def follow(value: Value, steps: Sequence[Step], end: int) -> tuple[Value, int]:
    """The constant that literal keys lead to as far as they lead inside it, and the offset after the last; `end` is
    the offset before the first.
    """
    for step in steps:
        match value:
            case MapValue(entries) if isinstance(step.key, str) and not (step.attribute and hasattr(dict, step.key)):
                held = [item for key, item in entries if key == step.key]
            case ListValue(items) | TupleValue(items) if isinstance(step.key, int) and step.key < len(items):
                held = [items[step.key]]
            case _:
                held = []
        if len(held) != 1:
            break
        value, end = held[0], step.end
    return value, end


def _value(value: Value, reference: Reference) -> tuple[Value, int]:
    return follow(value, reference.steps, reference.name_end)


def is_container(value: Value) -> bool:
    return isinstance(value, ListValue | MapValue)


def literal(value: Value) -> str | None:
    """The value as a Jinja expression of literals, None where there is none."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int() | float() | str():
            return repr(value)
        case TimedeltaValue():
            return f"macros.timedelta({value.days}, {value.seconds}, {value.microseconds})"
        case ListValue(items):
            inner = [literal(item) for item in items]
            return None if None in inner else f"[{', '.join(filter(None, inner))}]"
        case TupleValue(items):
            inner = [literal(item) for item in items]
            return None if None in inner else f"({', '.join(filter(None, inner))}{',' if len(items) == 1 else ''})"
        case MapValue(entries):
            pairs = [(literal(key), literal(item)) for key, item in entries]
            if any(key is None or item is None for key, item in pairs):
                return None
            return "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"
        case _:
            return None
