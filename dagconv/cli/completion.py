"""`completion`: the script that completes verbs and options in bash, zsh or fish."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dagconv.cli.main import cli

_EPILOG = """\b
Examples:
  bash: dag-converter completion bash > ~/.local/share/bash-completion/completions/dag-converter
  zsh:  dag-converter completion zsh > "${fpath[1]}/_dag-converter"
  fish: dag-converter completion fish > ~/.config/fish/completions/dag-converter.fish

\b
Exit codes: 0 printed."""


@click.command(epilog=_EPILOG, short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.option("--command", "name", type=click.Choice(["dag-converter", "dagconv"]), default="dag-converter")
def command(shell: str, name: str) -> None:
    """Print the script that completes verbs, options and their values in SHELL."""
    completion = get_completion_class(shell)
    assert completion is not None
    variable = f"_{name.replace('-', '_').upper()}_COMPLETE"
    # The class asks for the shell's version before it prints; the template is all that is wanted here.
    made = completion(cli, {}, name, variable)
    click.echo(made.source_template % made.source_vars())
