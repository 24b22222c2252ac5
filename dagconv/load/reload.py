"""Has the worker read a definition's text back through dag-factory and Airflow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from dagconv.ir.enactment import RunPlan
from dagconv.ir.rendering import RenderPlan
from dagconv.load.process import Worker
from dagconv.load.reply import LoadResult, read_reply
from dagconv.wire.inputs import Inputs
from dagconv.wire.limits import Limits
from dagconv.wire.request import Reload, Target

_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")


@dataclass(frozen=True, slots=True)
class Packaged:
    """A code package in a file, as the request for a reload needs it; `inputs` are what the source's import had."""

    path: Path
    modules: tuple[str, ...]
    entries: str
    targets: tuple[Target, ...]
    inputs: Inputs


def reload_definition(
    worker: Worker,
    text: str,
    name: str,
    limits: Limits,
    packaged: Packaged | None = None,
    plan: RenderPlan | None = None,
    *,
    enact: RunPlan | None = None,
    written: bool = False,
) -> LoadResult:
    """The DAGs that the engine makes of the text. `name` is what findings call the file. With a `plan` its texts are
    rendered too, with `enact` its tasks are run. `written`: the text is dagconv's own.

    dag-factory expands `$NAME` where the loading process has that variable, so each is given a marker value: a
    text that would change on the service changes here too (contract 1.8).
    """
    names = {first or second for first, second in _VARIABLE.findall(text)}
    markers = {name: f"<{name} of the service>" for name in sorted(names) if name and "=" not in name}
    request = Reload(text, limits, markers, render=plan, enact=enact, written=written)
    if packaged is not None:
        request = replace(
            request,
            inputs=packaged.inputs,
            package=str(packaged.path),
            modules=packaged.modules,
            entries=(packaged.entries,) if packaged.entries else (),
            targets=packaged.targets,
        )
    return read_reply(worker.ask(request), Path(name), limits)
