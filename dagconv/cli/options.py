"""Options that verbs share, and how they become settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dagconv.settings import KEYS, Kind, Settings, read_settings

if TYPE_CHECKING:  # --help needs the options' texts only
    from dagconv.diagnostics.selection import Selection

Command = TypeVar("Command", bound=Callable[..., object])
_TYPES: Mapping[Kind, type] = {Kind.TEXT: str, Kind.NUMBER: float, Kind.COUNT: int}
_NAMING = ("select", "extend-select", "ignore", "per-file-ignores", "accept")
_BY_NAME = {key.name: key for key in KEYS}


def setting(name: str, *short: str, metavar: str | None = None) -> Callable[[Command], Command]:
    """The option of a setting: its text comes from the settings' own table, so that the two never disagree."""
    key = _BY_NAME[name]
    default = f" [default: {key.default}]" if key.default and key.kind is not Kind.LIST else ""
    said = f"{key.summary[0].upper()}{key.summary[1:]}.{default}"
    if key.kind is Kind.FLAG:
        return click.option(f"--{name}/--no-{name}", *short, default=None, help=said)
    if key.kind is Kind.LIST:
        return click.option(f"--{name}", *short, multiple=True, metavar=metavar or "CODES", help=said)
    kind = click.Choice(key.choices) if key.choices else _TYPES[key.kind]
    return click.option(f"--{name}", *short, type=kind, default=None, metavar=metavar, help=said)


def report_options(command: Command) -> Command:
    """Options on how findings are shown, the same for every verb that reports some."""
    for option in reversed(
        (
            setting("format"),
            click.option("--output-file", type=click.Path(), metavar="FILE", help="Write the report to a file."),
            setting("color"),
            setting("select"),
            setting("extend-select"),
            setting("ignore"),
            setting("baseline", metavar="FILE"),
            click.option("--write-baseline", is_flag=True, help="Write today's warnings to the file of --baseline."),
            click.option("--statistics", is_flag=True, help="Show how often each code was found instead."),
            click.option("-q", "--quiet", is_flag=True, help="Show errors only."),
            click.option("-v", "--verbose", "--debug", "verbose", is_flag=True, help="Show more."),
            click.option("--config", type=click.Path(), metavar="FILE", help="Read settings from this file."),
        )
    ):
        command = option(command)
    return command


def settings_of(flags: Mapping[str, Any]) -> Settings:
    """Settings of a call from its click parameters. Raises UsageError."""
    said: dict[str, object] = {}
    for key in KEYS:
        value = flags.get(key.name.replace("-", "_"))
        if key.kind is Kind.LIST and value is not None:
            value = tuple(word.strip() for part in value for word in part.split(",") if word.strip())
        said[key.name] = value
    from pathlib import Path

    config = flags.get("config")
    return checked(read_settings(said, os.environ, Path.cwd(), Path(config) if config else None))


def checked(settings: Settings) -> Settings:
    """The same, once the names of codes and losses among them are known. Raises UsageError."""
    if any(settings.values[name].value for name in _NAMING):
        from dagconv.rules import check_names  # it reads every stage, which few calls need

        check_names(settings)
    return settings


def selection_of(settings: Settings) -> Selection:
    """What `--select`, `--ignore` and the per-file ignores leave over."""
    from dagconv.diagnostics.selection import Selection

    select = (*settings.words("select"), *settings.words("extend-select")) if settings.words("select") else ()
    return Selection(select, settings.words("ignore"), settings.table("per-file-ignores"))
