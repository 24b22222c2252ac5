"""The work of `convert`: its files found and converted, definitions placed, findings shown."""

from __future__ import annotations

import contextlib
import datetime
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.diff import show_diff
from dagconv.cli.kept import kept_result, using_cache
from dagconv.cli.options import selection_of, settings_of
from dagconv.cli.present import Row, exit_code, show_report, summary_lines, without_known, write_bytes
from dagconv.cli.progress import OnProgress, progress
from dagconv.cli.reads import reads_lines
from dagconv.cli.source import with_surroundings
from dagconv.diagnostics import Diagnostic, Severity
from dagconv.diagnostics.render import DOCUMENT_FORMATS
from dagconv.diagnostics.render.terminal import safe
from dagconv.diagnostics.report import Report
from dagconv.diagnostics.selection import selected
from dagconv.discover import Discovery, discover
from dagconv.discover.clash import script_findings
from dagconv.discover.source_airflow import ignore_syntax
from dagconv.discover.surroundings import inputs_folder
from dagconv.errors import UsageError
from dagconv.write import (
    Output,
    OutputStatus,
    check_outputs,
    find_leftovers,
    plan_outputs,
    with_header,
    with_outputs,
    write_outputs,
)
from dagconv.write.leftovers import DELETED
from dagconv.write.rules import LEFT_OVER, RENAMED

if TYPE_CHECKING:  # loading the pipeline takes time that --help and a wrong call need not wait for
    from dagconv.discover.source import SourceFile
    from dagconv.pipeline import Compiler
    from dagconv.settings import Settings
    from dagconv.verdict import ConvertResult
    from dagconv.wire.reads import Reads

# The lines that the service's documentation shows; scripts look for them.
_VALID_LINE = "YAML validation successful, no errors found"
_WRITTEN_LINE = "YAML written to {path}"


def run_convert(sources: tuple[str, ...], flags: dict[str, Any]) -> int:
    """One call by its click parameters; its exit code."""
    started = time.monotonic()
    check_sources(sources, flags)
    settings = with_surroundings(settings_of(flags), sources, quiet=flags["quiet"])
    output = output_of(settings, flags)
    if not flags["validate"]:
        click.echo("notice: --no-validate skips nothing, every definition is checked and proved", err=True)
    with _converted(sources, settings, flags) as (result, discovery, forecast):
        report = about_the_call(discovery.completed(result.report), settings)
        outputs: tuple[Output, ...] = ()
        if output == "-":
            _refuse_packages(result, "--output - takes definitions only")
            texts = [
                (one.dag_id, with_header(one.source_path, one.text, schema=settings.text("schema-line")))
                for one in result.definitions
            ]
            write_bytes("---\n".join(text for _, text in texts))
        else:
            report, outputs = place(result, report, Path(output), sources, settings, flags)
            texts = [(one.dag_id, one.text) for one in outputs if one.in_place]
        if flags["bucket"]:
            _refuse_packages(result, "--bucket takes definitions only")
            _upload(texts, flags["bucket"], settings.text("region"))
    report = replace(report, seconds=time.monotonic() - started)
    shown = without_known(selected(report, selection_of(settings).shows), settings, flags)
    _show(
        shown,
        [*_rows(report, sources), *forecast],
        settings,
        flags,
        names_outputs=output != "-" and not flags["diff"] and not flags["check"],
    )
    if (flags["diff"] or flags["check"]) and outputs and not _would_change(report, outputs):
        click.echo(f"nothing would change: {len(outputs)} of {len(outputs)} definitions are up to date", err=True)
    code = exit_code(report, shown, strict=settings.flag("strict"))
    changed = any(one.status is OutputStatus.WRITTEN for one in outputs)
    return code or int(flags["fail_on_change"] and changed)


def check_sources(sources: tuple[str, ...], flags: dict[str, Any]) -> None:
    """Raises UsageError for none, and for a definition among them; a hook passes on all files that changed, or none."""
    if flags["auto"]:
        return
    if not sources:
        raise UsageError("Missing argument 'SOURCE...'.")
    for source in sources:
        if source.endswith((".yaml", ".yml")) and Path(source).is_file():
            raise UsageError(f"{source} is no DAG file; did you mean: dag-converter validate {source}")


def output_of(settings: Settings, flags: dict[str, Any]) -> str:
    """The output folder. Raises UsageError for what does not go together."""
    output, form = settings.text("output"), settings.choice("format")
    if flags["bucket"] and (flags["check"] or flags["diff"]):
        raise UsageError("--check and --diff change nothing, so they do not go with --bucket")
    if flags["prune"] and (flags["check"] or flags["diff"] or output == "-"):
        raise UsageError("--prune deletes files, so it does not go with --check, --diff or --output -")
    if not output:
        raise UsageError("say where the definitions go: --output DIR, or --output - for standard output")
    if output == "-" and (flags["check"] or flags["diff"]):
        raise UsageError("--check and --diff compare with files, so --output must be a folder")
    data = [name for name, wanted in (("--output -", output == "-"), ("--diff", flags["diff"])) if wanted]
    if data and form in DOCUMENT_FORMATS and not flags["output_file"]:
        raise UsageError(f"{data[0]} and --format {form} both need standard output; add --output-file FILE")
    if output != "-" and Path(output).exists() and not Path(output).is_dir():
        raise UsageError(f"--output {output} is not a folder")
    return output


