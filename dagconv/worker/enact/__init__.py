"""Enacts runs of a DAG task by task, with Airflow's own task runner and trigger rules and everything else stood in
for. Knows nothing of how a definition came about."""
