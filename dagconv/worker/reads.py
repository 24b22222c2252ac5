"""Records what loading a file reads of its surroundings: by audit events, and by hooks where there is no event.

Not seen are reads of C code that asks nobody: a native module that opens files, a process that was started. That such
code ran is told as untraceable.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import itertools
import os
import pathlib
import random
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import EXTENSION_SUFFIXES, all_suffixes
from types import ModuleType
from typing import Any

from dagconv.wire.reads import MAX_READS, Reads
from dagconv.worker.record import RECORDER

_STARTS = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen", "pty.spawn"}
)
_NATIVE = {"ctypes.dlopen": "a native library", "sqlite3.connect": "SQLite"}
_CHANGES = frozenset({"os.remove", "os.mkdir", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.truncate"})
# Files that say another thing each time.
_LIVE = ("/proc/", "/sys/", "/dev/")
_SUFFIXES = all_suffixes()
_IMPORTLIB = "<frozen importlib"

_abspath, _fsdecode, _lexists, _isdir = os.path.abspath, os.fsdecode, os.path.lexists, os.path.isdir


class Recording:
    """What this process has read so far. `is_library` tells files that belong to installed packages or to Python."""

    def __init__(self) -> None:
        self.active = False
        self.is_library: Callable[[str], bool] = lambda _: True
        self.home = ""
        self.names: dict[str, dict[str, None]] = {}
        self.clock = self.randomness = self.overflow = False
        self._count = 0
        self._busy = False
        self._engine: frozenset[str] = frozenset()
        self._others: frozenset[str] = frozenset()
        self._seen = 0
        self._random: object = None

    def note(self, kind: str, name: object) -> None:
        """`kind` is a field of Reads. What is asked with something else than text is not told here."""
        if not self.active or type(name) is not str:
            return
        held = self.names.setdefault(kind, {})
        if name not in held:
            self._count += 1
            if self._count > MAX_READS:
                self.overflow = True
            else:
                held[name] = None

    def seed(self, seed: int) -> None:
        """Sets the state of random numbers on purpose."""
        self._note_randomness()
        random.seed(seed)
        self._random = random.getstate()

    def _note_randomness(self) -> None:
        self.randomness = self.randomness or (self.active and random.getstate() != self._random)

    def untraceable(self, what: str) -> None:
        self.note("untraceable", what)

    def start(self, is_library: Callable[[str], bool]) -> None:
        """From now on all that is read is the load's doing."""
        self.is_library, self.home = is_library, f"{pathlib.Path.cwd()}/"
        self._random = random.getstate()
        self._seen = len(sys.modules)
        sys.addaudithook(self._on_event)
        self.active = True

    def asked(self, kind: str, path: object) -> None:
        """A path that somebody looked for by a call of which no event tells."""
        if self.active and not self._busy:
            self._busy = True
            try:
                self.path(kind, path)
            finally:
                self._busy = False

    def remember_engine(self) -> None:
        """The native modules that the engine has imported by itself: those read nothing for a DAG file."""
        self._engine = frozenset(_native_modules())

    def remember_preloaded(self) -> None:
        """The packages of native modules that came with what some files of the call import."""
        tops = {name.partition(".")[0] for name in set(_native_modules()) - self._engine}
        self._others = frozenset(tops - sys.stdlib_module_names - {"airflow"})

    def path(self, kind: str, path: object) -> None:
        """A path that was asked for, if it is the user's."""
        if type(path) not in (str, bytes) and not isinstance(path, pathlib.PurePath):
            return
        full = _abspath(_fsdecode(path))  # type: ignore[arg-type]
        if full.startswith(_LIVE) and full != os.devnull:
            self.untraceable(f"reads {full}")
        elif not full.startswith(self.home) and f"{full}/" != self.home and not self.is_library(full):
            self.note(kind if kind == "stems" or _lexists_quietly(full) else "absent", full)

    def tried(self, name: str, folders: Sequence[str]) -> None:
        """A module that was searched in the user's folders, up to the first that has it."""
        for folder in folders:
            if type(folder) is not str or self.is_library(folder) or not _isdir_quietly(folder):
                continue
            stem = os.path.join(folder, name)  # noqa: PTH118
            if _isdir_quietly(stem):
                self.note("present", stem)
                for suffix in _SUFFIXES:
                    self.path("present", f"{stem}/__init__{suffix}")
                    if _lexists_quietly(f"{stem}/__init__{suffix}"):
                        return
            found = next((stem + suffix for suffix in _SUFFIXES if _lexists_quietly(stem + suffix)), None)
            if found is not None:
                self.path("present", found)
                return
            if not _isdir_quietly(stem):
                self.path("stems", stem)

    def _on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._busy or not self.active:
            return
        self._busy = True
        try:
            if event == "open":
                self._open(*arguments)
            elif event in ("os.listdir", "os.scandir"):
                if not sys._getframe(1).f_code.co_filename.startswith(_IMPORTLIB):
                    self.path("folders", "." if arguments[0] is None else arguments[0])
            elif event in _STARTS:
                self.untraceable("starts a process")
            elif event in _NATIVE:
                self.untraceable(_NATIVE[event])
            elif event in _CHANGES:
                self._change(arguments[0])
            elif event == "socket.gethostname":
                self.untraceable("the machine's name")
            elif event.startswith("socket.") and event not in ("socket.__new__",):
                self.untraceable("the network")
            elif event == "import" and isinstance(arguments[1], str) and not _is_pythons_own(arguments[1]):
                self.untraceable(f"native module {arguments[0]}")
        finally:
            self._busy = False

    def _open(self, path: object, mode: object = None, flags: object = 0, *_: object) -> None:
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else False
        if writes or (isinstance(flags, int) and mode is None and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            self._change(path)
        elif isinstance(path, str) and path.endswith(".pyc"):
            with contextlib.suppress(ValueError, NotImplementedError):
                self.path("modules", importlib.util.source_from_cache(path))
        elif isinstance(path, str) and path.endswith(".py"):
            self.path("modules", path)
        else:
            self.path("files", path)

    def _change(self, path: object) -> None:
        if isinstance(path, (str, bytes)):
            full = _abspath(_fsdecode(path))
            if not full.startswith(self.home) and full != os.devnull:
                self.untraceable(f"changes {full}")

    def finish(self) -> Reads:
        """All that was read; the recording ends."""
        if self.active:
            self._note_randomness()
            self._tell_native_modules()
        self.active = False
        names = {kind: tuple(sorted(held)) for kind, held in self.names.items()}
        return Reads(**names, clock=self.clock, randomness=self.randomness, overflow=self.overflow)

    def _tell_native_modules(self) -> None:
        """Native modules that came with what others of the call import, and that the user's own modules hold."""
        tops = self._others
        new = [*itertools.islice(reversed(sys.modules.values()), len(sys.modules) - self._seen)] if tops else []
        for module in filter(_is_users, new):
            for value in list(vars(module).values()):
                kind = value if isinstance(value, (type, ModuleType)) else type(value)
                name = vars(kind).get("__name__" if isinstance(kind, ModuleType) else "__module__")
                top = name.partition(".")[0] if isinstance(name, str) else ""
                if top in tops:
                    self.untraceable(f"native module {top}")


READS = Recording()


def _lexists_quietly(path: str) -> bool:
    busy, READS._busy = READS._busy, True
    try:
        return _lexists(path)
    except ValueError:
        return False
    finally:
        READS._busy = busy


def _isdir_quietly(path: str) -> bool:
    busy, READS._busy = READS._busy, True
    try:
        return _isdir(path)
    finally:
        READS._busy = busy


def _native_modules() -> list[str]:
    files = ((name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items()))
    suffixes = tuple(EXTENSION_SUFFIXES)
    return [name for name, file in files if isinstance(file, str) and file.endswith(suffixes)]


def _is_pythons_own(file: str) -> bool:
    """An extension module of Python itself, or none."""
    return not file.endswith(tuple(EXTENSION_SUFFIXES)) or "/lib-dynload/" in file


def _is_users(module: object) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and RECORDER.is_user_file(file)
