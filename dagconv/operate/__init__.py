"""Works with single workflows: their runs, followed to the end with states and log lines."""
