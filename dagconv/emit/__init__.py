"""Stage 4: a lowered workflow to the text of its definition."""
