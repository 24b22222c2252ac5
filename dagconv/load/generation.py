"""What one file tells about its Airflow, where all DAGs of its root have told another."""

from __future__ import annotations

from dagconv.diagnostics import Diagnostic
from dagconv.ir.source_airflow import SourceAirflow
from dagconv.load.old_rules import GENERATION


def is_overruled(found: Diagnostic, root: SourceAirflow) -> bool:
    """Whether the finding names another release than the one that the file is taken as."""
    return found.rule is GENERATION and root.generation not in ("", dict(found.params)["generation"])
