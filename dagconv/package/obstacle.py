"""What keeps code out of a package, as data: raised by the steps of this room, turned into findings by the pipeline."""

from __future__ import annotations

from dagconv.diagnostics import Diagnostic, Location, Rule


class Obstacle(Exception):  # noqa: N818  # nothing went wrong: the source cannot be packaged
    """`rule` with its `params`, at a line of the user's file `file`."""

    def __init__(self, rule: Rule, file: str, line: int, **params: object) -> None:
        super().__init__(rule.slug)
        self.rule = rule
        self.file = file
        self.line = line
        self.params = params

    def diagnostic(self, dag_id: str) -> Diagnostic:
        return self.rule.at(Location(self.file, self.line), dag_id=dag_id, **self.params)  # type: ignore[arg-type]
