"""Converts files again with what is granted to them: stand-ins for inputs, inert modules, losses, a code package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dagconv.assessment.asking import ask_files
from dagconv.assessment.figures import Need
from dagconv.assessment.forecast import Convert
from dagconv.diagnostics import Means
from dagconv.diagnostics.report import Report
from dagconv.discover.source import SourceFile
from dagconv.pipeline import CompileOptions, Compiler, Progress


def converting(running: Compiler, files: Sequence[SourceFile], on_progress: Progress | None = None) -> Convert:
    """The function that a forecast asks. `files` are those of the call; nothing that it converts is kept."""
    known = {file.path: file for file in files}

    def convert(paths: Sequence[str], granted: frozenset[Need]) -> Report:
        chosen = [known[path] for path in paths]
        options = _granting(running, running.options, chosen, granted)
        return replace(running, options=options).convert(chosen, on_progress).report

    return convert


def _granting(
    running: Compiler, options: CompileOptions, files: Sequence[SourceFile], granted: frozenset[Need]
) -> CompileOptions:
    means = {need.means for need in granted}
    inputs, lowering = options.inputs, options.lowering
    if Means.PACKAGES in means:
        inputs = replace(inputs, stub_missing=True)
    if Means.INPUTS in means:
        inputs = ask_files(running.worker, files, options.limits, inputs).inputs
    accepted = {need.name for need in granted if need.means is Means.ACCEPT}
    lowering = replace(
        lowering,
        accept=lowering.accept | accepted,
        code_package=lowering.code_package or Means.CODE in means,
    )
    return replace(options, inputs=inputs, lowering=lowering)
