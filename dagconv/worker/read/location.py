"""Places in the user's source: the call that an instruction belongs to, and its arguments, by that file's AST."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagconv.diagnostics.model import Location
from dagconv.worker.record import Position


class SourceMap:
    """Looks calls up in the files that positions name; each file is parsed once."""

    def __init__(self) -> None:
        self._files: dict[str, _File | None] = {}
        self._spans: dict[int, tuple[Any, list[tuple[int | None, ...]]]] = {}

    def call_at(self, position: Position | None) -> tuple[Location | None, dict[str, Location]]:
        """The location of a call and of each of its keyword arguments; the line alone where it is ambiguous."""
        if position is None:
            return None, {}
        name = position.code.co_filename
        file = self._file(name)
        call = file.find(self._span(position), position.line) if file else None
        if file is None or call is None:
            return Location(name, position.line), {}
        named = {k.arg: file.location(k) for k in _keywords(call) if k.arg is not None}
        return file.location(call), named

    def _file(self, name: str) -> _File | None:
        if name not in self._files:
            try:
                self._files[name] = _File(name, Path(name).read_bytes())
            except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
                self._files[name] = None
        return self._files[name]

    def _span(self, position: Position) -> tuple[int | None, ...] | None:
        code = position.code
        if not hasattr(code, "co_positions"):  # Python 3.10 knows lines only
            return None
        if id(code) not in self._spans:
            self._spans[id(code)] = (code, list(itertools.islice(code.co_positions(), 2_000_000)))
        spans = self._spans[id(code)][1]
        index = position.instruction // 2
        return spans[index] if index < len(spans) else None


class _File:
    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.lines = data.splitlines()
        self.calls: dict[tuple[int | None, ...], ast.Call] = {}
        self.by_line: dict[int, list[ast.Call]] = {}
        for node in _calls(ast.parse(data)):
            self.calls[(node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)] = node
            self.by_line.setdefault(node.lineno, []).append(node)

    def find(self, span: tuple[int | None, ...] | None, line: int) -> ast.Call | None:
        if span is not None:
            return self.calls.get(span)
        on_line = self.by_line.get(line, [])
        return on_line[0] if len(on_line) == 1 else None

    def location(self, node: ast.Call | ast.keyword) -> Location:
        return Location(
            self.name,
            node.lineno,
            self._column(node.lineno, node.col_offset),
            node.end_lineno,
            self._column(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def _column(self, line: int, offset: int) -> int:
        """AST offsets count UTF-8 bytes from 0; columns count code points from 1."""
        if line > len(self.lines):
            return offset + 1
        return len(self.lines[line - 1][:offset].decode("utf-8", "replace")) + 1


def _keywords(call: ast.Call) -> Iterator[ast.keyword]:
    """Those of the call, and of the `partial` call that an `expand` hangs on."""
    yield from call.keywords
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
        yield from call.func.value.keywords


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))
