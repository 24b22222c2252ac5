"""Results of files that outlive their call: found again while nothing that they rest on has changed (docs/adr/0011)."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import functools
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from dagconv.cache.folder import CacheFolder
from dagconv.cache.state import Looking, changed_since, obstacle
from dagconv.cache.tool import tool_digest
from dagconv.diagnostics import Location, Rule
from dagconv.diagnostics.codec import from_data, to_data
from dagconv.diagnostics.report import Proof, ProofStatus
from dagconv.discover.source import SourceFile
from dagconv.ir import codec
from dagconv.ir.source_airflow import SourceAirflow
from dagconv.load.identity import Seen
from dagconv.load.server_process import scrubbed_environment
from dagconv.load.source import import_roots
from dagconv.options import CompileOptions
from dagconv.rules import PACKAGES
from dagconv.verdict import DagOutcome, Definition, FileOutcome, without_secrets
from dagconv.wire.reads import Reads

_VERSION = 1
# Settings that change how long a call takes, and no result; and what results hold until, apart.
_LEFT_OUT = {"jobs", "now"}

# What decoding raises for data of another form, and for a rule that is gone.
_DAMAGED = (ValueError, LookupError, TypeError, AttributeError, ImportError, RecursionError)

Found = tuple[FileOutcome, Reads]


@dataclass(slots=True)
class Cache:
    """Kept results as the compiler sees them. `spool` takes the texts of definitions; `failures` are reasons for which
    a result could not be written."""

    folder: CacheFolder
    spool: Path
    failures: list[str] = field(default_factory=list)
    kept: int = 0

    def find(self, file: SourceFile, airflow: SourceAirflow, options: CompileOptions, looking: Looking) -> Found | None:
        """What was kept of the file, when everything that it rests on is as it was."""
        name = self._name(file, airflow, options, looking)
        content = self.folder.read(name) if name else None
        if name is None or content is None:
            return None
        try:
            data = json.loads(content)
            reads = codec.decode(Reads, data["reads"])
            made, until = (datetime.datetime.fromisoformat(data[key]) for key in ("made", "until"))
            if not made <= options.lowering.now < until or data["state"] != self._state(reads, looking):
                return None
            outcome = self._outcome(data["outcome"], file, data["rules"])
        except _DAMAGED:
            return None
        self.folder.touch(name)
        return outcome, reads

    def keep(self, file: SourceFile, airflow: SourceAirflow, options: CompileOptions, found: Found, made: Made) -> None:
        """Keeps what came of a file, unless that holds a secret, or rests on what is not known or changed meanwhile."""
        outcome, reads = found
        looking = Looking()
        name = self._name(file, airflow, options, looking)
        if name is None or obstacle(reads) or made.until <= options.lowering.now:
            return
        state = self._state(reads, looking)
        if changed_since(reads, made.started_ns):
            return
        findings = [*outcome.diagnostics, *(one for dag in outcome.dags for one in dag.diagnostics)]
        data = {
            "made": options.lowering.now.isoformat(),
            "until": made.until.isoformat(),
            "reads": codec.encode(reads),
            "state": state,
            "rules": {one.code: _module_of(one.rule) for one in findings},
            "outcome": _data(outcome),
        }
        content = json.dumps(data)
        if any(json.dumps(secret)[1:-1] in content for secret in options.lowering.secrets):
            return
        try:
            self.folder.write(name, content.encode())
            self.kept += 1
        except OSError as error:
            self.failures.append(error.strerror or str(error))

    def _name(self, file: SourceFile, airflow: SourceAirflow, options: CompileOptions, looking: Looking) -> str | None:
        """The name of all that is known before the file is loaded; None where the tool itself is not known."""
        path, root = Path(file.path).absolute(), Path(file.root).absolute()
        tool = tool_digest(options.inputs.overlays)
        if tool is None or options.run:  # what runs of tasks look at is not recorded
            return None
        known = {
            "version": [_VERSION, tool],
            "file": [file.path, str(path), str(root), file.kind.value, looking.state("files", str(path))],
            "roots": import_roots(path, root, options.inputs.folders),
            "airflow": _plain(airflow),
            "options": _plain(options),
        }
        return self.folder.keyed(json.dumps(known, sort_keys=True).encode())

    def _state(self, reads: Reads, looking: Looking) -> str:
        return self.folder.keyed(looking.digest(reads, _worker_environment()).encode())

    def _outcome(self, data: Mapping[str, Any], file: SourceFile, modules: Mapping[str, str]) -> FileOutcome:
        """Raises what data of another form raises."""
        rules = _Rules(modules)
        return FileOutcome(
            file,
            [from_data(one, rules) for one in data["found"]],
            [self._dag(one, file, rules) for one in data["dags"]],
            failed=data["failed"] is True,
        )

    def _dag(self, data: Mapping[str, Any], file: SourceFile, rules: _Rules) -> DagOutcome:
        seen, proof, held = data["seen"], data["proof"], data["definition"]
        where = Location(**seen["location"]) if seen["location"] is not None else None
        definition = None
        if held is not None:
            package = self._spooled(".zip", base64.b64decode(held["package"])) if held["package"] is not None else None
            text = self._spooled(".yaml", held["text"].encode())
            definition = Definition(seen["dag_id"], file.path, text, package, base64.b64decode(held["needs"]))
        return DagOutcome(
            Seen(seen["path"], seen["dag_id"], where, seen["origin"]),
            [from_data(one, rules) for one in data["found"]],
            Proof(ProofStatus(proof["status"]), tuple(proof["declared"])),
            definition,
        )

    def _spooled(self, suffix: str, content: bytes) -> Path:
        handle, place = tempfile.mkstemp(suffix, dir=self.spool)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return Path(place)


@dataclass(frozen=True, slots=True)
class Made:
    """When work on a result began, in nanoseconds of the epoch, and until when it holds at most."""

    started_ns: int
    until: datetime.datetime


def find_all(
    cache: Cache, files: Iterable[SourceFile], airflows: Mapping[str, SourceAirflow], options: CompileOptions
) -> dict[str, Found]:
    """What is kept of the files, by their paths, all looked at in one moment."""
    looking = Looking()
    found = {file.path: cache.find(file, airflows[file.root], options, looking) for file in files}
    return {path: one for path, one in found.items() if one is not None}


def _data(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "failed": outcome.failed,
        "found": [to_data(without_secrets(one)) for one in outcome.diagnostics],
        "dags": [_dag_data(dag) for dag in outcome.dags],
    }


def _dag_data(dag: DagOutcome) -> dict[str, Any]:
    definition, package = dag.definition, dag.definition.package if dag.definition else None
    return {
        "seen": dataclasses.asdict(dag.seen),
        "found": [to_data(without_secrets(one)) for one in dag.diagnostics],
        "proof": {"status": dag.proof.status.value, "declared": dag.proof.declared},
        "definition": definition
        and {
            "text": definition.text,
            "package": base64.b64encode(package).decode() if package is not None else None,
            "needs": base64.b64encode(definition.needs).decode(),
        },
    }


@functools.cache
def _worker_environment() -> Mapping[str, str]:
    """What the worker has of this process's own environment. Each load has another home, and both are compared."""
    return scrubbed_environment(os.environ, 0, tempfile.gettempdir())


