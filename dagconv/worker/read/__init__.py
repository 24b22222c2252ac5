"""Airflow objects to IR; each module is the twin of one of `dagconv.ir`."""
