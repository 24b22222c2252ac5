"""Serves what Airflow 3.0.6 does not have: removed and newer modules and names, and those of absent providers."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from dagconv.catalog.renames import renames
from dagconv.worker.compat.adapted import adapted_class
from dagconv.worker.compat.emulate import EMULATED
from dagconv.worker.compat.paths import PROVIDERS, generation_of, import_path, provider_of
from dagconv.worker.compat.placeholder import is_package, placeholder
from dagconv.worker.compat.uses import USES, asked_by_user, is_guarded
from dagconv.worker.record import RECORDER, UnknownValueError


@functools.cache
def old_names() -> Mapping[str, tuple[str, ...]]:
    """Module -> its old names."""
    found: dict[str, list[str]] = {}
    for path in sorted(renames().old_names):
        module, _, name = path.rpartition(".")
        found.setdefault(module, []).append(name)
    return {module: tuple(names) for module, names in found.items()}


@functools.cache
def packages() -> frozenset[str]:
    """Every strict prefix of a module with old names."""
    found: set[str] = set()
    for module in old_names():
        parts = module.split(".")
        found.update(".".join(parts[:n]) for n in range(1, len(parts)))
    return frozenset(found)


def install() -> None:
    importlib.import_module("airflow.operators")
    importlib.import_module("airflow.sensors")
    sys.meta_path.insert(0, LosingNames())
    sys.meta_path.append(LostModules())
    for name in old_names().keys() & sys.modules.keys():
        serve_names(sys.modules[name])


def resolve(path: str) -> Any:
    """The object behind an old or newer name, as the user's file sees it. Raises AttributeError."""
    table = renames()
    generation = generation_of(path)
    if path in EMULATED:
        USES.note("emulated-name", path, generation, old=path, new=table.emulated[path])
        return EMULATED[path]
    if path in table.adapted:
        USES.note("old-name", path, generation, old=path, new=table.adapted[path].new)
        return adapted_class(path)
    if path in table.newer:
        USES.note("newer-name", path, "3", old=path, new=table.newer[path])
        return import_path(table.newer[path])
    if path in table.absent:
        return _stand_in(path, table.absent[path].new, table.absent[path].provider, generation)
    if path in table.names:
        try:
            found = import_path(table.names[path])
        except ImportError:
            return _stand_in(path, table.names[path], provider_of(table.names[path]), generation)
        USES.note("old-name", path, generation, old=path, new=table.names[path])
        return found
    relative = _absent_neighbour(path)
    if relative is not None:
        return _stand_in(path, *relative, generation)
    if path in table.gone and not is_guarded(*_place()):
        USES.note("gone-name", path, generation, old=path, new=table.gone[path])
        raise GoneNameError(f"{path} is gone from Airflow 3")
    raise AttributeError(f"module {path.rpartition('.')[0]!r} has no attribute {path.rpartition('.')[2]!r}")


class GoneNameError(ImportError, UnknownValueError):
    """The file asks for what Airflow 3 does not have; that has been reported."""


def _place() -> tuple[str, int]:
    position = RECORDER.position()
    return (position.code.co_filename, position.line) if position else ("", 0)


def _absent_neighbour(path: str) -> tuple[str, str] | None:
    """Path and provider of an unknown name in a module all of whose known classes went to an absent provider."""
    module, _, name = path.rpartition(".")
    known = [renames().absent.get(f"{module}.{other}") for other in old_names().get(module, ())]
    absent = [entry for entry in known if entry is not None]
    if not absent or name.islower():
        return None
    return f"{absent[0].new.rpartition('.')[0]}.{name}", absent[0].provider


def _stand_in(old: str, new: str, provider: str, generation: str | None) -> Any:
    USES.note("absent-provider", old, generation, old=old, new=new, provider=provider)
    return placeholder(new)


def serve_names(module: ModuleType) -> None:
    """Adds the old and newer names to a module that exists; its own answers come first."""
    own = module.__dict__.get("__getattr__")

    def getattr_(name: str) -> Any:
        if own is not None:
            try:
                return own(name)
            except AttributeError:
                pass
        path = f"{module.__name__}.{name}"
        known = path in renames().old_names or _absent_neighbour(path) is not None
        if name.startswith("__") or not known or not asked_by_user():
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        return resolve(path)

    vars(module)["__getattr__"] = getattr_


class LosingNames(MetaPathFinder):
    """Stands first: wraps the loaders of modules that lost names, and of providers that may need another one."""

    def __init__(self) -> None:
        self.busy: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith("airflow") or fullname in self.busy:
            return None
        provider = fullname.startswith(PROVIDERS)
        if fullname not in old_names() and not provider:
            return None
        self.busy.add(fullname)
        try:
            spec = _true_spec(self, fullname, path, target)
        finally:
            self.busy.discard(fullname)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = Serving(spec.loader, may_fail=provider and asked_by_user())
        return spec


def _true_spec(
    this: MetaPathFinder, name: str, path: Sequence[str] | None, target: ModuleType | None
) -> ModuleSpec | None:
    for finder in sys.meta_path:
        if finder is not this and not isinstance(finder, LostModules):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
    return None


class Serving(Loader):
    """Loads as the module's own loader does, then serves its lost names."""

    def __init__(self, inner: Any, may_fail: bool) -> None:
        self.inner = inner
        self.may_fail = may_fail

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self.inner.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        try:
            self.inner.exec_module(module)
        except Exception as error:
            missing = _missing_module(error) if self.may_fail else None
            if missing is None:
                raise
            # The module needs what is not there: all that it would define is named all the same.
            _stand_in_for_module(module, provider_of(missing))
        if module.__name__ in old_names():
            serve_names(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def _missing_module(error: BaseException) -> str | None:
    """The module for want of which another cannot be imported; providers wrap the error into one of Airflow's."""
    for found in (error, error.__cause__, error.__context__):
        if isinstance(found, ModuleNotFoundError):
            return found.name
    return None


class LostModules(MetaPathFinder):
    """Stands last: modules that nobody else found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        old = fullname in old_names() or fullname in packages()
        absent = fullname.startswith(PROVIDERS) or fullname == "airflow.contrib"
        if not fullname.startswith("airflow.") or not (old or absent) or not asked_by_user():
            return None
        package = fullname in packages() or (not old and is_package(fullname))
        return ModuleSpec(fullname, Old(placeholders=not old), is_package=package)


class Old(Loader):
    """Makes a module whose names are looked up when they are asked for."""

    def __init__(self, placeholders: bool) -> None:
        self.placeholders = placeholders

    def create_module(self, spec: ModuleSpec) -> None:
        del spec

    def exec_module(self, module: ModuleType) -> None:
        if self.placeholders:
            _stand_in_for_module(module, provider_of(module.__name__))
            return
        module.__all__ = list(old_names().get(module.__name__, ()))  # type: ignore[attr-defined]
        serve_names(module)


def _stand_in_for_module(module: ModuleType, provider: str) -> None:
    def getattr_(name: str) -> Any:
        inner = f"{module.__name__}.{name}"
        # In a package a lower-case name is a submodule, which the import system then asks for.
        if name.startswith("__") or (hasattr(module, "__path__") and name.islower()) or not asked_by_user():
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        return _stand_in(inner, inner, provider, None)

    vars(module)["__getattr__"] = getattr_