def _plain(value: Any) -> Any:
    """A value of the options as JSON data."""
    if dataclasses.is_dataclass(value):
        names = (one.name for one in dataclasses.fields(value))
        return {name: _plain(getattr(value, name)) for name in names if name not in _LEFT_OUT}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


class _Rules:
    """The rules of kept findings, by the modules that hold them: a few modules instead of every stage."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self.modules = modules

    def find(self, name: str) -> Rule | None:
        module = self.modules.get(name, "")
        if not module.startswith("dagconv."):
            return None
        return _rules_of(importlib.import_module(module)).get(name)


def _module_of(rule: Rule) -> str:
    """The stage's module that holds it: one of those that made the finding, so that it is imported already."""
    name = _HOLDERS.get(rule.code)
    if name is None:
        modules = [(name, module) for name, module in sorted(sys.modules.items()) if name.startswith(_STAGES)]
        holders = (name for name, module in modules if any(value is rule for value in list(vars(module).values())))
        name = _HOLDERS[rule.code] = next(holders, "")
    return name


# What holds rules, but not who looks at them from above.
_STAGES = tuple(f"dagconv.{package}." for package in PACKAGES)
_HOLDERS: dict[str, str] = {}


@functools.cache
def _rules_of(module: ModuleType) -> dict[str, Rule]:
    return {value.code: value for value in vars(module).values() if isinstance(value, Rule)}
