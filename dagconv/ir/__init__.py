"""The pure model of a workflow, frozen: everything between Airflow on one side and YAML on the other."""
