"""The steps of a migration: one module each with its intent, its call, how to find its effect, and its undoing."""

from __future__ import annotations

from collections.abc import Mapping

from dagconv.migrate.actions.action import Undo
from dagconv.migrate.actions.create_workflow import undo_create
from dagconv.migrate.actions.delete_workflow import undo_delete
from dagconv.migrate.actions.pause_source import undo_pause
from dagconv.migrate.actions.prune_versions import undo_prune
from dagconv.migrate.actions.switch_trigger import undo_trigger
from dagconv.migrate.actions.trust_role import undo_trust
from dagconv.migrate.actions.update_workflow import undo_update
from dagconv.migrate.actions.upload_object import undo_upload

# A step is named "<action>:<what>"; rollback finds the undoing by the first part.
UNDO: Mapping[str, Undo] = {
    "trust": undo_trust,
    "upload": undo_upload,
    "create": undo_create,
    "update": undo_update,
    "delete": undo_delete,
    "prune": undo_prune,
    "pause": undo_pause,
    "trigger": undo_trigger,
}
