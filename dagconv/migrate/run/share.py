"""Brings a state from this machine to the bucket that colleagues share, or back."""

from __future__ import annotations

from dagconv.errors import UsageError
from dagconv.migrate.run.state import State


def copy_state(source: State, target: State) -> int:
    """How many records were brought. Raises UsageError where both sides went on from one another, or nothing is
    there to bring.
    """
    have, want = target.storage.read_journal(), source.storage.read_journal()
    known, records = target.journal().records, source.journal().records
    if not records:
        raise UsageError(f"there is no journal in {source.storage.place}")
    if known != records[: len(known)]:
        raise UsageError(
            f"{target.storage.place} holds records that {source.storage.place} lacks: two went on apart from one "
            "another; go on with one of them, its plans know the other's workflows by their tags"
        )
    there = set(target.storage.names())
    for name in source.storage.names():
        if name not in there and (text := source.storage.recall(name)) is not None:
            target.storage.keep(name, text.decode())
    if len(want) > len(have):
        target.storage.append_journal(want[len(have) :], len(have))
    return len(records) - len(known)
