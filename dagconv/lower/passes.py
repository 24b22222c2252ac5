"""The passes in order: the whole of lowering on one screen."""

from __future__ import annotations

from typing import Protocol

from dagconv.lower.lowering import Lowering


class Pass(Protocol):
    """Rewrites `lowering.workflow` and records each loss; a pass that finds nothing to do changes nothing."""

    def __call__(self, lowering: Lowering) -> None: ...


PASSES: tuple[Pass, ...] = ()


def lower(lowering: Lowering) -> None:
    """Runs every pass. All run even after a refusal, so that one call shows everything that stands in the way."""
    for step in PASSES:
        step(lowering)
