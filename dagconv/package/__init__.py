"""The code package of a workflow, pure: slices of the user's modules, entries, and the archive that carries them."""
