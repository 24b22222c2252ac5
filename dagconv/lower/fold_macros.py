"""Writes constants of user_defined_macros into the templates that use them, and refuses macros and filters of code."""

from __future__ import annotations

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import ListValue, MapValue, TupleValue, Value
from dagconv.language.jinja import JinjaError, Reference, Template, parse_template
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_arguments

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
    needed: set[str] = set()  # names of code that templates use
    if own or filters:
        lowering.map_tasks(lambda task: _fold_task(lowering, task, own, filters, needed))
    for name in _SETTINGS:
        setting = lowering.workflow.setting(name)
        if setting is not None:
            if not needed:
                lowering.report(UNUSED, None, name)
            lowering.drop_setting(UNUSED, name)


def _entries(lowering: Lowering, name: str) -> dict[str, Value]:
    setting = lowering.workflow.setting(name)
    if setting is None or not isinstance(setting.value, MapValue):
        return {}
    return {key: value for key, value in setting.value.entries if isinstance(key, str)}


def _fold_task(
    lowering: Lowering, task: Task, macros: dict[str, Value], filters: dict[str, Value], needed: set[str]
) -> Task:
    def fold(argument: Argument, part: Value) -> Value:
        if not isinstance(part, str):
            return part
        try:
            template = parse_template(part)
        except JinjaError:
            return part  # the check of the definition says what is wrong
        return _fold(lowering, task, argument, template, macros, filters, needed)

    return rewrite_arguments(lowering, FOLDED, task, fold, templated=True)


def _fold(
    lowering: Lowering,
    task: Task,
    argument: Argument,
    template: Template,
    macros: dict[str, Value],
    filters: dict[str, Value],
    needed: set[str],
) -> str:
    for name in sorted({found.name for found in template.filters} & filters.keys()):
        lowering.report(MACRO_OF_CODE, task.task_id, argument.name, kind="filter", value=name)
        needed.add(name)
    used = template.names & macros.keys()
    literals = {name: literal(macros[name]) for name in used}
    for name in sorted(used):
        if literals[name] is None or name in template.shadowed:
            lowering.report(MACRO_OF_CODE, task.task_id, argument.name, kind="macro", value=name)
            needed.add(name)
        else:
            lowering.report(FOLDED, task.task_id, argument.name, value=name)

    def replacement(reference: Reference) -> str | None:
        known = literals.get(reference.name)
        if known is None or reference.name in template.shadowed:
            return None
        value, rest = _follow(macros[reference.name], reference)
        after = template.text[reference.end : reference.call_end or reference.end]
        return (literal(value) or known) + rest + after

    return template.replace_chains(replacement)


def _follow(value: Value, reference: Reference) -> tuple[Value, str]:
    """The constant that a path of keys leads to, and the part of the path that goes beyond it."""
    rest = list(reference.path)
    while rest and isinstance(value, MapValue) and not hasattr(dict, rest[0]) and value.get(rest[0]) is not None:
        value = value.get(rest.pop(0))
    return value, "".join(f".{name}" if name.isidentifier() else f"[{show(name)}]" for name in rest)


def literal(value: Value) -> str | None:
    """The value as a Jinja literal, None where there is none."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int() | float() | str():
            return repr(value)
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
