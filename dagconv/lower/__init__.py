"""Stage 3: the workflow as the source says it becomes one that a definition can say; IR in, IR out."""
