"""Typed look-ups over the facts in schemas/: operators, keys, limits, defaults of the service; facts, no decisions."""
