"""What a DAG file changes in its process besides building DAGs: the libraries that tasks run with, and the environment.

In Airflow each task's process imports the file anew and runs with these changes; the service never imports it. What
stood before the file ran is held as shallow copies of each library module's and class's names; those of which a dict
has changed since are compared by identity: no method of anything is called.
"""

from __future__ import annotations

import ast
import itertools
import operator
import os
import socket
import sys
import types
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

from dagconv.wire.answer import Finding
from dagconv.worker.complain import finding
from dagconv.worker.record import RECORDER
from dagconv.worker.versions import Versions, namespace_of

LIBRARIES = frozenset({"airflow", "boto3", "botocore", "jinja2"})
REGIONS = ("AWS_DEFAULT_REGION", "AWS_REGION")
_MAX_NAMES = 4
# What an import, copying, and Airflow's decorator of DAGs (which counts frames for `warnings`) leave behind.
_ANYBODY = frozenset(
    {"__warningregistry__", "__builtins__", "__path__", "__spec__", "__annotations__", "__slotnames__", "warnings"}
)
_MISSING = object()
_CONTAINERS = (dict, list, set, OrderedDict)


def _is_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES


class _Held:
    """One module or class as it stood: its names, and copies of the containers among what they stand for."""

    __slots__ = ("containers", "module", "names", "number", "owner", "path")
    _numbers = itertools.count()

    def __init__(self, owner: Any, path: str) -> None:
        self.owner, self.path, self.number = owner, path, next(self._numbers)
        self.module = path if isinstance(owner, types.ModuleType) else str(owner.__module__)
        self.names = dict(vars(owner))
        held = ((n, v) for n, v in self.names.items() if type(v) in _CONTAINERS)
        self.containers = [(n, v, v.copy()) for n, v in held if n[:2] != "__" and "cache" not in n.lower()]

    def namespaces(self) -> Iterator[dict[Any, Any]]:
        """The dicts whose changes are counted."""
        yield namespace_of(self.owner)
        yield from (container for _, container, _ in self.containers if type(container) is dict)

    def uncounted(self) -> list[tuple[Any, Any]]:
        """The containers whose changes nobody counts, each with its copy."""
        return [(container, copy) for _, container, copy in self.containers if type(container) is not dict]

    def changed(self) -> Iterator[str]:
        """Dotted names whose object is another one now, or a container of which holds others."""
        now = vars(self.owner)
        if len(now) != len(self.names) or not all(map(operator.is_, now.values(), self.names.values())):
            for name in dict.fromkeys((*self.names, *now)):
                before, after = self.names.get(name, _MISSING), now.get(name, _MISSING)
                if before is not after and not _comes_by_itself(self.owner, name, before, after):
                    yield f"{self.path}.{name}"
        for name, container, copy in self.containers:
            if now.get(name) is container and not _holds_same(container, copy):
                yield f"{self.path}.{name}"


def _comes_by_itself(owner: object, name: str, before: object, after: object) -> bool:
    """What nobody sets: a submodule that was imported, a name that its module serves late, caches of classes."""
    if name in _ANYBODY or name.startswith("_abc_"):
        return True
    module = str(after.__module__) if isinstance(after, type | types.FunctionType) else type(after).__module__
    if before is _MISSING and type(owner) is types.ModuleType:
        return type(after) is types.ModuleType or _is_library(module) or module.startswith("dagconv.worker.compat")
    if str(getattr(owner, "__module__", "")) == "airflow.utils.setup_teardown":  # which tasks open `with` blocks hold
        return type(after) in (bool, *_CONTAINERS)
    if before is _MISSING and name == "__init__":  # of a protocol's class, at its first call
        return after is object.__init__
    if before is None and type(owner) is types.ModuleType and _is_library(module):  # made at its first use
        return name != "DEFAULT_SESSION" or _is_plain_session(after)
    return False


def _is_plain_session(session: Any) -> bool:
    inner = vars(session).get("_session")
    credentials = vars(inner).get("_credentials")
    return not vars(inner).get("_session_instance_vars") and getattr(credentials, "method", None) != "explicit"


def _holds_same(container: Any, copy: Any) -> bool:
    if len(container) != len(copy):
        return False
    if isinstance(container, dict):
        return all(map(operator.is_, container, copy)) and all(map(operator.is_, container.values(), copy.values()))
    if type(container) is list:
        return all(map(operator.is_, container, copy))
    return {id(item) for item in container} == {id(item) for item in copy}


