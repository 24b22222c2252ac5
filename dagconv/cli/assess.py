"""`assess`: what share of a folder or an environment moves, what each step opens, and why the rest stays."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.main import EXIT_CODES, OK
from dagconv.cli.options import setting, settings_of
from dagconv.cli.present import write_bytes
from dagconv.cli.progress import progress
from dagconv.cli.source import source_options, with_surroundings
from dagconv.discover import discover
from dagconv.discover.source_airflow import ignore_syntax
from dagconv.errors import UsageError
from dagconv.files import write_atomically

if TYPE_CHECKING:
    from dagconv.settings import Settings

_FORMATS = ("html", "markdown", "json", "csv")
_EPILOG = f"""\b
Examples:
  dag-converter assess dags/ --output report.html
  dag-converter assess dags/ --format markdown >> "$GITHUB_STEP_SUMMARY"
  dag-converter assess --environment prod --output prod.html

{EXIT_CODES}"""


@click.command(epilog=_EPILOG, short_help="Assess how much of a folder or an environment moves.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--environment", metavar="NAME", help="Read the DAGs of this MWAA environment from its bucket.")
@click.option("--output", "-o", metavar="FILE", help="Where the assessment goes. [default: standard output]")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="[default: by the name of --output, else markdown]",
)
@click.option("--include-source", is_flag=True, help="Put whole source files into it, not only the lines of findings.")
@setting("jobs", "-j", metavar="N")
@setting("timeout", metavar="S")
@setting("memory", metavar="MB")
@setting("airflowignore")
@setting("region", metavar="NAME")
@setting("code-package")
@source_options
@click.option("--config", type=click.Path(), metavar="FILE", help="Read settings from this file.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def command(sources: tuple[str, ...], **flags: Any) -> int:
    """Convert SOURCE, files or folders, without writing a definition, and say what moves and what the rest needs.

    Each step that a DAG may need (inputs, packages, a code package, a loss accepted) is tried by real conversions.
    The exit code is 0 whatever the DAGs are like.
    """
    form = _form_of(flags["form"], flags["output"])
    if bool(sources) == bool(flags["environment"]):
        raise UsageError("name DAG files or folders, or an environment by --environment NAME")
    settings = settings_of(flags)
    with contextlib.ExitStack() as stack:
        if flags["environment"]:
            found = stack.enter_context(_downloaded(flags["environment"], settings))
            text = _assessed(found, (flags["environment"],), settings, flags, form)
        else:
            text = _assessed(sources, sources, with_surroundings(settings, sources, quiet=flags["quiet"]), flags, form)
    if not flags["output"]:
        write_bytes(text)
        return OK
    try:
        write_atomically(Path(flags["output"]), text)
    except OSError as error:
        raise UsageError(f"--output {flags['output']} cannot be written: {error.strerror}") from error
    click.echo(f"written: {flags['output']}", err=True)
    return OK


def _form_of(form: str | None, output: str | None) -> str:
    """The format said, else that of the file's name. Raises UsageError for a name that tells none."""
    by_name = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".csv": "csv"}
    if form or not output:
        return form or "markdown"
    try:
        return by_name[Path(output).suffix.lower()]
    except KeyError:
        raise UsageError(f"--output {output}: say --format {', '.join(_FORMATS)}") from None


@contextlib.contextmanager
def _downloaded(name: str, settings: Settings) -> Iterator[tuple[str, ...]]:
    """The DAG folder of an environment, read-only calls only."""
    from dagconv.aws.session import open_world
    from dagconv.migrate.survey.download import download_dags
    from dagconv.migrate.survey.survey import read_environment

    world = open_world(settings.text("region"), None, lambda text: click.echo(text, err=True))
    with tempfile.TemporaryDirectory(prefix="dagconv-") as scratch:
        environment = read_environment(world, name)
        download = download_dags(world, environment, Path(scratch))
        for refused in download.refused:
            click.echo(f"not read: {refused.source}", err=True)
        yield (str(download.folder),)


def _assessed(
    places: tuple[str, ...], names: tuple[str, ...], settings: Settings, flags: dict[str, Any], form: str
) -> str:
    """The text of the assessment of DAG files at `places`, which the user calls by `names`."""
    from dagconv.assessment.run import assess_files

    syntax = ignore_syntax(places, settings.text("airflowignore"), settings.text("source-airflow"))
    discovery = discover(places, syntax)
    if not discovery.files:
        raise UsageError(f"no DAG file was found in {', '.join(names)}")
    with progress(len(discovery.files), quiet=flags["quiet"]) as step:
        made = assess_files(discovery.files, names, settings, lambda file, _: step(file.path), flags["include_source"])
    return _text_of(made.document, form)


def _text_of(data: dict[str, Any], form: str) -> str:
    match form:
        case "html":
            from dagconv.assessment.render_page import render_page

            return render_page(data)
        case "markdown":
            from dagconv.assessment.forms import markdown

            return markdown(data)
        case "csv":
            from dagconv.assessment.forms import table

            return table(data)
        case _:
            import json

            return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
