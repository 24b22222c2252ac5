"""`convert`: DAG files in, proved definitions out."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.main import EXIT_CODES
from dagconv.cli.options import report_options, setting
from dagconv.cli.source import source_options

_EPILOG = f"""\b
Examples:
  dag-converter convert dags/etl.py --output definitions/
  dag-converter convert dags/ --output definitions/ --check       (in CI: is everything up to date?)
  dag-converter convert dags/ --output definitions/ --diff        (what would change?)
  dag-converter convert dags/ --output definitions/ --watch       (again with each file that is saved)
  dag-converter convert dags/etl.py --output -                    (the YAML on standard output)
  dag-converter convert dags/ --output definitions/ --format json > report.json

DAG files are run to be read. Each runs in a process of its own with limits, which contains faults and
is no protection from hostile code: convert files that you do not trust in a container.

{EXIT_CODES}"""


@click.command(epilog=_EPILOG, short_help="Compile DAG files to definitions.")
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@setting("output", "-o", metavar="DIR")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when an output is missing, stale or refused.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change as a unified diff.")
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand or not written by dagconv.")
@click.option("--prune", is_flag=True, help="Delete definitions that dagconv wrote and whose DAG is gone.")
@setting("schema-line", metavar="ADDRESS")
@setting("strict")
@setting("jobs", "-j", metavar="N")
@setting("timeout", metavar="S")
@setting("memory", metavar="MB")
@setting("thorough")
@setting("cache")
@setting("airflowignore")
@setting("region", metavar="NAME")
@setting("code-package")
@setting("prove")
@source_options
@click.option("--forecast", is_flag=True, help="Try what each further step would open; nothing of that is written.")
@click.option("--modernize-report", is_flag=True, help="List each name and argument of another Airflow release.")
@click.option("--watch", is_flag=True, help="Go on: convert again whatever a saved file changes, until Ctrl-C.")
@click.option(
    "--auto", is_flag=True, help="For hooks: load only files that mention a DAG, find outputs of deleted ones."
)
@click.option("--fail-on-change", is_flag=True, help="Exit 1 when a file was created or rewritten (for hooks).")
@report_options
@click.option("--validate/--no-validate", default=True, help="Accepted for old scripts; checks always run.")
@click.option("--bucket", metavar="NAME", help="Upload the definitions to this bucket too, under yaml/.")
def command(sources: tuple[str, ...], **flags: Any) -> int:
    """Compile the DAGs in SOURCE, Python files or folders, to one definition <dag_id>.yaml each.

    A definition is written only when it was read back and proved to mean the same as the DAG. Whatever
    cannot be said in a definition is refused with its place, the reason and the next step.
    """
    if flags.pop("watch"):
        from dagconv.cli.watching import watch

        watch(sources, flags)
    from dagconv.cli.converting import run_convert  # --help and a misspelt option need not wait for it

    return run_convert(sources, flags)
