"""The state folder of one environment: journal, lock and the plans that were applied."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from dagconv.errors import UsageError
from dagconv.migrate.plan.plan import Plan
from dagconv.migrate.plan.planfile import parse_plan, render_plan, write_private
from dagconv.migrate.run.journal import Journal


class State:
    """`<state-dir>/<account>-<region>-<bucket>/`. A journal belongs to one account, Region and bucket."""

    def __init__(self, root: Path, account: str, region: str, bucket: str, say: Callable[[str], None]) -> None:
        self.folder = root / re.sub(r"[^A-Za-z0-9._-]", "_", f"{account}-{region}-{bucket}")
        self._say = say

    def journal(self) -> Journal:
        return Journal(self.folder / "journal.jsonl", self._say)

    def keep_plan(self, plan: Plan) -> None:
        write_private(self.folder / f"plan-{plan.id[:12]}.json", render_plan(plan))

    def kept_plan(self, plan_id: str) -> Plan:
        """Raises UsageError when the copy is gone or does not belong to the journal."""
        path = self.folder / f"plan-{plan_id[:12]}.json"
        try:
            plan = parse_plan(path.read_bytes(), str(path))
        except OSError as error:
            raise UsageError(f"the plan of the last run is gone from {self.folder}; make a new plan") from error
        if plan.id != plan_id:
            raise UsageError(f"{path} is not the plan that the journal names")
        return plan

    def set_aside(self) -> Path | None:
        """Renames a damaged journal; None when there is none."""
        path = self.folder / "journal.jsonl"
        if not path.exists():
            return None
        number = 1
        while (target := path.with_suffix(f".damaged-{number}")).exists():
            number += 1
        return path.rename(target)


def find_states(root: Path) -> list[Path]:
    """The folders under a state directory that hold a journal."""
    return sorted(path.parent for path in root.glob("*/journal.jsonl"))
