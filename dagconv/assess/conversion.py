"""Converts files again with what is granted to them: stand-ins for inputs, inert modules, losses, a code package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dagconv.assess.figures import Need
from dagconv.assess.forecast import Convert
from dagconv.assess.placeholders import typed_values, with_placeholders
from dagconv.diagnostics import Means
from dagconv.diagnostics.lines import read_source_lines
from dagconv.diagnostics.report import Report
from dagconv.discover.source import SourceFile
from dagconv.load.asks import Ask, list_asks
from dagconv.pipeline import CompileOptions, Compiler
from dagconv.wire.inputs import Inputs

_ROUNDS = 4


def converting(running: Compiler, files: Sequence[SourceFile]) -> Convert:
    """The function that a forecast asks. `files` are those of the call; nothing that it converts is kept."""
    known = {file.path: file for file in files}

    def convert(paths: Sequence[str], granted: frozenset[Need]) -> Report:
        chosen = [known[path] for path in paths]
        options = _granting(running, running.options, chosen, granted)
        return replace(running, options=options).convert(chosen).report

    return convert


def _granting(
    running: Compiler, options: CompileOptions, files: Sequence[SourceFile], granted: frozenset[Need]
) -> CompileOptions:
    means = {need.means for need in granted}
    inputs, lowering = options.inputs, options.lowering
    if Means.PACKAGES in means:
        inputs = replace(inputs, stub_missing=True)
    if Means.INPUTS in means:
        inputs = _with_all_asked(running, files, inputs)
    accepted = {need.name for need in granted if need.means is Means.ACCEPT}
    lowering = replace(
        lowering,
        accept=lowering.accept | accepted,
        code_package=lowering.code_package or Means.CODE in means,
    )
    return replace(options, inputs=inputs, lowering=lowering)


def _with_all_asked(running: Compiler, files: Sequence[SourceFile], inputs: Inputs) -> Inputs:
    """Asks again with what was given, since a file may read on only when it has a value of the right type."""
    values: dict[str, str] = {}
    for _ in range(_ROUNDS):
        asks = [ask for file in files for ask in _asks(running, file, inputs)]
        for place in sorted({ask.file for ask in asks}):
            values |= typed_values("\n".join(read_source_lines(place) or []))
        more = with_placeholders(inputs, asks, values)
        if more == inputs:
            break
        inputs = more
    return inputs


def _asks(running: Compiler, file: SourceFile, inputs: Inputs) -> tuple[Ask, ...]:
    path, root = Path(file.path).absolute(), Path(file.root).absolute()
    return list_asks(running.worker, path, root, running.options.limits, inputs)
