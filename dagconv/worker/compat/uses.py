"""What the user's file used of other Airflow releases: said as observations, and kept as evidence of its generation."""

from __future__ import annotations

import ast
import functools
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagconv.wire.answer import Finding
from dagconv.worker.record import RECORDER

MAX_USES = 500
MAX_TEXT = 300
_CATCHES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError"})


@dataclass(slots=True)
class Uses:
    """`found` holds the findings, each once; `evidence` (generation, what, line) of each use that an Airflow 3 file
    could not have."""

    enabled: bool = False
    found: list[Finding] = field(default_factory=list)
    evidence: list[tuple[str, str, int]] = field(default_factory=list)

    def note(self, slug: str, what: str, generation: str | None = None, **params: object) -> None:
        """Reports a use at the innermost user frame. `what` is how the evidence is told."""
        position = RECORDER.position()
        file, line = (position.code.co_filename, position.line) if position else (None, None)
        self.report(slug, params, file, line)
        if generation and position and not is_guarded(position.code.co_filename, position.line):
            self.evidence.append((generation, what, position.line))

    def report(self, slug: str, params: dict[str, Any], file: str | None, line: int | None) -> None:
        """Reports a use at a place that is known."""
        shown = {name: str(value)[:MAX_TEXT] for name, value in params.items()}
        entry = Finding(slug, shown, file, line)
        if entry not in self.found and len(self.found) < MAX_USES:
            self.found.append(entry)

    @property
    def old_style(self) -> bool:
        """Whether what was used so far is the way of 1.10, so that 1.10's leniency applies."""
        return any(generation == "1.10" for generation, _, _ in self.evidence)


USES = Uses()


def asked_by_user() -> bool:
    """Whether the code that asks for a module or name is the user's: providers probe for names themselves."""
    if not USES.enabled:
        return False
    frame = sys._getframe(1)
    while frame is not None and frame.f_back is not None:
        name = frame.f_code.co_filename
        if not (name.startswith("<frozen importlib") or "/dagconv/worker/compat/" in name or "/importlib/" in name):
            break
        frame = frame.f_back
    return RECORDER.is_user_file(frame.f_code.co_filename)


def is_guarded(file: str, line: int) -> bool:
    """Whether a line stands under a `try` that expects it to fail: such a file serves several releases."""
    return any(first <= line <= last for first, last in _guards(file))


@functools.cache
def _guards(file: str) -> tuple[tuple[int, int], ...]:
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(_catches(handler.type) for handler in node.handlers):
            found.append((node.lineno, node.end_lineno or node.lineno))
    return tuple(found)


def _catches(kind: ast.expr | None) -> bool:
    match kind:
        case None:
            return True
        case ast.Tuple(elts=items):
            return any(_catches(item) for item in items)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _CATCHES
        case _:
            return False
