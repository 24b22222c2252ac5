"""What the verbs of `workflow` share: account and Region, the form of the output, and errors of AWS in one line."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dagconv.diagnostics.render.terminal import safe
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import World

Command = TypeVar("Command", bound=Callable[..., object])
FAILED = 1


def workflow_options(command: Command) -> Command:
    for option in (
        click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True),
        click.option("--profile", metavar="NAME", help="AWS profile."),
        click.option("--region", metavar="NAME", help="AWS Region. [default: AWS_REGION or the profile's]"),
    ):
        command = option(command)
    return command


name_argument = click.argument("name", metavar="NAME")
run_argument = click.argument("run", required=False, metavar="[RUN]")


@contextlib.contextmanager
def aws_world(flags: Mapping[str, Any]) -> Iterator[World]:
    """The doors to AWS. What AWS refuses becomes a UsageError of one line that says what to do next."""
    from dagconv.aws.services import CallError
    from dagconv.aws.session import open_world
    from dagconv.catalog.next_steps import next_step
    from dagconv.deploy.steps.step import StepRefusedError
    from dagconv.language.secret import mask_secrets

    world = open_world(flags["region"], flags["profile"], lambda text: click.echo(safe(mask_secrets(text)), err=True))
    try:
        yield world
    except CallError as error:
        raise UsageError(safe(mask_secrets(f"{error}; {next_step(error.cause.value, error.code)}"))) from error
    except StepRefusedError as error:
        raise UsageError(safe(mask_secrets(str(error)))) from error


def show_json(document: Any) -> None:
    from dagconv.aws.redact import redact

    click.echo(json.dumps(redact(document), indent=2, default=str, ensure_ascii=True))


def show_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as their texts; what AWS gave is made inert."""
    texts = [list(heads), *([safe(str(cell)) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(heads))]
    for row in texts:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def moment(value: object) -> str:
    """A time of AWS in UTC, to the second."""
    import datetime

    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "" if value is None else str(value)
