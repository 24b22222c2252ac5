"""Stands in for the provider's test helpers: the operator that moved between releases."""

from airflow.providers.standard.operators.empty import EmptyOperator

__all__ = ["EmptyOperator"]