class Audit:
    """The libraries as they stood before user code ran. `take` runs in the server before any fork and again in a child
    for what its own preparations changed; `watch` has what the file imports first held when its execution ends."""

    def __init__(self) -> None:
        self.held: dict[str, list[_Held]] = {}
        self._versions = Versions()
        # By the numbers of `_versions`; and containers that have no versions, with their copies.
        self._versioned: list[_Held] = []
        self._unversioned: list[tuple[Any, Any, _Held]] = []
        self._seen = self.modules_before = 0
        self.environment: dict[str, str] = {}
        self.assigned: set[str] = set()

    def take(self) -> None:
        """Holds the library modules that came since."""
        new = [*itertools.islice(reversed(sys.modules.items()), len(sys.modules) - self._seen)]
        self._seen = len(sys.modules)
        for name, module in new:
            if name not in self.held and _is_library(name) and isinstance(module, types.ModuleType):
                self.hold(name, module)

    def hold(self, name: str, module: types.ModuleType) -> None:
        classes = [c for c in vars(module).values() if isinstance(c, type) and vars(c).get("__module__") == name]
        self.held[name] = [_Held(module, name), *(_Held(cls, f"{name}.{cls.__qualname__}") for cls in classes)]
        for held in self.held[name]:
            for namespace in held.namespaces():
                self._versions.add(namespace)
                self._versioned.append(held)
            self._unversioned += ((container, copy, held) for container, copy in held.uncounted())

    def watch(self) -> None:
        """From now on everything that changes is the user's doing."""
        self.take()
        self.modules_before = self._seen
        # This process's own preparations.
        for name in {held.module for held in self._touched() if any(True for _ in held.changed())}:
            self.hold(name, self.held[name][0].owner)
        self._watch_environment()
        place = next((n for n, finder in enumerate(sys.meta_path) if finder is PathFinder), len(sys.meta_path))
        sys.meta_path.insert(place, _Newcomers(self))

    def _watch_environment(self) -> None:
        """Setting a variable to what this process happens to have is setting it, too."""
        self.environment = _environment()
        cls: Any = type(os.environ)
        original = cls.__setitem__

        def setitem(environ: Any, key: Any, value: Any) -> None:
            original(environ, key, value)
            if RECORDER.is_user_file(sys._getframe(1).f_code.co_filename):
                self.assigned.add(key)

        cls.__setitem__ = setitem

    def changed_names(self) -> list[str]:
        return sorted(name for held in self._touched() for name in held.changed())

    def _touched(self) -> list[_Held]:
        """What may have changed, in the order of holding; what was held anew counts as it is held now."""
        places = {id(held): held for found, copy, held in self._unversioned if not _holds_same(found, copy)}
        places.update((id(held), held) for held in map(self._versioned.__getitem__, self._versions.changed()))
        found = [held for held in places.values() if any(held is now for now in self.held[held.module])]
        return sorted(found, key=lambda held: held.number)

    def set_variables(self) -> dict[str, str]:
        """What stands in the environment that did not before. What was taken away is this process's own."""
        now = sorted(_environment().items())
        return {name: value for name, value in now if name in self.assigned or self.environment.get(name) != value}


AUDIT = Audit()


def _environment() -> dict[str, str]:
    """Past the mapping that watches who reads it."""
    data: Mapping[bytes, bytes] = os.environ._data  # type: ignore[attr-defined]
    return {os.fsdecode(name): os.fsdecode(value) for name, value in data.items()}


class _Newcomers(MetaPathFinder):
    """Has a library module that is imported late held as soon as its own code has run."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if not _is_library(fullname):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        execute, audit = spec.loader.exec_module, self.audit

        def exec_module(module: types.ModuleType) -> None:
            execute(module)
            audit.hold(fullname, module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]  # each module has a loader of its own
        return spec


def file_region() -> str | None:
    """The Region that the file has set for its tasks."""
    changed = AUDIT.set_variables()
    return next((changed[name] for name in REGIONS if name in changed), None)


def findings(libraries: Sequence[str], files: Sequence[str]) -> list[Finding]:
    """What the user's `files` have changed, each at the line that seems to do it, else at the file; of the libraries
    it is the names of these."""
    variables = [name for name in AUDIT.set_variables() if name not in REGIONS]
    read = [name for name in variables if name.startswith(("AWS_", "AIRFLOW_"))]
    others = [name for name in variables if name not in read]
    changed = (
        ("library-changed", libraries),
        ("engine-environment-set", read),
        ("environment-set", others),
    )
    found = [_finding(slug, names, files) for slug, names in changed if names]
    if socket.getdefaulttimeout() is not None:
        found.append(_finding("process-set", ["socket.setdefaulttimeout"], files))
    return found


def _finding(slug: str, names: Sequence[str], files: Sequence[str]) -> Finding:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    places = (_place(files, name.rpartition(".")[2]) for name in names)
    place = next((place for place in places if place is not None), (files[0] if files else None, None))
    return finding(slug, {"names": ", ".join(names[:_MAX_NAMES]) + more}, *place)


def _place(files: Sequence[str], name: str) -> tuple[str, int] | None:
    """Where a file names an attribute or text of this name; who sets it is not traced."""
    for file in files:
        try:
            with open(file, "rb") as stream:  # noqa: PTH123  # by the path that Python itself has
                tree = ast.parse(stream.read())
        except (OSError, SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if (isinstance(node, ast.Attribute) and node.attr == name) or (
                isinstance(node, ast.Constant) and node.value == name
            ):
                return file, node.lineno
    return None


def user_files() -> list[str]:
    """The files of the user's modules that this process has imported, the newest first."""
    new = itertools.islice(reversed(sys.modules.values()), len(sys.modules) - AUDIT.modules_before)
    files = (getattr(module, "__file__", None) for module in [*new])
    return [file for file in files if isinstance(file, str) and RECORDER.is_user_file(file)]
