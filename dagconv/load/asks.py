"""Lists what DAG files ask of their environment while they are imported, by importing them with stand-ins for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dagconv.ir.codec import DecodeError
from dagconv.load.process import Worker
from dagconv.load.source import import_roots
from dagconv.wire.answer import Finding, decode_answer
from dagconv.wire.inputs import NO_INPUTS, Inputs
from dagconv.wire.limits import Limits
from dagconv.wire.reply import Outcome
from dagconv.wire.request import Load

# What the worker notices -> what it is, and the parameter with its name.
_KINDS = {
    "variable-read-at-import": ("variable", "name"),
    "variable-default-at-import": ("variable", "name"),
    "connection-read-at-import": ("connection", "name"),
    "environment-read-at-import": ("environment", "name"),
    "environment-default-at-import": ("environment", "name"),
    "aws-call-at-import": ("aws", "operation"),
    "file-read-at-import": ("file", "path"),
    "module-not-found": ("module", "module"),
}
_WITH_DEFAULT = ("variable-default-at-import", "environment-default-at-import")


@dataclass(frozen=True, slots=True, order=True)
class Ask:
    """`kind` is variable, connection, environment, aws, file or module; `has_default`: the file can go on without.

    For an AWS call `name` is its operation, and `detail` its service and parameters as JSON.
    """

    kind: str
    name: str
    file: str
    line: int
    has_default: bool = False
    detail: str = ""


def list_asks(worker: Worker, path: Path, root: Path, limits: Limits, inputs: Inputs = NO_INPUTS) -> tuple[Ask, ...]:
    """What one file asks for and `inputs` do not hold, as far as its import gets. Empty for a child that died."""
    roots = import_roots(path, root, inputs.folders)
    reply = worker.ask(Load(str(path), str(root), roots, 0, limits, inputs, asking=True))
    if reply.end.outcome is not Outcome.DONE:
        return ()
    try:
        findings = decode_answer(reply.answer).findings
        return tuple(sorted({ask for finding in findings for ask in _read(finding, str(path))}))
    except (DecodeError, KeyError):  # the answer is untrusted
        return ()


def _read(finding: Finding, path: str) -> Iterator[Ask]:
    known = _KINDS.get(finding.slug)
    if known is None:
        return
    kind, parameter = known
    params = finding.params
    detail = json.dumps([params["service"], params["parameters"]]) if kind == "aws" else ""
    # What one line asks for comes as one finding.
    for name in params[parameter].split(", "):
        yield Ask(kind, name, finding.file or path, finding.line or 0, finding.slug in _WITH_DEFAULT, detail)
