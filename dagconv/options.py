"""What the settings of a call say about how files are loaded and compiled: one reading for every verb."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dagconv.catalog.renames import release
from dagconv.errors import UsageError
from dagconv.load import inputs
from dagconv.load.configuration import read_configuration
from dagconv.load.given_secrets import given_secrets
from dagconv.load.overlay import install_overlay
from dagconv.lower.lowering import Options
from dagconv.settings import Settings
from dagconv.wire.inputs import NO_INPUTS, Inputs
from dagconv.wire.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """How to convert. `jobs` files are worked on at a time, each within `limits`; `thorough` loads each file a second
    time under another hash seed, so that the order of sets shows; `run` has the tasks of both sides run too."""

    lowering: Options
    jobs: int = 1
    limits: Limits = DEFAULT_LIMITS
    thorough: bool = False
    run: bool = False
    inputs: Inputs = NO_INPUTS


def compile_options(settings: Settings, now: datetime.datetime) -> CompileOptions:
    """Raises UsageError for a setting that cannot be, and for a file that cannot be read."""
    given = inputs_of(settings)
    return CompileOptions(
        lowering=replace(_lowering_of(settings, now), variables=given.variables, secrets=given_secrets(given)),
        jobs=settings.count("jobs") or _processors(),
        limits=settings.limits,
        thorough=settings.flag("thorough"),
        run=settings.text("prove") == "run",
        inputs=given,
    )


def inputs_of(settings: Settings) -> Inputs:
    """Later files win. Raises UsageError for a file that cannot be read."""
    return Inputs(
        variables=_merged(settings, "variables", inputs.read_variables),
        connections=_merged(settings, "connections", inputs.read_connections),
        environment=_merged(settings, "env-file", inputs.read_environment),
        aws_replies=tuple(
            reply for file in settings.words("aws-replies") for reply in inputs.read_aws_replies(Path(file))
        ),
        folders=tuple(_folder(name) for name in (settings.text("dags-root"), *settings.words("plugins")) if name),
        overlays=tuple(str(install_overlay(Path(file))) for file in settings.words("requirements")),
        stub_missing=settings.flag("stub-missing"),
        configuration=_configuration_of(settings),
    )


def _lowering_of(settings: Settings, now: datetime.datetime) -> Options:
    provider = settings.text("source-provider")
    try:
        release(provider or "0")
    except ValueError as error:
        raise UsageError(f"--source-provider {provider} is no release such as 8.24.0") from error
    return Options(
        now=now,
        region=settings.text("region"),
        dst=settings.choice("dst"),
        accept=frozenset(settings.words("accept")),
        source_airflow=settings.text("source-airflow"),
        source_provider=provider,
        configuration=_configuration_of(settings),
        code_package=settings.flag("code-package"),
        template_variables=settings.choice("template-variables"),
    )


def _configuration_of(settings: Settings) -> dict[str, str]:
    file = settings.text("airflow-config")
    return read_configuration(Path(file)) if file else {}


def _merged(settings: Settings, name: str, read: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    return {key: value for file in settings.words(name) for key, value in read(Path(file)).items()}


def _folder(name: str) -> str:
    if not Path(name).is_dir():
        raise UsageError(f"{name} is not a folder")
    return str(Path(name).absolute())


def _processors() -> int:
    """Those that this process may use, where the system tells (a container often has fewer than the machine)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
