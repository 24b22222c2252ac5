"""The question before a change, as every verb asks it: on a terminal, or answered by --auto-approve beforehand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from dagconv.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., object])


def approval_option(command: Command) -> Command:
    return click.option("--auto-approve", is_flag=True, help="Do not ask.")(command)


def approve(question: str, flags: Mapping[str, Any]) -> None:
    """Asks for `yes`. Raises UsageError without a terminal and without --auto-approve, Abort for another answer."""
    if flags["auto_approve"]:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} There is no terminal to ask at: pass --auto-approve")
    if click.prompt(f"{question} Only 'yes' is taken for an answer", default="", show_default=False) != "yes":
        raise click.Abort
