"""The closed union of the steps that a journal may hold; a new kind of step is its file and one line here."""

from __future__ import annotations

import typing
from collections.abc import Mapping

from dagconv.deploy.steps.create_workflow import Create
from dagconv.deploy.steps.delete_workflow import Delete
from dagconv.deploy.steps.step import AnyStep
from dagconv.deploy.steps.switch_trigger import Switch
from dagconv.deploy.steps.trust_role import AppendTrust
from dagconv.deploy.steps.update_workflow import Update
from dagconv.deploy.steps.upload_object import UploadCode, UploadDefinition
from dagconv.migrate.steps.pause_source import Pause
from dagconv.migrate.steps.prune_versions import Prune
from dagconv.migrate.steps.remove_trust import RemoveTrust

MigrationStep = (
    AppendTrust
    | UploadCode
    | Prune
    | UploadDefinition
    | Create
    | Update
    | Delete
    | Pause
    | Switch
    | RemoveTrust
)  # fmt: skip
STEPS: Mapping[str, type[AnyStep]] = {step.kind: step for step in typing.get_args(MigrationStep)}
