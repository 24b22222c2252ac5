"""The way of a workflow's code through the stages: built, laid where the worker reads it, checked and proved."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dagconv.catalog.service import service
from dagconv.check.definition import check_definition
from dagconv.check.rules.operator.needs_code import RULE as NEEDS_CODE
from dagconv.diagnostics import Diagnostic
from dagconv.discover.source import SourceFile
from dagconv.ir.workflow import Workflow
from dagconv.load.reload import Packaged
from dagconv.load.source import import_roots
from dagconv.lower.lowering import Lowering
from dagconv.package.build import Contents, Package, build_package, source_text
from dagconv.package.collect_files import Library
from dagconv.prove.code import prove_code
from dagconv.prove.effects import prove_effects
from dagconv.prove.entries import prove_entries
from dagconv.wire.answer import Loaded
from dagconv.wire.inputs import Inputs
from dagconv.wire.request import Target


def pack(lowering: Lowering, file: SourceFile, source: Workflow, inputs: Inputs, looked: set[str]) -> Package | None:
    """The code package of a workflow whose tasks call code; `looked` takes each path that is looked at for it. Raises
    Obstacle."""
    if lowering.code is None or not (_has_entries(lowering) or lowering.scripts):
        return None
    path, root = Path(file.path).absolute(), Path(file.root).absolute()
    many = ((task.task_id, task.argument("multiple_outputs")) for task in source.tasks)
    contents = Contents(
        lowering.entries,
        lowering.entry_module,
        spreading=frozenset(task_id for task_id, argument in many if argument and argument.value is True),
        other_keys=lowering.other_keys,
        scripts=lowering.scripts,
        outputs=lowering.pulls_objects,
        classes=lowering.classes,
        operators=lowering.operators,
        users=dict(_operators_of(lowering)),
    )
    library = Library(lowering.code.modules, import_roots(path, root, inputs.folders), looked)
    return build_package(lowering.workflow.dag_id, contents, library)


def _has_entries(lowering: Lowering) -> bool:
    return bool(lowering.entries) or lowering.pulls_objects or bool(lowering.operators)


def _operators_of(lowering: Lowering) -> Iterator[tuple[str, str]]:
    """Each task of an operator of the user's, with the name of its class among the entries."""
    for task in lowering.workflow.tasks:
        if task.operator.file:
            yield task.task_id, task.operator.path.rpartition(".")[2]


def check_packed(text: str, name: str, lowering: Lowering) -> list[Diagnostic]:
    """What the check says of a definition whose package goes with it: what it asks for is there."""
    known = service()
    if lowering.pulls_objects:
        accepted = known.allowed_type_objects["datetime.timedelta"]
        types = {**known.allowed_type_objects, f"{lowering.entry_module}.Output": accepted}
        known = replace(known, allowed_type_objects=types)
    found = check_definition(text, name, now=lowering.options.now, service=known)
    return [finding for finding in found if not (_has_entries(lowering) and finding.rule is NEEDS_CODE)]


def put(package: Package, lowering: Lowering, folder: Path, inputs: Inputs) -> Packaged:
    """The package where the worker can read it."""
    handle, path = tempfile.mkstemp(".zip", dir=folder)
    with os.fdopen(handle, "wb") as spooled:
        spooled.write(package.content)
    targets = tuple(Target(task_id, place.module, place.path) for task_id, place in package.places.items())
    targets += tuple(Target(task_id, place.module, place.path, True) for task_id, place in package.operators.items())
    entries = lowering.entry_module if _has_entries(lowering) else ""
    return Packaged(Path(path), package.modules, entries, targets, inputs)


def prove_package(source: Loaded, reloaded: Loaded, lowering: Lowering, package: Package) -> list[Diagnostic]:
    """What the proofs of code find between the source and the package."""
    workflow, changes = source.workflow, lowering.changes
    found: list[Diagnostic] = []
    if source.code is not None and reloaded.code is not None:
        found += prove_code(workflow, source.code, reloaded.code, changes)
    for path, module in package.origins.items():
        original = source_text(module.file)
        found += prove_effects(module, original, package.files[path].content.decode(), workflow.dag_id)
    if _has_entries(lowering):
        places = {task_id: (place.module, place.path) for task_id, place in package.places.items()}
        classes = {task_id: (place.module, place.path) for task_id, place in package.operators.items()}
        entries = package.text_of(lowering.entry_module)
        found += prove_entries(workflow, lowering.workflow, changes, entries, places, classes)
    return found
