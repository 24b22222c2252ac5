"""Reads constructor signatures into rows of schemas/operators/: names, types, allowed values, defaults.

Used by refresh_operators.py only; imports the classes it reads, so it runs with the pinned engine.
"""

from __future__ import annotations

import ast
import datetime
import enum
import importlib
import inspect
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagconv.ir import codec
from dagconv.ir import value as ir


def import_class(path: str) -> type | None:
    """The class, or None where it or its module cannot be imported."""
    module, name = path.rsplit(".", 1)
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception:  # noqa: BLE001  # providers raise classes of their own for a missing dependency
        return None
    return found if inspect.isclass(found) else None


def read_parameters(cls: type, fields: tuple[str, ...]) -> dict[str, Any]:
    """Keyword arguments of the whole MRO: a class without **kwargs ends the search, and an argument that a class
    gives to its base by itself cannot be given from outside."""
    rows: dict[str, Any] = {}
    fixed: set[str] = set()
    for base in cls.__mro__:
        if "__init__" not in vars(base) or base is object:
            continue
        variadic = False
        for name, row, is_variadic in signature_rows(base):
            variadic = variadic or is_variadic
            if not is_variadic and name not in rows and name not in fixed:
                rows[name] = {**row, "templated": True} if name in fields else row
        if not variadic:
            break
        fixed |= passed_on(base) - rows.keys()
    return rows


def passed_on(cls: type) -> set[str]:
    """Keywords that a class's constructor itself writes into its `super().__init__(...)`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(vars(cls)["__init__"]))))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        keyword.arg
        for call in calls
        if ast.unparse(call.func).endswith(".__init__")
        for keyword in call.keywords
        if keyword.arg is not None
    }


def signature_rows(cls: type) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """(name, row, whether it is **kwargs) of a class's own constructor."""
    function = inspect.unwrap(vars(cls)["__init__"])
    names = annotation_names(function)
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_POSITIONAL:
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            yield parameter.name, {}, True
            continue
        yield parameter.name, parameter_row(parameter, names), False


def parameter_row(parameter: inspect.Parameter, names: dict[str, Any]) -> dict[str, Any]:
    types, choices = read_annotation(parameter.annotation, names)
    row: dict[str, Any] = {}
    if parameter.default is parameter.empty:
        row["required"] = True
    else:
        encoded = encode_default(parameter.default)
        if encoded is not _NO_DEFAULT:
            row["default"] = encoded
        if parameter.default is None and types != ["any"]:
            types = sorted({*types, "null"}, key=ORDER.index)
        elif not types or types == ["any"]:
            types = types_of_default(parameter.default)
    row["types"] = types or ["any"]
    if choices:
        row["choices"] = choices
    return row


ORDER = (
    "string", "integer", "number", "boolean", "array", "object", "timedelta", "datetime", "callable", "instance", "any",
    "null",
)  # fmt: skip
SIMPLE = {
    "str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array",
    "tuple": "array", "set": "array", "frozenset": "array", "Any": "any", "object": "any", "None": "null",
    "Sequence": "array", "Iterable": "array", "Collection": "array", "Container": "array", "Mapping": "object",
    "Callable": "callable", "timedelta": "timedelta", "datetime": "datetime", "date": "datetime", "time": "instance",
    "type": "callable", "bytes": "instance", "PathLike": "string", "ParamsDict": "object", "TriggerRule": "string",
    "WeightRule": "string",
}  # fmt: skip
MARKERS = ("ArgNotSet", "XComArg", "TemplateFieldNotSet")


