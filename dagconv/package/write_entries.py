"""The module of entries: what tasks call. An entry pulls the outputs that its task was given, calls, and pushes.

Airflow hands a function the context that its signature asks for, so an entry's signature is what is left of the
function's own once the task's arguments are bound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dagconv.ir.code import Entry
from dagconv.ir.value import CallableValue, ListValue, MapValue, ParameterValue, TupleValue, Value, XComValue
from dagconv.language.literal import literal

_PULL_FROM = '''
def _pull_from(ti, task_id, key, optional):
    """The output of a task, as Airflow resolves it: one that is not there is None only where that is allowed."""
    found = ti.xcom_pull(task_ids=task_id, key=key, default=NOTSET, map_indexes=None)
    if not isinstance(found, ArgNotSet):
        return found
    if optional:
        return None
    raise XComNotFound(ti.dag_id, task_id, key)
'''
_PULL = """
def _pull(task_id, key, optional):
    return _pull_from(get_current_context()["ti"], task_id, key, optional)
"""
_OUTPUT = '''
class Output(ResolveMixin):
    """The output of a task with its type, in place of a template, which would make text of it."""

    def __init__(self, task_id, key, optional):
        self.task_id, self.key, self.optional = task_id, key, optional

    def iter_references(self):
        return ()

    def resolve(self, context):
        return _pull_from(context["ti"], self.task_id, self.key, self.optional)
'''
# Operators of the package: the module and name of the class below each.
CLASSES = {
    "Branch": ("airflow.providers.standard.operators.python", "BranchPythonOperator"),
    "ShortCircuit": ("airflow.providers.standard.operators.python", "ShortCircuitOperator"),
    "FunctionSensor": ("airflow.providers.standard.sensors.python", "PythonSensor"),
}
_PUSH = '''
def _push_each(result):
    """Each key of the result as an output of its own (multiple_outputs)."""
    if result is None:
        return result
    if not isinstance(result, Mapping):
        raise TypeError(f"Returned output was type {type(result)} expected dictionary for multiple_outputs")
    for key in result.keys():
        if not isinstance(key, str):
            raise TypeError(
                "Returned dictionary keys must be strings when using "
                f"multiple_outputs, found {key} ({type(key)}) instead"
            )
    ti = get_current_context()["ti"]
    for key, value in result.items():
        ti.xcom_push(key, value)
    return result
'''


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function of the package is: a module, and the path of attributes in it."""

    module: str
    path: str


NO_PLACES: Mapping[str, Place] = MappingProxyType({})


def write_entries(
    title: str,
    entries: Sequence[Entry],
    places: Mapping[str, Place],
    spreading: frozenset[str],
    *,
    outputs: bool = False,
    classes: Collection[str] = (),
    operators: Mapping[str, Place] = NO_PLACES,
) -> str:
    """`places` of each entry's function by the entry's name; `spreading` tasks push each key of their result; with
    `outputs` there is a class for outputs as objects, and one below an operator of Airflow for each of `classes`;
    `operators` are classes of the user's by the names that they get here.

    Raises NoLiteralError.
    """
    pulls = any(_has_output(value) for entry in entries for value in _bound(entry))
    pushes = any(entry.spreads for entry in entries)
    lines = [f'"""{title}"""', ""]
    imports = []
    if pushes:
        imports.append("from collections.abc import Mapping")
    if any(entry.target.kind == "partial" for entry in entries):
        imports.append("from functools import partial as _partial")
    if pulls or outputs:
        imports.append("from airflow.exceptions import XComNotFound")
    if pulls or pushes:
        imports.append("from airflow.sdk import get_current_context")
    if pulls or outputs:
        imports.append("from airflow.sdk.definitions._internal.types import NOTSET, ArgNotSet")
    if outputs:
        imports.append("from airflow.sdk.definitions._internal.mixins import ResolveMixin")
    imports += [f"from {module} import {name}" for module, name in (CLASSES[name] for name in classes)]
    lines += sorted(imports)
    for prefix, found in (("_call", places), ("_class", operators)):
        for name, place in sorted(found.items()):
            root, _, _ = place.path.partition(".")
            lines.append(f"from {place.module} import {root} as {prefix}_{name}")
    text = (
        "\n".join(lines)
        + "\n"
        + (f"\n{_PULL_FROM}" if pulls or outputs else "")
        + (f"\n{_PULL}" if pulls else "")
        + (f"\n{_OUTPUT}" if outputs else "")
        + (f"\n{_PUSH}" if pushes else "")
    )
    for name, place in sorted(operators.items()):
        _, dot, rest = place.path.partition(".")
        text += f"\n\n{name} = _class_{name}{dot}{rest}\n"
    for name in sorted(classes):
        text += f'\n\nclass {name}({CLASSES[name][1]}):\n    """As an operator of the package."""\n'
    for entry in entries:
        text += "\n\n" + "\n".join(_write_entry(entry, places[entry.name], spreading)) + "\n"
    return text


