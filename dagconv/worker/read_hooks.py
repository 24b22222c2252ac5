"""Hooks that tell the recording of reads what no audit event tells: lookups, the clock, randomness, distributions."""

from __future__ import annotations

import importlib.metadata  # noqa: F401  # one of the modules that are hooked
import os
import pathlib
import platform
import random
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

from dagconv.wire.reads import ALL
from dagconv.worker.reads import READS
from dagconv.worker.record import RECORDER

# The engine's own, which asks for times of files only to know whether to read them again.
_ENGINE_READERS = ("/airflow/models/dagbag.py", "/jinja2/loaders.py", "/linecache.py")
_PATH_MODULES = tuple(
    form.format(name) for name in ("genericpath", "posixpath", "pathlib", "os") for form in ("/{}.py", "<frozen {}>")
)
# Who asks only whether a path is there, and of which kind.
_ASKS_KIND = frozenset(
    {"_joinrealpath", "exists", "isfile", "isdir", "islink", "lexists", "is_file", "is_dir", "is_symlink", "ismount"}
)


def start(is_library: Callable[[str], bool]) -> None:
    """Runs in a child, before anything of the user's; `watch_imports` once every other finder is in its place."""
    READS.start(is_library)
    _watch_lookups()
    _watch_machine()
    _watch_distributions()


def watch_imports() -> None:
    sys.meta_path.insert(0, _Tries())


class _Tries(MetaPathFinder):
    """Stands before all finders and finds nothing: notes where the user's folders are searched."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del target
        if path is not None or fullname not in sys.stdlib_module_names:
            READS.tried(fullname.rpartition(".")[2], sys.path if path is None else list(path))
        return None


def _watch_lookups() -> None:
    """There is no audit event for `stat` and its relatives."""

    def watched(original: Any, kind: str) -> Any:
        def look(path: Any, *args: Any, **kwargs: Any) -> Any:
            READS.asked("present" if _asks_kind(sys._getframe(1)) else kind, path)
            return original(path, *args, **kwargs)

        return look

    for name, kind in (("stat", "stats"), ("lstat", "stats"), ("access", "stats"), ("readlink", "files")):
        setattr(os, name, watched(getattr(os, name), kind))
    accessor: Any = getattr(pathlib, "_NormalAccessor", None)  # Python 3.10 keeps the functions there
    for name in ("stat", "readlink") if accessor is not None else ():
        setattr(accessor, name, staticmethod(getattr(os, name)))


def _asks_kind(frame: FrameType | None) -> bool:
    """Whether the code that asks, through the modules that handle paths, learns no more than what a path is."""
    while frame is not None and frame.f_code.co_filename.endswith(_PATH_MODULES):
        if frame.f_code.co_name in _ASKS_KIND:
            return True
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.endswith(_ENGINE_READERS)


def _watch_machine() -> None:
    """Randomness of the system, and what tells one machine from another."""

    def watched(original: Any, tell: Callable[[], None]) -> Any:
        def ask(*args: Any, **kwargs: Any) -> Any:
            if RECORDER.position() is not None:
                tell()
            return original(*args, **kwargs)

        return ask

    def tell_randomness() -> None:
        READS.randomness = True

    def tell_machine() -> None:
        READS.untraceable("facts of the machine")

    platform._uname_cache = None  # type: ignore[attr-defined]
    os.urandom = watched(os.urandom, tell_randomness)
    random._urandom = os.urandom  # type: ignore[attr-defined]
    for name in ("uname", "cpu_count", "getlogin"):
        setattr(os, name, watched(getattr(os, name), tell_machine))


def watch_clock(traveller: Any) -> None:
    """Every clock of a process in another time ends in its `time_ns`."""
    cls: Any = type(traveller)
    original = cls.time_ns

    def time_ns(self: Any) -> int:
        if not _is_dags_own(sys._getframe(1)) and RECORDER.position() is not None:
            READS.clock = True
        now: int = original(self)
        return now

    cls.time_ns = time_ns


def _is_dags_own(frame: FrameType) -> bool:
    """Each DAG object keeps when it was made, and a cron that its timetable only checks begins now: neither says
    anything of the DAG."""
    before = frame.f_back.f_code.co_filename if frame.f_back is not None else ""
    checks = frame.f_code.co_filename.endswith("/croniter/croniter.py") and before.endswith("/timetables/_cron.py")
    return checks or before.startswith("<attrs generated methods airflow.")


def _watch_distributions() -> None:
    """Of Python's own module and of its later release, where that is installed."""
    for module in filter(None, map(sys.modules.get, ("importlib.metadata", "importlib_metadata"))):
        finder: Any = module.Distribution
        finder.discover = classmethod(_noting(finder.discover.__func__))


def _noting(original: Any) -> Any:
    def discover(cls: type, /, **kwargs: Any) -> Any:
        context = kwargs.get("context")
        name = kwargs.get("name") if context is None else context.name
        READS.note("distributions", ALL if name is None else name)
        return original(cls, **kwargs)

    return discover
