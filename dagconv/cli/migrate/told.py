"""What the verbs of `migrate` did, as JSON by schemas/migrate.schema.json; what people read goes to standard error."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dagconv.aws.services import Json
    from dagconv.deploy.steps.step import StepKey
    from dagconv.migrate.run.coverage import Coverage
    from dagconv.migrate.run.execute import Result

FORMAT = 1


def told_as(verb: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Gives a verb `--format`. Its function gets the document to fill in before its flags; one that ends by an error
    prints none.
    """

    def wrap(command: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(command)
        def run(**flags: Any) -> int:
            document: Json = {}
            if flags["form"] == "text":
                return command(document, **flags)
            with contextlib.redirect_stdout(sys.stderr):
                code = command(document, **flags)
            from dagconv.aws.redact import redact

            whole = {"format": FORMAT, "verb": verb, "exit_code": code, **document}
            click.echo(json.dumps(redact(whole), indent=1, ensure_ascii=False))
            return code

        choice = click.Choice(["text", "json"])
        option = click.option("--format", "form", type=choice, default="text", show_default=True)
        wrapped: Callable[..., int] = option(run)
        return wrapped

    return wrap


def steps_of(result: Result | None) -> Json:
    """What a run did; the same members without one."""
    if result is None:
        return {"run": None, "steps": [], "stopped": "", "warnings": {}}
    steps = [
        {**key_of(o.key), "state": o.state.value, "already": o.already, "reason": o.reason, "cause": o.cause}
        for o in result.results
    ]
    return {"run": result.run_id, "steps": steps, "stopped": result.stopped, "warnings": result.warnings}


def keys_of(keys: Iterable[StepKey]) -> list[Json]:
    return [key_of(key) for key in keys]


def key_of(key: StepKey) -> Json:
    return {"kind": key.kind, "name": key.name}


def coverage_of(coverage: Coverage) -> Json:
    return {"nowhere": list(coverage.nowhere), "twice": list(coverage.twice), "unknown": coverage.unknown}
