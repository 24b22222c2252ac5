"""One fix per file: the findings it answers, and the edits."""
