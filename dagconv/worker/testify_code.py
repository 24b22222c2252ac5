"""Testifies to the code of tasks, in a child that loads the source and in one that has the package alone."""

from __future__ import annotations

import decimal
import importlib
import logging
import operator
import socket
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dagconv.ir.code import Testified
from dagconv.wire.request import Load, Reload, Target
from dagconv.worker import aws_replies, isolation, supplied
from dagconv.worker.audit import AUDIT
from dagconv.worker.complain import is_user_class
from dagconv.worker.identity import Identity
from dagconv.worker.modules import read_modules
from dagconv.worker.record import RECORDER, no_file
from dagconv.worker.supplied import INPUTS


class Witness:
    """Begins before the source is imported; silent unless the request asks for code."""

    def __init__(self, request: Load) -> None:
        self.request = request
        self.roots = (*request.roots, request.root)
        self.path = list(sys.path)
        if request.code:
            RECORDER.builders = {}

    def testify(self, tasks: Iterable[Any]) -> Testified | None:
        """About the functions of these tasks and the modules of the process."""
        if not self.request.code:
            return None
        callables, classes, known = {}, {}, dict[type, Mapping[str, str]]()
        for task in tasks:
            cls = getattr(task, "operator_class", None) or type(task)
            if is_user_class(cls):
                if cls not in known:
                    known[cls] = _facts(cls, self.roots)
                classes[task.task_id] = known[cls]
            function = getattr(task, "python_callable", None) or getattr(task, "partial_kwargs", {}).get(
                "python_callable"
            )
            if function is not None:
                callables[task.task_id] = _facts(function, self.roots)
        return Testified(read_modules(self.request.path), callables, classes, _process(self.roots, self.path))


def _process(roots: tuple[str, ...], path: list[str]) -> dict[str, str]:
    """What the import changed in its process, beside binding names (audit.py)."""
    found = {
        **{f"os.environ[{name!r}]": value for name, value in AUDIT.set_variables().items()},
        **dict.fromkeys(AUDIT.changed_names(), "changed"),
        "sys.path": repr([(number, place) for number, place in enumerate(sys.path) if place not in path]),
        "socket.getdefaulttimeout()": str(socket.getdefaulttimeout()),
        "os.getcwd()": str(Path.cwd().name == Path(INPUTS.process["HOME"]).name),
        "logging.getLogger().level": str(logging.getLogger().level),
        "decimal.getcontext()": str(decimal.getcontext()),
        "sys.getrecursionlimit()": str(sys.getrecursionlimit()),
    }
    for root in sorted(roots, key=len, reverse=True):
        found = {name: text.replace(root, "<root>") for name, text in found.items()}
    return found


def _facts(value: Any, roots: tuple[str, ...]) -> Mapping[str, str]:
    """Of a function or class."""
    identity = Identity(RECORDER.is_user_file, roots)
    identity.of("it", value)
    return identity.facts


def testify_package(request: Reload, trace: int) -> Testified | None:
    """Imports the package's modules where no DAG may be made, and testifies to its targets. Raises what they raise."""
    if request.package is None:
        return None
    folder = Path.cwd() / "package"
    with zipfile.ZipFile(request.package) as archive:
        archive.extractall(folder)
    sys.dont_write_bytecode = True
    sys.path.append(str(folder))
    RECORDER.is_user_file = lambda name: name.startswith(f"{folder}/")
    isolation.guard(lambda *_: None, str(folder), trace)
    aws_replies.install()
    supplied.take(request.inputs, asking=False)
    AUDIT.watch()
    path = list(sys.path)
    RECORDER.forbidden = True
    try:
        for name in request.modules:
            importlib.import_module(name)
        roots = (str(folder),)
        facts = [(target, _facts(_found(target), roots)) for target in request.targets]
        for name in request.entries:
            RECORDER.outputs = {id(cls): f"{name}.Output" for cls in (vars(sys.modules[name]).get("Output"),) if cls}
            RECORDER.entries.update(
                (id(value), f"{name}.{attribute}")
                for attribute, value in vars(sys.modules[name]).items()
                if not attribute.startswith("_")
            )
        callables, classes = ({t.task_id: told for t, told in facts if t.is_class is own} for own in (False, True))
        return Testified((), callables, classes, _process(roots, path))
    finally:
        RECORDER.forbidden = False
        RECORDER.is_user_file = no_file


def _found(target: Target) -> Any:
    return operator.attrgetter(target.path)(importlib.import_module(target.module))
