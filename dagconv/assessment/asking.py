"""Asks files what they read while they are imported, again with stand-ins until nothing new comes up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagconv.assessment.placeholders import typed_values, with_placeholders
from dagconv.diagnostics.lines import read_source_lines
from dagconv.discover.source import SourceFile
from dagconv.load.asks import Ask, list_asks
from dagconv.load.process import Worker
from dagconv.wire.inputs import Inputs
from dagconv.wire.limits import Limits

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """`asks` by the path of the file that came to them; `values` are typed stand-ins by name; `inputs` hold them."""

    asks: dict[str, tuple[Ask, ...]]
    values: dict[str, str]
    inputs: Inputs


def ask_files(worker: Worker, files: Sequence[SourceFile], limits: Limits, inputs: Inputs) -> Asked:
    """A file may read on only when it has a value of the right type, so each is asked again with what was missing."""
    found: dict[str, dict[Ask, None]] = {file.path: {} for file in files}
    values: dict[str, str] = {}
    for _ in range(_ROUNDS):
        for file in files:
            path, root = Path(file.path).absolute(), Path(file.root).absolute()
            found[file.path] |= dict.fromkeys(list_asks(worker, path, root, limits, inputs))
        asks = [ask for asked in found.values() for ask in asked]
        for place in sorted({ask.file for ask in asks}):
            values |= typed_values("\n".join(read_source_lines(place) or []))
        more = with_placeholders(inputs, asks, values)
        if more == inputs:
            break
        inputs = more
    return Asked({path: tuple(asked) for path, asked in found.items()}, values, inputs)
