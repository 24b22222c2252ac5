"""Code objects as texts that are equal where the interpreter does the same, and the names that they use."""

from __future__ import annotations

import bisect
import dis
import types
from collections.abc import Iterator

from dagconv.catalog.renames import renames

_NESTED = 0x10  # CO_NESTED: whether a function stands in another changes nothing that it does


def global_names(code: types.CodeType) -> Iterator[str]:
    is_function = code.co_flags & 0x2
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS") or (
            instruction.opname == "LOAD_NAME" and not is_function
        ):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from global_names(constant)


def all_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from all_names(constant)


def code_text(code: types.CodeType) -> str:
    """All that the interpreter does with a code object, as text: nothing of lines, files, or numbers of names."""
    head = (
        code.co_name,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags & ~_NESTED,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
    )
    return repr((head, _operations(code)))


def _operations(code: types.CodeType) -> list[object]:
    """The instructions, and what handles exceptions; an import is told by what it imports, whether one statement or
    several do it, and places in the code by the number of the instruction there."""
    rows = list(_rows(code))
    offsets = [offset for offset, _, _ in rows]
    told: list[object] = [
        (name, bisect.bisect_left(offsets, argument)) if isinstance(argument, int) else (name, argument)
        for _, name, argument in rows
    ]
    for entry in getattr(dis.Bytecode(code), "exception_entries", ()):
        places = (bisect.bisect_left(offsets, place) for place in (entry.start, entry.end, entry.target))
        told.append(("handles", *places, entry.depth, entry.lasti))
    return told


def _rows(code: types.CodeType) -> Iterator[tuple[int, str, object]]:
    """Offset, operation, argument; an argument that is a number is the offset of another instruction."""
    found = [i for i in dis.get_instructions(code) if i.opname not in ("EXTENDED_ARG", "CACHE", "RESUME", "NOP")]
    source = ""
    for number, one in enumerate(found):
        following = found[number + 1].opname if number + 1 < len(found) else ""
        if one.opname == "IMPORT_NAME":
            source = str(one.argval)
            if following != "IMPORT_FROM":
                yield one.offset, "import", source
        elif one.opname == "IMPORT_FROM":
            yield one.offset, "import from", _modern(f"{source}.{one.argval}")
        elif _is_of_import(found, number):
            continue
        elif one.opcode in dis.hasjrel or one.opcode in dis.hasjabs:
            yield one.offset, one.opname, one.argval
        elif isinstance(one.argval, types.CodeType):
            yield one.offset, one.opname, code_text(one.argval)
        else:
            yield one.offset, one.opname, _constant(one.argval)


def _is_of_import(found: list[dis.Instruction], number: int) -> bool:
    """The level and list of names before an import of names, and the module dropped after it."""
    for ahead in (1, 2):
        if number + ahead < len(found) and found[number + ahead].opname == "IMPORT_NAME":
            after = found[number + ahead + 1].opname if number + ahead + 1 < len(found) else ""
            return after == "IMPORT_FROM"
    if found[number].opname != "POP_TOP" or number < 2:
        return False
    return found[number - 2].opname == "IMPORT_FROM"


def _constant(value: object) -> object:
    """Told apart by type; a set has no order."""
    if isinstance(value, frozenset):
        return ("frozenset", sorted(map(repr, value)))
    if isinstance(value, tuple):
        return ("tuple", [_constant(item) for item in value])
    return (type(value).__name__, repr(value))


def _modern(name: str) -> str:
    table = renames()
    return table.names.get(name) or table.newer.get(name) or name
