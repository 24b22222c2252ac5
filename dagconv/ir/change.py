"""Declared differences between the source and what is written: of a value, exactly, and of what a text renders to."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from dagconv.ir.task import Default


class Case(str, enum.Enum):
    """Runs in which a rewritten text may render otherwise than the source's."""

    SCHEDULED = "scheduled runs"
    MANUAL = "runs started by hand"
    OTHER_OUTPUT = "an output that is no text"
    OTHER_PARAM = "a parameter that is given as no text"
    NO_OUTPUT = "a task that returns nothing"
    UNDEFINED = "a name that is not defined"


@dataclass(frozen=True, slots=True)
class Change:
    """`code` of the diagnostic that tells the user; `task_id` is None at the DAG level.

    `field` is an argument's name, or one of: operator, upstream, schedule, start_date, end_date, params,
    task_id, residue:<attribute>. MISSING stands for "not there". Texts in it render alike on both sides, in
    scheduled runs and by hand, unless a Divergence of the same task and field says otherwise.
    """

    code: str
    task_id: str | None
    field: str
    before: Default
    after: Default


@dataclass(frozen=True, slots=True)
class Divergence:
    """That the texts of an argument render otherwise than the source's, in which runs and how; `code` as above.
    Where `task_id` is None, `field` is a setting of the DAG, by which texts of any task may.

    The proof holds the definition to it: what differs beyond it, and what does not differ although it is said,
    both refuse.
    """

    code: str
    task_id: str | None
    field: str
    case: Case
    how: str
