"""Has the worker read a definition's text back through dag-factory and Airflow."""

from __future__ import annotations

import re
from pathlib import Path

from dagconv.load.process import Worker
from dagconv.load.reply import LoadResult, read_reply
from dagconv.wire.limits import Limits
from dagconv.wire.request import Reload

_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")


def reload_definition(worker: Worker, text: str, name: str, limits: Limits) -> LoadResult:
    """The DAGs that the engine makes of the text. `name` is what findings call the file.

    dag-factory expands `$NAME` where the loading process has that variable, so each is given a marker value: a
    text that would change on the service changes here too (contract 1.8).
    """
    names = {first or second for first, second in _VARIABLE.findall(text)}
    markers = {name: f"<{name} of the service>" for name in sorted(names) if name and "=" not in name}
    return read_reply(worker.ask(Reload(text, limits, markers)), Path(name), limits)
