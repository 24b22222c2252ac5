"""How a report is shown: one module per format, each with `render(report, options) -> str`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dagconv.diagnostics.model import Location
from dagconv.diagnostics.report import FileReport, Report, SourceReader
from dagconv.diagnostics.rule import Diagnostic

TEXT_FORMATS = ("full", "concise")
DOCUMENT_FORMATS = ("json", "sarif", "github", "junit", "markdown")
FORMATS = (*TEXT_FORMATS, *DOCUMENT_FORMATS)


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What a format may need besides the report.

    `shows_dags` is False for `validate`, which judges definitions; `notes` shows what says that nothing is lost.
    `rows` are what is to be done and how, for formats that have no other place for it.
    """

    read_lines: SourceReader
    version: str
    color: bool = False
    shows_dags: bool = True
    notes: bool = True
    rows: tuple[tuple[str, str], ...] = ()


Renderer = Callable[[Report, RenderOptions], str]


def renderer(name: str) -> Renderer:
    """The renderer of one of FORMATS; only that format's module is imported."""
    assert name in FORMATS, name
    render: Renderer = importlib.import_module(f"dagconv.diagnostics.render.{name}").render
    return render


def ordered(report: Report) -> Iterator[tuple[FileReport | None, Diagnostic]]:
    """All findings in the order of files and places, each with its file, or None for those of the call."""
    for file in report.files:
        for found in sorted(file.diagnostics, key=Diagnostic.sort_key):
            yield file, found
    for found in sorted(report.diagnostics, key=Diagnostic.sort_key):
        yield None, found


def place(file: FileReport | None, found: Diagnostic) -> Location | None:
    """Where a finding stands: its own location, else the file as a whole."""
    if found.location is not None or file is None:
        return found.location
    return Location(file.path)
