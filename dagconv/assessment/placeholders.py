"""Values that stand in for what DAG files read while they are imported, typed by how the source uses them."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dagconv.load.asks import Ask
from dagconv.wire.inputs import Inputs

TEXT = "placeholder"
_CONNECTION = {"conn_type": "generic", "host": TEXT, "login": TEXT, "password": TEXT, "schema": TEXT}
_CASTS = {"int": "1", "float": "1.0", "bool": "true"}
_READERS = frozenset({"get", "getenv", "environ", "get_variable"})


def with_placeholders(inputs: Inputs, asks: Iterable[Ask], values: Mapping[str, str]) -> Inputs:
    """The inputs, and a stand-in for everything asked for that they lack; `values` as `typed_values` found them."""
    variables, connections, environment = dict(inputs.variables), dict(inputs.connections), dict(inputs.environment)
    for ask in asks:
        if ask.has_default:
            continue  # the file goes on with its own
        match ask.kind:
            case "variable":
                variables.setdefault(ask.name, values.get(ask.name, TEXT))
            case "connection":
                connections.setdefault(ask.name, json.dumps(_CONNECTION))
            case "environment":
                environment.setdefault(ask.name, values.get(ask.name, TEXT))
    return replace(inputs, variables=variables, connections=connections, environment=environment)


def typed_values(text: str) -> dict[str, str]:
    """A value per name that the text reads, of the type that it is used as; nothing for a text that is no Python.

    Seen are int(...), float(...), JSON read by json.loads or deserialize_json with the keys asked of it, and
    .split(",") of a list, of the call itself and of a name that it was given to.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    keys = _keys_by_name(tree)
    found = {}
    for node in ast.walk(tree):
        name = _name_read(node)
        if name is not None:
            found[name] = _value(node, parents, keys)
    return {name: value for name, value in found.items() if value != TEXT}


def _name_read(node: ast.AST) -> str | None:
    """The name in Variable.get("x"), os.environ["x"], os.environ.get("x"), os.getenv("x")."""
    match node:
        case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(value=str(name)), *_]) if attr in _READERS:
            return name
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))):
            return name
    return None


def _value(node: ast.AST, parents: Mapping[ast.AST, ast.AST], keys: Mapping[str, dict[str, str]]) -> str:
    json_read = isinstance(node, ast.Call) and any(k.arg == "deserialize_json" for k in node.keywords)
    above = parents.get(node)
    match above:
        case ast.Call(func=ast.Name(id=cast)) if cast in _CASTS:
            return _CASTS[cast]
        case ast.Call(func=ast.Attribute(attr="loads")):
            json_read, above = True, parents.get(above)
        case ast.Attribute(attr="split"):
            call = parents.get(above)
            separator = _text(call.args[0]) if isinstance(call, ast.Call) and call.args else None
            return f"{TEXT}{separator or ' '}{TEXT}"
    if not json_read:
        return TEXT
    names = [target.id for target in getattr(above, "targets", ()) if isinstance(target, ast.Name)]
    asked = {key: value for name in names for key, value in keys.get(name, {}).items()}
    if isinstance(above, ast.Subscript) and (key := _text(above.slice)) is not None:
        asked[key] = TEXT
    return json.dumps(asked)


def _keys_by_name(tree: ast.AST) -> dict[str, dict[str, str]]:
    """The constant keys asked of each name, with a value of the type that they are used as."""
    found: dict[str, dict[str, str]] = {}
    for name, key in _keys(tree):
        found.setdefault(name, {})[key] = TEXT
    return found


def _keys(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                yield name, key
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[ast.Constant(value=str(key)), *_]
            ):
                yield name, key


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
