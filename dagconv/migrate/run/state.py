"""The state of one migration: its journal and the plans that were applied, in a folder or a bucket."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

from dagconv.aws.services import Caller, World
from dagconv.deploy.deployment import Kept, S3Location
from dagconv.deploy.remote import Owner
from dagconv.errors import UsageError
from dagconv.ir.codec import decode, encode
from dagconv.migrate.plan.plan import Plan
from dagconv.migrate.plan.planfile import parse_plan, render_plan
from dagconv.migrate.run.bucket_storage import BucketStorage, states_in
from dagconv.migrate.run.journal import Journal
from dagconv.migrate.run.storage import JOURNAL, FolderStorage, Storage


class State:
    """The state of one migration. A journal belongs to one account, Region and migration.

    `folder` is this machine's: it holds its lock, and the state itself where no other storage is named.
    """

    def __init__(self, folder: Path, say: Callable[[str], None], storage: Storage | None = None) -> None:
        self.folder = folder
        self.storage = storage or FolderStorage(folder)
        self._say = say

    def journal(self) -> Journal:
        return Journal(self.storage, self._say)

    def keep_plan(self, plan: Plan) -> None:
        self.storage.keep(f"plan-{plan.id[:12]}.json", render_plan(plan))

    def kept_plan(self, plan_id: str) -> Plan:
        """Raises UsageError when the copy is gone or does not belong to the journal."""
        name = f"plan-{plan_id[:12]}.json"
        found = self.storage.recall(name)
        if found is None:
            raise UsageError(f"the plan of the last run is gone from {self.storage.place}; make a new plan")
        plan = parse_plan(found, f"{name} in {self.storage.place}")
        if plan.id != plan_id:
            raise UsageError(f"{name} in {self.storage.place} is not the plan that the journal names")
        return plan

    def keep(self, kept: Kept) -> str:
        """Keeps what a workflow was before it is deleted; its name. It may hold values of variables."""
        text = json.dumps(encode(kept), sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.storage.keep(f"deleted-{name}.json", text)
        return name

    def recall(self, name: str) -> Kept | None:
        found = self.storage.recall(f"deleted-{name}.json") if name else None
        try:
            return decode(Kept, json.loads(found)) if found is not None else None
        except ValueError:
            return None


def state_name(caller: Caller, mark: str) -> str:
    """How the state of a migration is called; `mark` is its owner's."""
    kind = "environment" if mark.startswith("arn:") else "migration"
    return _safe(f"{caller.account}-{caller.region}-{kind}-{Owner(mark, '', '').name}")


def open_state(world: World, root: Path, shared: S3Location | None, name: str) -> State:
    """`root` is the state directory of this machine, `shared` where colleagues keep states together."""
    storage = BucketStorage(world, shared, name) if shared is not None else None
    return State(root / name, world.say, storage)


def find_states(
    world: World, root: Path, shared: S3Location | None, environment: str | None, migration: str | None
) -> list[str]:
    """The names of states that have a journal; those of the names given, if any is. Raises CallError."""
    named = [("environment", environment or "*")] if environment or not migration else []
    named += [("migration", migration or "*")] if migration or not environment else []
    caller = world.identity.caller()
    wanted = [f"{caller.account}-{caller.region}-{kind}-{name if name == '*' else _safe(name)}" for kind, name in named]
    found = states_in(world, shared) if shared is not None else {path.parent.name for path in root.glob(f"*/{JOURNAL}")}
    return sorted(name for name in found if any(fnmatchcase(name, pattern) for pattern in wanted))


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)
