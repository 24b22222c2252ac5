"""Stage 2's own processes: the only place that imports Airflow, dag-factory and, in a child, the user's code."""
