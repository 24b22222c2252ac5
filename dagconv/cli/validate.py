"""`validate`: judges definitions as the service would, without Airflow."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import Any

import click

from dagconv.check.batch import Judged, check_files, empty_folders
from dagconv.check.code_file import CodeFile, read_code_file
from dagconv.check.files import Candidate, find_candidates
from dagconv.cli.main import EXIT_CODES, FINDINGS, OK
from dagconv.cli.options import report_options, selection_of, setting, settings_of
from dagconv.cli.present import show_report, summary_lines, without_known, write_bytes
from dagconv.diagnostics import Severity
from dagconv.diagnostics.report import FileStatus, Report
from dagconv.diagnostics.selection import selected
from dagconv.errors import UsageError
from dagconv.settings import Settings

_STDIN = "-"

_EPILOG = f"""\b
Examples:
  dag-converter validate definitions/
  dag-converter validate etl.yaml --format concise
  dag-converter validate --fix --diff etl.yaml
  dag-converter validate etl.yaml --code etl.zip
  cat etl.yaml | dag-converter validate - --stdin-filename etl.yaml

A file named is always judged; in a folder (and with --auto) only what looks like a definition.
Errors are what the service would refuse and cannot be ignored. Other findings are ignored with
--ignore CODE, per file in the settings, or by a comment: # dagconv: ignore[CODE]

{EXIT_CODES}"""


@click.command(epilog=_EPILOG, short_help="Judge definitions as the service would.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--stdin-filename", metavar="NAME", help="Name to show for the definition on standard input (-).")
@click.option("--auto", is_flag=True, help="Judge a file named only if it looks like a definition (for hooks).")
@click.option("--fix", is_flag=True, help="Rewrite the files with every safe fix; comments and order stay.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also fixes that change what happens.")
@click.option("--diff", is_flag=True, help="Write nothing; show what --fix would change as a unified diff.")
@click.option("--code", metavar="PATH", help="The code package of the definition: .zip, .py or .sh; it is not run.")
@click.option("--deep", is_flag=True, help="Also load what has no error through dag-factory and Airflow.")
@setting("strict")
@setting("timeout", metavar="S")
@setting("memory", metavar="MB")
@setting("include", metavar="PATTERNS")
@setting("exclude", metavar="PATTERNS")
@report_options
def command(paths: tuple[str, ...], **flags: Any) -> int:
    """Judge the definitions in PATH, YAML files or folders, as Amazon MWAA Serverless would.

    Airflow is not needed and not imported; no tag, template or class of the file is ever acted on.
    """
    started = time.monotonic()
    settings = settings_of(flags)
    candidates, stdin = _candidates(paths, settings, flags)
    code = _code(flags["code"])
    judged = check_files(candidates, stdin, code)
    if code is not None and sum(one.report.status is not FileStatus.SKIPPED for one in judged) > 1:
        raise UsageError("--code is the package of one definition; name that one alone")
    if flags["fix"] or flags["diff"]:
        judged = _fixed(judged, candidates, stdin, code, settings, flags)
    if flags["deep"]:
        from dagconv.judge import check_deeply  # the worker loads only when asked for

        judged = check_deeply(judged, settings.limits)
    reports = tuple(one.report for one in judged)
    report = Report(reports, tuple(empty_folders(paths, reports)), time.monotonic() - started)
    shown = without_known(selected(report, selection_of(settings).shows), settings, flags)
    # A diff or a fixed definition takes standard output, so a report goes beside it.
    taken = flags["diff"] or (stdin is not None and flags["fix"])
    show_report(shown, settings, sys.stderr if taken else sys.stdout, flags, shows_dags=False)
    if not flags["quiet"]:
        click.echo(summary_lines(shown, (), settings, flags), err=True)
    return _exit_code(report, shown, strict=settings.flag("strict"))


def _code(path: str | None) -> CodeFile | None:
    """Raises UsageError for a path that cannot be read."""
    if path is None:
        return None
    if not Path(path).is_file():
        raise UsageError(f"--code {path}: no such file")
    try:
        return read_code_file(path)
    except OSError as error:
        raise UsageError(f"--code {path}: {error.strerror or error}") from error


def _candidates(
    paths: tuple[str, ...], settings: Settings, flags: dict[str, Any]
) -> tuple[list[Candidate], tuple[str, bytes] | None]:
    """The files to judge and, for `-`, the name and bytes of standard input. Raises UsageError."""
    stdin: tuple[str, bytes] | None = None
    if _STDIN in paths:
        name = flags["stdin_filename"] or "<stdin>"
        stdin = (name, sys.stdin.buffer.read())
    include, exclude = settings.words("include"), settings.words("exclude")
    files = [path for path in paths if path != _STDIN]
    for path in files if not flags["auto"] else ():
        if path.endswith(".py") and Path(path).is_file():
            raise UsageError(f"{path} is no definition; did you mean: dag-converter convert {path}")
    try:
        found = list(find_candidates(files, include, exclude, auto=flags["auto"]))
    except FileNotFoundError as error:
        raise UsageError(f"{error}: no such file or folder") from error
    if stdin is not None:
        found = [Candidate(stdin[0], named=not flags["auto"]), *(one for one in found if one.path != stdin[0])]
    return found, stdin


def _fixed(
    judged: list[Judged],
    candidates: list[Candidate],
    stdin: tuple[str, bytes] | None,
    code: CodeFile | None,
    settings: Settings,
    flags: dict[str, Any],
) -> list[Judged]:
    """What is left to say after the fixes. With --diff nothing is written."""
    from dagconv.cli.fixing import place_fixes  # the fixers load only when asked for
    from dagconv.judge import comparing, fix_files

    with contextlib.ExitStack() as stack:
        same = None
        if flags["deep"]:
            same = stack.enter_context(comparing(settings.limits))
        fixes = fix_files(judged, same, unsafe=flags["unsafe_fixes"])
        stdin = place_fixes(fixes, stdin, diff=flags["diff"])
    if stdin is not None and not flags["diff"]:
        write_bytes(stdin[1].decode("utf-8"))
    return judged if flags["diff"] else check_files(candidates, stdin, code)


def _exit_code(report: Report, shown: Report, *, strict: bool) -> int:
    bad = (FileStatus.INVALID, FileStatus.FAILED)
    if report.count(Severity.ERROR) or any(file.status in bad for file in report.files):
        return FINDINGS
    return FINDINGS if strict and shown.count(Severity.WARNING) else OK
