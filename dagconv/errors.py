"""Exceptions for a broken environment or a bug in dagconv; findings about the user's DAG are diagnostics instead."""

from __future__ import annotations


class DagconvError(Exception):
    """Base of every exception that dagconv raises on purpose."""


class UsageError(DagconvError):
    """The call or a setting cannot be carried out as given (exit code 2). The text is shown as it is."""


class EngineMissingError(UsageError):
    """`convert` was asked for without the extra `dagconv[airflow]`."""


class InternalError(DagconvError):
    """A promise of dagconv's own code was broken (exit code 3)."""


class EngineBrokenError(InternalError):
    """Airflow is installed and cannot be imported: no file can be converted."""
