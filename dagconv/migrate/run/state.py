"""The state folder of one migration: journal, lock and the plans that were applied."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

from dagconv.aws.services import Caller
from dagconv.deploy.deployment import Kept
from dagconv.deploy.remote import Owner
from dagconv.errors import UsageError
from dagconv.ir.codec import decode, encode
from dagconv.migrate.plan.plan import Plan
from dagconv.migrate.plan.planfile import parse_plan, render_plan, write_private
from dagconv.migrate.run.journal import Journal


class State:
    """The folder of one migration under the state directory. A journal belongs to one account, Region and migration."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
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

    def keep(self, kept: Kept) -> str:
        """Keeps what a workflow was before it is deleted; its name. It may hold values of variables."""
        text = json.dumps(encode(kept), sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        write_private(self.folder / f"deleted-{name}.json", text)
        return name

    def recall(self, name: str) -> Kept | None:
        try:
            data = json.loads((self.folder / f"deleted-{name}.json").read_bytes())
            return decode(Kept, data) if name else None
        except (OSError, ValueError):
            return None

    def set_aside(self) -> Path | None:
        """Renames a damaged journal; None when there is none."""
        path = self.folder / "journal.jsonl"
        if not path.exists():
            return None
        number = 1
        while (target := path.with_suffix(f".damaged-{number}")).exists():
            number += 1
        return path.rename(target)


def state_folder(root: Path, caller: Caller, mark: str) -> Path:
    """Where the state of a migration lies; `mark` is its owner's."""
    kind = "environment" if mark.startswith("arn:") else "migration"
    return root / _safe(f"{caller.account}-{caller.region}-{kind}-{Owner(mark, '', '').name}")


def find_states(root: Path, caller: Caller, environment: str | None, migration: str | None) -> list[Path]:
    """The folders of migrations that have a journal; those of the names given, if any is."""
    named = [("environment", environment or "*")] if environment or not migration else []
    named += [("migration", migration or "*")] if migration or not environment else []
    place = f"{caller.account}-{caller.region}"
    places = [f"{place}-{kind}-{name if name == '*' else _safe(name)}" for kind, name in named]
    return sorted(path.parent for place in places for path in root.glob(f"{place}/journal.jsonl"))


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)
