"""Renders the texts of tasks as a run would: the source in the context of its own Airflow, a definition in the
engine's. Knows nothing of how a definition came about."""
