"""Inert modules in place of third-party ones that are not installed, on the user's word (`--stub-missing`).

Whatever would let a stub decide something about the DAG ends the import with a finding.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any, NoReturn

from dagconv.worker.compat.uses import USES, asked_by_user
from dagconv.worker.record import UnknownValueError


def install() -> None:
    sys.meta_path.append(MissingModules())


class MissingModules(MetaPathFinder):
    """Stands last of all: modules that neither Airflow, nor the user, nor an old release has."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del target
        top = fullname.partition(".")[0]
        below_stub = path is not None and isinstance(getattr(sys.modules.get(top), "__loader__", None), StubLoader)
        if top == "airflow" or top in sys.stdlib_module_names or (path is not None and not below_stub):
            return None
        if not asked_by_user():
            return None
        if not below_stub:
            USES.note("module-stubbed", top, None, module=top)
        return ModuleSpec(fullname, StubLoader(), is_package=True)


class StubLoader(Loader):
    def create_module(self, spec: ModuleSpec) -> None:
        del spec

    def exec_module(self, module: ModuleType) -> None:
        def getattr_(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return Stub(f"{module.__name__}.{name}")

        vars(module)["__getattr__"] = getattr_


class Stub:
    """May be called, subclassed, used as a decorator and asked for attributes; nothing can be learnt from it."""

    def __init__(self, path: str) -> None:
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub(f"{self._path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        alone = len(args) == 1 and not kwargs
        return args[0] if alone and isinstance(args[0], FunctionType) else Stub(f"{self._path}()")

    def __getitem__(self, key: Any) -> Any:
        return Stub(f"{self._path}[...]")

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return ()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def _refuse(self, *_: object) -> NoReturn:
        USES.note("stub-value-used", self._path, None, value=self._path)
        raise UnknownValueError(f"the value of {self._path} is not known")

    __str__ = __bool__ = __iter__ = __len__ = __int__ = __float__ = __index__ = __contains__ = _refuse
    __add__ = __radd__ = __mul__ = __sub__ = __truediv__ = __mod__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __format__ = _refuse
