"""Stage 5: judges a definition as the service would, from its text alone; used by `validate` and by `convert`."""