def _bound(entry: Entry) -> Iterator[Value]:
    yield from entry.args
    yield from (value for _, value in entry.keywords)


def _has_output(value: Value) -> bool:
    match value:
        case XComValue():
            return True
        case ListValue(items) | TupleValue(items):
            return any(map(_has_output, items))
        case MapValue(entries):
            return any(_has_output(item) for _, item in entries)
    return False


def _write_entry(entry: Entry, place: Place, spreading: frozenset[str]) -> Iterator[str]:
    _, dot, rest = place.path.partition(".")
    function = f"_call_{entry.name}{dot}{rest}"
    if entry.target.kind == "partial":
        function = (
            f"_partial({', '.join([function, *_arguments(entry.target.args, entry.target.keywords, spreading)])})"
        )
    if entry.is_alias:
        yield f"{entry.name} = {function}"
        return
    if entry.target.kind == "partial":
        yield f"_bound_{entry.name} = {function}"
        yield ""
        yield ""
        function = f"_bound_{entry.name}"
    parameters = [*(["*"] if entry.passed else []), *(_parameter(entry.target, name) for name in entry.passed)]
    parameters += ["**context"] if entry.rest else []
    yield f"def {entry.name}({', '.join(parameters)}):"
    arguments = _arguments(entry.args, entry.keywords, spreading)
    hidden = {name for name, _ in entry.keywords}
    texts = _texts_of(entry)
    arguments += [f"{name}={name}" for name in entry.passed if name not in hidden and name not in texts]
    arguments += ["**context"] if entry.rest else []
    call = f"{function}({', '.join(arguments)})"
    if entry.spreads:
        call = f"_push_each({call})"
    yield f"    {'' if entry.quiet else 'return '}{call}"


def _texts_of(entry: Entry) -> frozenset[str]:
    """Parameters that stand inside a bound argument."""
    found: set[str] = set()

    def look(value: Value) -> None:
        match value:
            case ParameterValue(name):
                found.add(name)
            case ListValue(items) | TupleValue(items):
                for item in items:
                    look(item)
            case MapValue(entries):
                for _, item in entries:
                    look(item)

    for value in _bound(entry):
        look(value)
    return frozenset(found)


def _parameter(target: CallableValue, name: str) -> str:
    """A parameter of an entry, which may be left out where the function's own may."""
    for parameter in target.code.parameters if target.code else ():
        if parameter.name == name and parameter.has_default:
            return f"{name}={literal(parameter.default)}"
    return name


def _arguments(args: Sequence[Value], keywords: Sequence[tuple[str, Value]], spreading: frozenset[str]) -> list[str]:
    positional = [_expression(value, spreading) for value in args]
    return positional + [f"{name}={_expression(value, spreading)}" for name, value in keywords]


def _expression(value: Value, spreading: frozenset[str]) -> str:
    """A bound argument: literal where it is plain, built where it holds outputs or parameters."""
    match value:
        case XComValue(task_id, key):
            optional = key == "return_value" or task_id in spreading
            return f"_pull({task_id!r}, {key!r}, {optional})"
        case ParameterValue(name):
            return name
        case ListValue(items):
            return f"[{', '.join(_expression(item, spreading) for item in items)}]"
        case TupleValue(items):
            inner = ", ".join(_expression(item, spreading) for item in items)
            return f"({inner}{',' if len(items) == 1 else ''})"
        case MapValue(entries):
            return "{" + ", ".join(f"{literal(key)}: {_expression(item, spreading)}" for key, item in entries) + "}"
        case _:
            return literal(value)