@contextlib.contextmanager
def _converted(
    sources: tuple[str, ...], settings: Settings, flags: dict[str, Any]
) -> Iterator[tuple[ConvertResult, Discovery, list[Row]]]:
    """Finds and converts the files; without any file to load, the engine is neither needed nor started."""
    syntax = ignore_syntax(sources, settings.text("airflowignore"), settings.text("source-airflow"))
    discovery = discover(sources, syntax, auto=flags["auto"])

    if not discovery.files:
        from dagconv.verdict import ConvertResult

        yield ConvertResult(Report(), ()), discovery, []
        return
    if flags["verbose"]:
        _say_what_is_done(settings, discovery)
    from dagconv.options import compile_options

    options = compile_options(settings, datetime.datetime.now(datetime.timezone.utc))
    with using_cache(settings) as cache, progress(len(discovery.files), quiet=flags["quiet"]) as step:

        def told(file: SourceFile, reads: Reads) -> None:
            step(file.path)
            for line in reads_lines(file.path, reads) if flags["verbose"] else ():
                click.echo(line, err=True)

        kept = kept_result(cache, discovery.files, options, told) if not flags["forecast"] else None
        if kept is not None:
            yield kept, discovery, []
            return
        from dagconv.load.process import Worker

        with Worker() as worker:  # it imports Airflow while the stages are imported here
            from dagconv.pipeline import compiler

            with compiler(options, worker, cache) as running:
                result = running.convert(discovery.files, told)
                rows = _forecast(running, result, discovery, step) if flags["forecast"] else []
                yield result, discovery, rows


def _forecast(running: Compiler, result: ConvertResult, discovery: Discovery, step: OnProgress) -> list[Row]:
    from dagconv.assessment.conversion import converting
    from dagconv.assessment.forecast import forecast
    from dagconv.assessment.summary import forecast_rows

    return list(
        forecast_rows(forecast(result.report, converting(running, discovery.files, lambda file, _: step(file.path))))
    )


def about_the_call(report: Report, settings: Settings) -> Report:
    """The report with what is to be said of the command itself and of what it was given."""
    found = (*script_findings(), *_configuration_findings(settings))
    return replace(report, diagnostics=(*report.diagnostics, *found))


def _configuration_findings(settings: Settings) -> list[Diagnostic]:
    file = settings.text("airflow-config")
    if not file:
        return []
    from dagconv.load.configuration import not_carried

    return not_carried(Path(file))


def _say_what_is_done(settings: Settings, discovery: Discovery) -> None:
    for name, found in settings.values.items():
        if found.origin != "default":
            click.echo(f"setting {name} = {found.value!r} ({found.origin})", err=True)
    for file in discovery.files:
        click.echo(f"loading {safe(file.path)}", err=True)


def place(
    result: ConvertResult,
    report: Report,
    folder: Path,
    sources: tuple[str, ...],
    settings: Settings,
    flags: dict[str, Any],
) -> tuple[Report, tuple[Output, ...]]:
    """Brings the definitions to the folder, or says what that would do; the report completed, and the outputs."""
    outputs = plan_outputs(
        result.definitions, folder, (file.path for file in report.files), settings.text("schema-line")
    )
    if flags["diff"]:
        show_diff(outputs, color=settings.choice("color"))
    if flags["check"]:
        outputs = check_outputs(outputs)
    elif not flags["diff"]:
        _make_folder(folder, needed=bool(outputs))
        outputs = write_outputs(outputs, force=flags["force"])
    told = Severity.ERROR if flags["check"] or flags["fail_on_change"] else None
    within = "." if flags["auto"] else None
    left = find_leftovers(folder, outputs, report, sources, told, within=within, prune=flags["prune"])
    return with_outputs(report, outputs, left), outputs


def _would_change(report: Report, outputs: tuple[Output, ...]) -> bool:
    left = any(found.rule in (LEFT_OVER, RENAMED) for found in report.all_diagnostics())
    return left or any(one.status is not OutputStatus.UNCHANGED for one in outputs)


def _refuse_packages(result: ConvertResult, why: str) -> None:
    packed = next((one.dag_id for one in result.definitions if one.package is not None), None)
    if packed is not None:
        raise UsageError(f"{why}, and {packed} has a code package; say --output DIR")


def _upload(texts: list[tuple[str, str]], bucket: str, region: str | None) -> None:
    """Brings definitions, by DAG id, to a bucket by the code of `migrate`. Raises UsageError where that fails."""
    from dagconv.aws.session import open_world
    from dagconv.deploy.upload import CallError, StepRefusedError, upload_definitions

    world = open_world(region, None, lambda text: click.echo(text, err=True))
    try:
        for uploaded in upload_definitions(world, bucket, "yaml", texts):
            click.echo(f"uploaded to {uploaded}", err=True)
    except (CallError, StepRefusedError) as error:
        raise UsageError(f"--bucket {bucket}: {error}") from error


def _make_folder(folder: Path, *, needed: bool) -> None:
    try:
        if needed:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--output {folder} cannot be made: {error.strerror}") from error


def _rows(report: Report, sources: tuple[str, ...]) -> list[Row]:
    from dagconv.assessment.figures import figures_of
    from dagconv.assessment.summary import summary_rows

    return list(summary_rows(figures_of(report), sources, inputs_folder(sources)))


def _show(report: Report, rows: list[Row], settings: Settings, flags: dict[str, Any], *, names_outputs: bool) -> None:
    document_on_stdout = settings.choice("format") in DOCUMENT_FORMATS and not flags["output_file"]
    if names_outputs and not document_on_stdout and not flags["quiet"]:
        for path in (dag.output for file in report.files for dag in file.dags if dag.output):
            click.echo(f"{_VALID_LINE}\n{_WRITTEN_LINE.format(path=path)}")
        for found in report.diagnostics:
            if found.rule is LEFT_OVER and found.param("outcome") == DELETED:
                click.echo(f"deleted {safe(str(found.param('path')))}")
    show_report(report, settings, sys.stdout if document_on_stdout else sys.stderr, flags, rows=rows)
    if not document_on_stdout:
        click.echo(summary_lines(report, rows, settings, flags), err=True)
