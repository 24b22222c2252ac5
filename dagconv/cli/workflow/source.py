"""What a deploy is made from: a definition as it is, or a DAG file, converted and proved first."""

from __future__ import annotations

import sys
from pathlib import Path

from dagconv.diagnostics import Severity
from dagconv.diagnostics.report import FileReport, FileStatus, Report
from dagconv.errors import UsageError


def read_source(file: Path, dag_id: str | None) -> tuple[str, str, bytes | None]:
    """DAG id, definition and code package. Raises UsageError with what is wrong shown before."""
    if not file.is_file():
        raise UsageError(f"no such file: {file}")
    if file.suffix == ".py":
        return _converted(file, dag_id)
    if file.suffix not in (".yaml", ".yml"):
        raise UsageError(f"{file} is neither a definition (.yaml) nor a DAG file (.py)")
    return _definition(file, dag_id)


def _definition(file: Path, dag_id: str | None) -> tuple[str, str, bytes | None]:
    from dagconv.check.definition import check_definition
    from dagconv.deploy.definition import body_of

    text = file.read_text("utf-8-sig")
    found = check_definition(text, str(file))
    if any(one.severity is Severity.ERROR for one in found):
        _show(Report((FileReport(str(file), FileStatus.INVALID, (), tuple(found)),)))
        raise UsageError(f"{file} is no definition that the service accepts")
    body = body_of(text)
    assert body is not None, "the check requires one root key"
    if dag_id not in (None, body[0]):
        raise UsageError(f"{file} defines {body[0]}, not {dag_id}")
    return body[0], text, None


def _converted(file: Path, dag_id: str | None) -> tuple[str, str, bytes | None]:
    """By the settings of the folder, as `convert` reads them."""
    import datetime

    from dagconv.cli.options import settings_of
    from dagconv.cli.source import with_surroundings
    from dagconv.discover import discover
    from dagconv.discover.source_airflow import ignore_syntax
    from dagconv.options import compile_options
    from dagconv.pipeline import compiler

    settings = with_surroundings(settings_of({}), (str(file),))
    syntax = ignore_syntax((str(file),), settings.text("airflowignore"), settings.text("source-airflow"))
    options = compile_options(settings, datetime.datetime.now(datetime.timezone.utc))
    with compiler(options) as running:
        result = running.convert(discover((str(file),), syntax).files)
        texts = {one.dag_id: (one.text, one.package) for one in result.definitions}
    ids = sorted(dag.dag_id for one in result.report.files for dag in one.dags)
    if dag_id is None and len(ids) > 1:
        raise UsageError(f"{file} holds several DAGs, say which by --dag: {', '.join(ids)}")
    chosen = dag_id or (ids[0] if ids else "")
    if chosen not in texts:
        _show(result.report)
        raise UsageError(f"{chosen or file} was not converted")
    text, package = texts[chosen]
    return chosen, text, package


def _show(report: Report) -> None:
    from dagconv.cli.options import settings_of
    from dagconv.cli.present import show_report

    flags = {"verbose": False, "quiet": False, "output_file": None, "statistics": False}
    show_report(report, settings_of({"format": "concise"}), sys.stderr, flags)
