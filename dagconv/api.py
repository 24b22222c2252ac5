"""The public Python API: `convert`, `validate` and `assess`, the verbs of the command line as functions.

They read no settings file, no DAGCONV_ variable and no terminal: a call means what it says, and writes nothing.
"""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypedDict

from typing_extensions import Unpack

from dagconv.assessment.run import assess_files
from dagconv.check.batch import check_files, empty_folders
from dagconv.check.code_file import read_code_file
from dagconv.check.files import find_candidates
from dagconv.diagnostics import Diagnostic, Severity
from dagconv.diagnostics.lines import read_source_lines
from dagconv.diagnostics.render import RenderOptions
from dagconv.diagnostics.render.json import report_document
from dagconv.diagnostics.report import Report
from dagconv.discover import Discovery, discover
from dagconv.discover.source_airflow import ignore_syntax
from dagconv.discover.surroundings import found_beside
from dagconv.errors import UsageError
from dagconv.options import compile_options
from dagconv.pipeline import compiler
from dagconv.rules import check_names
from dagconv.settings import Settings, given_settings
from dagconv.version import __version__

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


class ConvertOptions(TypedDict, total=False):
    """What `convert` and `assess` take, each as the command line's option of the same name; files are paths.

    `timeout` is in seconds and `memory` in MB, both for loading one file; `jobs` files are loaded at a time.
    """

    source_airflow: Literal["1.10", "2", "3"]
    source_provider: str
    airflowignore: Literal["glob", "regexp"]
    region: str
    dst: Literal["refuse", "winter", "summer"]
    accept: Sequence[str]
    code_package: bool
    prove: Literal["run"]
    template_variables: Literal["refuse", "keep", "fold", "params"]
    variables: Sequence[str]
    connections: Sequence[str]
    env_file: Sequence[str]
    aws_replies: Sequence[str]
    airflow_config: str
    dags_root: str
    plugins: Sequence[str]
    requirements: Sequence[str]
    discovery: bool
    stub_missing: bool
    jobs: int
    timeout: float
    memory: int
    thorough: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What a call came to.

    `definitions` are the YAML texts that were proved, by DAG id, without the header line of written files; `packages`
    the code packages (ZIP) of those that have one. `diagnostics` are all findings, in the order of a report. `document`
    is the JSON document of the same verb's `--format json`. `validate` and `assess` hand out no definitions.
    """

    diagnostics: tuple[Diagnostic, ...]
    document: Mapping[str, Any] = field(repr=False)
    definitions: Mapping[str, str] = field(default_factory=dict, repr=False)
    packages: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(one.severity is not Severity.ERROR for one in self.diagnostics)


def convert(paths: Paths, **options: Unpack[ConvertOptions]) -> Result:
    """Converts the DAGs of files and folders, proves each definition, and writes nothing.

    Raises UsageError for a path that does not exist and an option that cannot be, EngineMissingError without the
    extra `dagconv[airflow]`, EngineBrokenError where that is installed and cannot be imported. What is wrong with a
    DAG is a diagnostic, never an exception. DAG files run in processes of their own.
    """
    started = time.monotonic()
    names, settings = _call(paths, options)
    discovery = _discovered(names, settings)
    if not discovery.files:
        return _result(discovery.completed(Report()), started)
    with compiler(compile_options(settings, datetime.datetime.now(datetime.timezone.utc))) as running:
        done = running.convert(discovery.files)
        texts = {one.dag_id: one.text for one in done.definitions}
        packages = {one.dag_id: one.package for one in done.definitions}
    packed = {name: content for name, content in packages.items() if content is not None}
    return _result(discovery.completed(done.report), started, texts, packed)


def validate(paths: Paths, *, code: str | os.PathLike[str] | None = None) -> Result:
    """Judges definitions, YAML files or all that look like one in a folder, as the service would; needs no Airflow.

    `code` is the code package of the one definition named. Raises UsageError for a path that cannot be read.
    """
    started = time.monotonic()
    names = _names(paths)
    try:
        candidates = list(find_candidates(names))
        package = None if code is None else read_code_file(os.fspath(code))
    except FileNotFoundError as error:
        raise UsageError(f"{error.filename or error}: no such file or folder") from error
    except OSError as error:
        raise UsageError(f"{os.fspath(code or '')}: {error.strerror or error}") from error
    if package is not None and len(candidates) > 1:
        raise UsageError("code is the package of one definition; name that one alone")
    reports = tuple(one.report for one in check_files(candidates, None, package))
    return _result(Report(reports, tuple(empty_folders(names, reports))), started, shows_dags=False)


def assess(paths: Paths, *, include_source: bool = False, **options: Unpack[ConvertOptions]) -> Result:
    """Converts the DAGs of files and folders as they are and with each further step that they may need.

    The document holds figures, reasons and DAGs, with secrets masked; of the source the lines of findings, and whole
    files with `include_source`. Raises what `convert` raises, and UsageError where there is no DAG file.
    """
    names, settings = _call(paths, options)
    discovery = _discovered(names, settings)
    if not discovery.files:
        raise UsageError(f"no DAG file was found in {', '.join(names)}")
    made = assess_files(discovery.files, names, settings, include_source=include_source)
    return Result(tuple(discovery.completed(made.today.report).all_diagnostics()), made.document)


def _names(paths: Paths) -> tuple[str, ...]:
    """Raises UsageError where there is nothing to do."""
    names = tuple(os.fspath(path) for path in ([paths] if isinstance(paths, str | os.PathLike) else paths))
    if not names:
        raise UsageError("name at least one file or folder")
    return names


def _call(paths: Paths, options: ConvertOptions) -> tuple[tuple[str, ...], Settings]:
    names = _names(paths)
    settings = given_settings({name.replace("_", "-"): value for name, value in options.items()})
    check_names(settings)
    return names, Settings({**settings.values, **found_beside(settings, names)})


def _discovered(names: tuple[str, ...], settings: Settings) -> Discovery:
    return discover(names, ignore_syntax(names, settings.text("airflowignore"), settings.text("source-airflow")))


def _result(
    report: Report,
    started: float,
    definitions: Mapping[str, str] | None = None,
    packages: Mapping[str, bytes] | None = None,
    *,
    shows_dags: bool = True,
) -> Result:
    report = replace(report, seconds=time.monotonic() - started)
    document = report_document(report, RenderOptions(read_source_lines, __version__, shows_dags=shows_dags))
    return Result(tuple(report.all_diagnostics()), document, definitions or {}, packages or {})
