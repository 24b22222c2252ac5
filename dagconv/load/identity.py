"""Which DAG ids the files of one call define, and which of them are defined twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dagconv.diagnostics import Diagnostic, Location
from dagconv.load import dag_rules


@dataclass(frozen=True, slots=True)
class Seen:
    """A DAG that a file showed: all that is kept of it until every file is loaded. Paths are absolute."""

    path: str
    dag_id: str
    location: Location | None
    origin: str | None


def is_foreign(seen: Seen, files: frozenset[str]) -> bool:
    """Whether another file of this call made the DAG, so that it is converted there."""
    return seen.origin is not None and seen.origin != seen.path and seen.origin in files


def find_duplicates(entries: Sequence[Seen], files: frozenset[str]) -> list[tuple[Seen, Diagnostic]]:
    """An error for each DAG whose id is not its own, and a note for each that another file is to convert."""
    own: dict[str, list[Seen]] = {}
    found: list[tuple[Seen, Diagnostic]] = []
    for seen in entries:
        if is_foreign(seen, files):
            at = Location(seen.path)
            found.append((seen, dag_rules.IMPORTED_DAG.at(at, dag_id=seen.dag_id, other=seen.origin)))
        else:
            own.setdefault(seen.dag_id, []).append(seen)
    for group in own.values():
        for seen in group if len(group) > 1 else ():
            others = [other for other in group if other is not seen]
            found.append((seen, _duplicate(seen, others)))
    return found


def _duplicate(seen: Seen, others: Sequence[Seen]) -> Diagnostic:
    rule = dag_rules.DUPLICATE_ACROSS_FILES if others[0].path != seen.path else dag_rules.DUPLICATE_IN_FILE
    places = tuple(other.location or Location(other.path) for other in others)
    return rule.at(seen.location or Location(seen.path), dag_id=seen.dag_id, related=places, other=places[0])
