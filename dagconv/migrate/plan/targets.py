"""A plan cut down to some of its DAGs, and what that leaves out; pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from dagconv.deploy.trust import TrustAction
from dagconv.errors import UsageError
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.plan.plan import Plan, identity

_CHANGING = (ItemKind.CREATE, ItemKind.UPDATE, ItemKind.DELETE)


def narrow(plan: Plan, dag_ids: Sequence[str]) -> tuple[Plan, tuple[Item, ...]]:
    """The plan for these DAGs alone, and the changes that it leaves out. The trust statement is for those that are
    created or updated.

    Raises UsageError for a DAG that the plan does not have or refuses.
    """
    known = {item.dag_id: item for item in plan.items}
    for dag_id in dag_ids:
        if dag_id not in known:
            near = difflib.get_close_matches(dag_id, known, 1)
            raise UsageError(
                f"--target {dag_id}: no such DAG in the plan" + (f"; did you mean {near[0]}?" if near else "")
            )
        if known[dag_id].kind is ItemKind.REFUSED:
            raise UsageError(f"--target {dag_id}: the plan refuses this DAG")
    left = tuple(item for item in plan.of(*_CHANGING) if item.dag_id not in dag_ids)
    narrowed = replace(plan, items=tuple(item for item in plan.items if item not in left))
    if plan.trust.action is TrustAction.APPEND and not narrowed.of(ItemKind.CREATE, ItemKind.UPDATE):
        narrowed = replace(narrowed, trust=replace(plan.trust, action=TrustAction.SKIP, reason="--target"))
    return replace(narrowed, id=identity(narrowed)), left
