"""What was noticed while a file was imported, at the places where it was: findings of the answer."""

from __future__ import annotations

from typing import Any

from dagconv.wire.answer import Finding
from dagconv.worker.record import RECORDER, Position

MAX_OBSERVATIONS = 200
MAX_SUBJECTS = 20
MAX_TEXT = 500


def shown(value: object) -> str:
    """Text of a value that user code gave, without calling anything of the user's."""
    return str(value) if type(value) in (str, int, float) else f"<{type(value).__name__}>"


class Observations:
    """What this process has noticed, by slug, place and subject; the place is the innermost user frame.

    What one line asks for is said once, with all that it asked for.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None, int | None], dict[str, dict[str, None]]] = {}
        self._busy = False

    def report(self, slug: str, params: dict[str, Any], position: Position | None = None) -> None:
        if self._busy:  # reporting itself may open files
            return
        self._busy = True
        try:
            position = position or RECORDER.position()
            file, line = (position.code.co_filename, position.line) if position else (None, None)
            if len(self._found) < MAX_OBSERVATIONS:
                subjects = self._found.setdefault((slug, file, line), {})
                for name, value in params.items():
                    if len(values := subjects.setdefault(name, {})) < MAX_SUBJECTS:
                        values[shown(value)[:MAX_TEXT]] = None
        finally:
            self._busy = False

    def forget(self) -> None:
        self._found.clear()

    @property
    def found(self) -> list[Finding]:
        return [
            Finding(slug, {name: ", ".join(values) for name, values in subjects.items()}, file, line)
            for (slug, file, line), subjects in self._found.items()
        ]


OBSERVATIONS = Observations()
