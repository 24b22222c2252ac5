"""One assessment from files to its document: the conversion of today, those of each further step, what they tell."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dagconv.assessment.assessment import assess
from dagconv.assessment.conversion import converting
from dagconv.assessment.document import Document, Made, document, masking
from dagconv.assessment.forecast import forecast
from dagconv.assessment.outline import Outline, outline_of
from dagconv.discover.source import SourceFile
from dagconv.ir.workflow import Workflow
from dagconv.options import compile_options
from dagconv.pipeline import ConvertResult, Progress, compiler
from dagconv.settings import Settings


@dataclass(frozen=True, slots=True)
class Assessing:
    """`document` is JSON data. The definitions of `today` can no longer be read, its report can."""

    document: Document
    today: ConvertResult


def assess_files(
    files: Sequence[SourceFile],
    names: Sequence[str],
    settings: Settings,
    on_progress: Progress | None = None,
    include_source: bool = False,
) -> Assessing:
    """Assesses the files of sources that the user calls by `names`; nothing is written.

    Raises UsageError for a setting that cannot be, and EngineMissingError without the extra `airflow`.
    """
    now = datetime.datetime.now(datetime.timezone.utc)
    options = compile_options(settings, now)
    outlines: dict[tuple[str, str], Outline] = {}

    def seen(path: str, source: Workflow, lowered: Workflow) -> None:
        outlines[path, source.dag_id] = outline_of(source, lowered, now)

    with compiler(options) as running:
        running = replace(running, on_dag=seen)
        today = running.convert(files, on_progress)
        yamls = {(one.source_path, one.dag_id): one.text for one in today.definitions}
        found = forecast(today.report, converting(running, files, on_progress))
    made = Made(now, masking(options.inputs), include_source)
    return Assessing(document(assess(names, today.report, found, outlines, yamls), made), today)
