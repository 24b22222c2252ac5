"""IR values as Python expressions: exactly those whose class and content the expression gives back."""

from __future__ import annotations

from dagconv.ir.value import (
    DecimalValue,
    FloatValue,
    ListValue,
    MapValue,
    SetValue,
    TimedeltaValue,
    TupleValue,
    Value,
)


class NoLiteralError(ValueError):
    """The value has no exact expression; the message names what it is."""


def literal(value: Value) -> str:
    """Raises NoLiteralError."""
    match value:
        case None | bool() | int() | float() | str():
            return repr(value)
        case ListValue(items):
            return f"[{_joined(items)}]"
        case TupleValue(items):
            return f"({_joined(items)}{',' if len(items) == 1 else ''})"
        case SetValue(items, frozen):
            inner = f"{{{_joined(items)}}}" if items else "set()"
            return f"frozenset({inner if items else ''})" if frozen else inner
        case MapValue(entries):
            return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in entries) + "}"
        case FloatValue(text):
            return f"float({text!r})"
        case TimedeltaValue(days, seconds, microseconds):
            return f'__import__("datetime").timedelta({days}, {seconds}, {microseconds})'
        case DecimalValue(text):
            return f'__import__("decimal").Decimal({text!r})'
        case _:
            raise NoLiteralError(_kind(value))


def _joined(items: tuple[Value, ...]) -> str:
    return ", ".join(literal(item) for item in items)


def _kind(value: object) -> str:
    path = getattr(value, "path", None)
    return f"an object of {path}" if isinstance(path, str) else f"a {type(value).__name__.removesuffix('Value')}"
