"""The steps of a migration: one module each with its intent, its call, how to find its effect, and its undoing."""

from __future__ import annotations

from collections.abc import Mapping

from dagconv.deploy.steps.delete_workflow import undo_delete
from dagconv.deploy.steps.step import Undo
from dagconv.deploy.steps.switch_trigger import undo_trigger
from dagconv.deploy.steps.trust_role import undo_trust
from dagconv.deploy.steps.upload_object import undo_upload
from dagconv.migrate.steps.create_workflow import undo_create
from dagconv.migrate.steps.pause_source import undo_pause
from dagconv.migrate.steps.prune_versions import undo_prune
from dagconv.migrate.steps.update_workflow import undo_update

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
