"""Shows a finished report: which stream, which colours, the summary line, and the exit code that it means."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from dagconv.cli.main import FINDINGS, INTERNAL, OK
from dagconv.diagnostics import Severity
from dagconv.diagnostics.folding import fold
from dagconv.diagnostics.render import TEXT_FORMATS, RenderOptions, ordered, renderer
from dagconv.diagnostics.render.terminal import safe
from dagconv.diagnostics.report import FileStatus, Report
from dagconv.diagnostics.selection import selected
from dagconv.errors import UsageError
from dagconv.settings import Settings
from dagconv.version import __version__

_BUG = "internal-error"
Row = tuple[str, str]  # a thing to do, and how
_BAD = (FileStatus.REFUSED, FileStatus.FAILED, FileStatus.INVALID)
# Files that the user, or Airflow's own rules, set aside on purpose do not count against `--strict`.
_SET_ASIDE = frozenset({"ignored-by-airflowignore", "folder-left-out", "reached-twice"})


def wants_color(choice: str, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Colours only where a person sees them, unless told otherwise (no-color.org)."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return bool(environment.get("FORCE_COLOR")) or stream.isatty()


def show_report(
    report: Report,
    settings: Settings,
    stream: TextIO,
    flags: Mapping[str, Any],
    *,
    shows_dags: bool = True,
    rows: Sequence[Row] = (),
) -> None:
    """Writes the report to `stream`, or to a file where one is named. Raises UsageError when it cannot be written.

    Of `flags` the options of `report_options` are used. `rows` close the formats for people.
    """
    form, output_file = settings.choice("format"), flags["output_file"]
    if flags["quiet"]:
        report = selected(report, lambda found, _: found.severity is Severity.ERROR)
    painted = output_file is None and wants_color(settings.choice("color"), stream, os.environ)
    if flags["statistics"] and form in TEXT_FORMATS:
        text = _statistics(report)
    else:
        from dagconv.load.shown_lines import read_shown_lines

        options = RenderOptions(
            read_shown_lines,
            __version__,
            color=painted,
            shows_dags=shows_dags,
            notes=shows_notes(settings, flags),
            rows=tuple(rows),
        )
        text = renderer(form)(report, options)
    if output_file is None:
        stream.write(text)
        return
    try:
        Path(output_file).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{output_file} cannot be written: {error.strerror}") from error


def without_known(shown: Report, settings: Settings, flags: Mapping[str, Any]) -> Report:
    """The report without the warnings of the baseline, which is written first where that is asked for.

    What it hides, and what it holds for nothing, is said on standard error. Raises UsageError for a file that cannot
    be read or written.
    """
    name = settings.text("baseline")
    if name is None:
        if flags["write_baseline"]:
            raise UsageError("--write-baseline needs a file: --baseline FILE")
        return shown
    from dagconv.diagnostics.baseline import apply_baseline, baseline_text, read_baseline

    file = Path(name)
    try:
        if flags["write_baseline"]:
            file.write_text(baseline_text(shown), encoding="utf-8")
        applied = apply_baseline(shown, read_baseline(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"--baseline {name}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"--baseline {name}: {error}") from error
    click.echo(f"{_number(applied.hidden, 'warning')} of the baseline {name} not shown", err=True)
    if applied.gone:
        codes = ", ".join(f"{code} ({count})" for code, count in applied.gone)
        click.echo(f"the baseline lists what is not found any more: {codes}; --write-baseline brings it up", err=True)
    return applied.report


def shows_notes(settings: Settings, flags: Mapping[str, Any]) -> bool:
    """Whether notes, which ask for nothing, are shown one by one."""
    return bool(flags["verbose"] or flags.get("modernize_report") or settings.words("select"))


def summary_lines(report: Report, rows: Sequence[Row], settings: Settings, flags: Mapping[str, Any]) -> str:
    """What closes the report: a line over all, and a row per thing to do where there are several files."""
    folds, hidden = fold(report, notes=shows_notes(settings, flags))
    lines = list(_outcomes(report)) if flags["verbose"] else []
    lines.append(_summary_line(report, Counter(one.found.severity for one in folds), hidden))
    if (len(report.files) > 1 or flags.get("forecast")) and len(rows) > 1:
        lines += [f"  {safe(said)}{f': {safe(step)}' if step else ''}" for said, step in rows]
    return "\n".join(lines)


def _outcomes(report: Report) -> Iterator[str]:
    """A line per file: what became of it and of its DAGs."""
    for file in report.files:
        dags = ", ".join(f"{safe(dag.dag_id)} {dag.status.value}" for dag in file.dags)
        yield f"{safe(file.path)}: {file.status.value}{f' ({dags})' if dags else ''}"


def _summary_line(report: Report, findings: Counter[Severity], hidden: int) -> str:
    """One line: files by status, findings by severity as people read them, notes that were not shown, time."""
    statuses = [(status, report.count_files(status)) for status in FileStatus]
    files = len(report.files)
    parts = [f"{count} {status.value}" for status, count in statuses if count]
    notes = f", {_number(hidden, 'note')} not shown (-v)" if hidden else ""
    return (
        f"{_number(files, 'file')}: {', '.join(parts) or 'nothing done'}; "
        f"{_number(findings[Severity.ERROR], 'error')}, {_number(findings[Severity.WARNING], 'warning')}"
        f"{notes}; {report.seconds:.1f} s"
    )


def exit_code(report: Report, shown: Report, *, strict: bool) -> int:
    """1 for an error or a DAG without its output; with `strict` also for a warning or a file without a DAG; 3 for a
    bug that ended the work on a file.

    `shown` is the report without the findings that the user ignores: those do not count.
    """
    if any(found.rule.slug == _BUG for found in report.all_diagnostics()):
        return INTERNAL
    if report.count(Severity.ERROR) or any(file.status in _BAD for file in report.files):
        return FINDINGS
    if any(dag.status is FileStatus.REFUSED for file in report.files for dag in file.dags):
        return FINDINGS
    if strict and shown.count(Severity.WARNING):
        return FINDINGS
    empty = [file for file in report.files if file.status is FileStatus.SKIPPED]
    aside = [file for file in empty if any(found.rule.slug in _SET_ASIDE for found in file.diagnostics)]
    return FINDINGS if strict and len(empty) > len(aside) else OK


def _statistics(report: Report) -> str:
    """A row per code: findings, DAGs and files that have it. A finding of a file is one of all its DAGs."""
    counts: Counter[tuple[str, str, str]] = Counter()
    dags: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    files: dict[tuple[str, str, str], set[str]] = {}
    for file, found in ordered(report):
        key = found.code, found.severity.value, found.rule.slug
        counts[key] += 1
        if file is not None:
            files.setdefault(key, set()).add(file.path)
            concerned = [found.dag_id] if found.dag_id else [dag.dag_id for dag in file.dags]
            dags.setdefault(key, set()).update((file.path, dag_id) for dag_id in concerned)
    rows = [f"{'count':>6}  {'DAGs':>5}  {'files':>5}  code   severity  name\n"] if counts else []
    for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        code, severity, slug = key
        rows.append(
            f"{count:>6}  {len(dags.get(key, ())):>5}  {len(files.get(key, ())):>5}  {code}  {severity:<8}  {slug}\n"
        )
    return "".join(rows)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def write_bytes(text: str) -> None:
    """Puts text on standard output as UTF-8 with LF, whatever the locale says: it is a file's content."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()
