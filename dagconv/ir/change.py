"""A declared difference between the source and what is written, exact to the value."""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.ir.task import Default


@dataclass(frozen=True, slots=True)
class Change:
    """`code` of the diagnostic that tells the user; `task_id` is None at the DAG level.

    `field` is an argument's name, or one of: operator, upstream, schedule, start_date, end_date, params,
    task_id, residue:<attribute>. MISSING stands for "not there".
    """

    code: str
    task_id: str | None
    field: str
    before: Default
    after: Default
