"""`validate --fix`: edits of a definition's text, so that comments, order and style stay as they are."""
