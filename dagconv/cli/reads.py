"""What `convert -v` says that loading a file read of its surroundings."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dagconv.cache.state import obstacle
from dagconv.diagnostics.render.terminal import safe
from dagconv.wire.reads import Reads

_MOST = 8
# Field of Reads -> what is said of it. That modules were looked for and not found says nothing to a reader.
_WORDS = {
    "modules": "runs",
    "files": "reads",
    "folders": "lists",
    "present": "finds",
    "stats": "looks at",
    "absent": "misses",
    "environment": "asks the environment for",
    "variables": "asks for Variables",
    "connections": "asks for Connections",
    "configuration": "asks for options",
    "distributions": "asks for distributions",
    "untraceable": "does what cannot be traced:",
}


def reads_lines(path: str, reads: Reads) -> Iterator[str]:
    """A line per kind."""
    for field, words in _WORDS.items():
        # The engine itself asks for each of its options.
        names = [_shown(name) for name in getattr(reads, field) if not name.startswith("AIRFLOW__")]
        names = [name for name in names if name != path]
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        if names:
            yield safe(f"{path} {words} {', '.join(names[:_MOST])}{more}")
    flags = (("clock", "asks for the time"), ("randomness", "asks for random numbers"), ("overflow", "reads even more"))
    yield from (safe(f"{path} {words}") for field, words in flags if getattr(reads, field))
    if reason := obstacle(reads):
        yield safe(f"{path} is converted anew in each call: it {reason}")


def _shown(name: str) -> str:
    """Paths as a user would write them."""
    return os.path.relpath(name) if name.startswith(f"{os.getcwd()}/") else name  # noqa: PTH109
