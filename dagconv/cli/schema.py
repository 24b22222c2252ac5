"""`schema`: the JSON Schema of definitions, for editors and other tools."""

from __future__ import annotations

import click

from dagconv.catalog.files import schema_path
from dagconv.cli.present import write_bytes

_EPILOG = """\b
Examples:
  dag-converter schema > definitions/workflow.schema.json
  dag-converter convert dags/ -o definitions/ --schema-line workflow.schema.json

\b
VS Code with the YAML extension reads the line that --schema-line writes; PyCharm takes the file under
Languages & Frameworks > Schemas and DTDs > JSON Schema Mappings, for the pattern definitions/*.yaml.

\b
Exit codes: 0 printed."""


@click.command(epilog=_EPILOG, short_help="Print the JSON Schema of definitions.")
def command() -> None:
    """Print the JSON Schema of definitions: keys, operators with their arguments, schedules and limits."""
    write_bytes(schema_path("workflow.schema.json").read_text(encoding="utf-8"))