def annotation_names(function: Any) -> dict[str, Any]:
    """Names that annotations may use, those imported for type checkers only included where they import."""
    names = dict(function.__globals__)
    tree = ast.parse(Path(inspect.getfile(function)).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                name = alias.asname or alias.name
                if name not in names:
                    found = import_class(f"{node.module}.{alias.name}")
                    if found is not None:
                        names[name] = found
    return names


def read_annotation(annotation: Any, names: dict[str, Any]) -> tuple[list[str], list[Any]]:
    """(types, allowed values) of an annotation given as text or as an object."""
    if annotation is inspect.Parameter.empty:
        return [], []
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    types: set[str] = set()
    choices: list[Any] = []
    _collect(ast.parse(text, mode="eval").body, names, types, choices)
    closed = types <= {"string", "null", "integer", "boolean"} and "free" not in types
    types.discard("free")
    ordered = sorted(types, key=ORDER.index)
    return (["any"] if "any" in types else ordered), (choices if closed else [])


def _collect(node: ast.expr, names: dict[str, Any], types: set[str], choices: list[Any]) -> None:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            _collect(left, names, types, choices)
            _collect(right, names, types, choices)
        case ast.Constant(value=None):
            types.add("null")
        case ast.Constant(value=str(text)):
            _collect(ast.parse(text, mode="eval").body, names, types, choices)
        case ast.Subscript(value=base, slice=inner):
            _collect_subscript(base, inner, names, types, choices)
        case ast.Name() | ast.Attribute():
            _collect_name(ast.unparse(node), names, types, choices)
        case _:
            raise SystemExit(f"unknown annotation {ast.unparse(node)}")


def _collect_subscript(
    base: ast.expr, inner: ast.expr, names: dict[str, Any], types: set[str], choices: list[Any]
) -> None:
    name = ast.unparse(base).rsplit(".", 1)[-1]
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "Literal":
        values = [part.value for part in parts if isinstance(part, ast.Constant)]
        choices.extend(values)
        types.update(_type_of(value) for value in values)
    elif name in ("Optional", "Union"):
        for part in parts:
            _collect(part, names, types, choices)
        if name == "Optional":
            types.add("null")
    else:
        _collect(base, names, types, choices)


def _collect_name(dotted: str, names: dict[str, Any], types: set[str], choices: list[Any]) -> None:
    leaf = dotted.rsplit(".", 1)[-1]
    if leaf in MARKERS:
        return
    if leaf in SIMPLE and leaf != "TriggerRule":
        types.add(SIMPLE[leaf])
        if SIMPLE[leaf] in ("string", "integer"):
            types.add("free")  # any text is allowed, so that the values of a union's enum are no complete list
        return
    value = names.get(dotted.split(".")[0])
    for part in dotted.split(".")[1:]:
        value = getattr(value, part, None)
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        values = [member.value for member in value]
        choices.extend(item for item in values if item not in choices)
        types.update(_type_of(item) for item in values)
    elif value is not None and typing.is_typeddict(value):
        types.add("object")
    elif value is not None and not inspect.isclass(value) and typing.get_origin(value) is not None:
        found, allowed = read_annotation(value, names)
        types.update(found)
        choices.extend(allowed)
    else:
        types.add(
            SIMPLE.get(leaf, "object" if leaf.endswith(("TypeDef", "Config", "Definition", "Schema")) else "instance")
        )


def _type_of(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case str():
            return "string"
        case None:
            return "null"
        case _:
            return "instance"


def types_of_default(value: object) -> list[str]:
    """The type of an argument without annotation, as far as its default shows it."""
    match value:
        case bool() | int() | str():
            return [_type_of(value)]
        case float():
            return ["number"]
        case list() | tuple() | set() | frozenset():
            return ["array"]
        case dict():
            return ["object"]
        case datetime.timedelta():
            return ["timedelta"]
        case _:
            return ["any"]


_NO_DEFAULT = object()


def encode_default(value: object) -> object:
    """The value in the IR's JSON encoding, or `_NO_DEFAULT` for markers such as NOTSET."""

    def read(item: object) -> ir.Value:
        match item:
            case enum.Enum():
                path = f"{type(item).__module__}.{type(item).__qualname__}"
                return ir.EnumValue(path, item.name, read(item.value), isinstance(item, str))
            case None | bool() | int() | float() | str():
                return item
            case list():
                return ir.ListValue(tuple(map(read, item)))
            case tuple():
                return ir.TupleValue(tuple(map(read, item)))
            case set() | frozenset():
                items = sorted(map(read, item), key=codec.canonical)
                return ir.SetValue(tuple(items), isinstance(item, frozenset))
            case dict():
                return ir.MapValue(tuple((read(k), read(v)) for k, v in item.items()))
            case datetime.timedelta():
                return ir.TimedeltaValue(item.days, item.seconds, item.microseconds)
            case _:
                raise TypeError(type(item).__name__)

    try:
        return codec.encode(read(value))
    except TypeError:
        return _NO_DEFAULT
