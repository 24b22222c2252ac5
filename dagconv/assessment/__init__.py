"""What a folder of DAGs needs to move: figures in DAGs, and a forecast of what each step opens."""
