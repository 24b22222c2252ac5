"""What the user supplies for what DAG files ask of their environment while they are imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AwsReply:
    """The answer to one call: `service` and `operation` as botocore names them, `parameters` as the call gives them."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    reply: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Texts by name. A Variable that is no text stands as Airflow's import of Variables stores it, a Connection that
    is no URI as JSON. `folders` of the user come first on sys.path, `overlays` with installed requirements last."""

    variables: Mapping[str, str] = field(default_factory=dict)
    connections: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, str] = field(default_factory=dict)
    aws_replies: tuple[AwsReply, ...] = ()
    folders: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    stub_missing: bool = False


NO_INPUTS = Inputs()
