"""Records what loading a file reads of its surroundings: by audit events, and by hooks where there is no event.

Not seen are reads of C code that asks nobody: a native module that opens files, a process that was started. That such
code ran is told as untraceable.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import pathlib
import platform
import random
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, all_suffixes
from types import FrameType, ModuleType
from typing import Any

from dagconv.wire.reads import ALL, MAX_READS, Reads
from dagconv.worker.record import RECORDER

_STARTS = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen", "pty.spawn"}
)
_NATIVE = {"ctypes.dlopen": "a native library", "sqlite3.connect": "SQLite"}
_CHANGES = frozenset({"os.remove", "os.mkdir", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.truncate"})
# Files that say another thing each time.
_LIVE = ("/proc/", "/sys/", "/dev/")
# The engine's own, which asks for times of files only to know whether to read them again.
_ENGINE_READERS = ("/airflow/models/dagbag.py", "/jinja2/loaders.py", "/linecache.py")
_PATH_MODULES = tuple(
    form.format(name) for name in ("genericpath", "posixpath", "pathlib", "os") for form in ("/{}.py", "<frozen {}>")
)
# Who asks only whether a path is there, and of which kind.
_ASKS_KIND = frozenset({"exists", "isfile", "isdir", "islink", "lexists", "is_file", "is_dir", "is_symlink", "ismount"})
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

    def seeded(self) -> None:
        """The state of random numbers was set on purpose."""
        self._random = random.getstate()

    def untraceable(self, what: str) -> None:
        self.note("untraceable", what)

    def start(self, is_library: Callable[[str], bool]) -> None:
        """From now on all that is read is the load's doing."""
        self.is_library, self.home = is_library, f"{pathlib.Path.cwd()}/"
        self.seeded()
        sys.addaudithook(self._on_event)
        _watch_lookups(self)
        _watch_machine(self)
        _watch_distributions(self)
        self.active = True

    def watch_imports(self) -> None:
        """Once every other finder is in its place."""
        sys.meta_path.insert(0, _Tries(self))

    def remember_engine(self) -> None:
        """The native modules that the engine has imported by itself: those read nothing for a DAG file."""
        self._engine = frozenset(_native_modules())

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
            self.randomness = self.randomness or random.getstate() != self._random
            self._tell_native_modules()
        self.active = False
        names = {kind: tuple(sorted(held)) for kind, held in self.names.items()}
        return Reads(**names, clock=self.clock, randomness=self.randomness, overflow=self.overflow)

    def _tell_native_modules(self) -> None:
        """Native modules that came with what others of the call import, and that the user's own modules hold."""
        tops = {name.partition(".")[0] for name in set(_native_modules()) - self._engine}
        tops -= sys.stdlib_module_names | {"airflow"}
        for module in [m for m in list(sys.modules.values()) if _is_users(m)] if tops else []:
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


class _Tries(MetaPathFinder):
    """Stands before all finders and finds nothing: notes where the user's folders are searched."""

    def __init__(self, reads: Recording) -> None:
        self.reads = reads

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del target
        if path is not None or fullname not in sys.stdlib_module_names:
            self.reads.tried(fullname.rpartition(".")[2], sys.path if path is None else list(path))
        return None


def _watch_lookups(reads: Recording) -> None:
    """There is no audit event for `stat` and its relatives."""

    def watched(original: Any, kind: str) -> Any:
        def look(path: Any, *args: Any, **kwargs: Any) -> Any:
            if reads.active and not reads._busy:
                reads._busy = True
                try:
                    reads.path("present" if _asks_kind(sys._getframe(1)) else kind, path)
                finally:
                    reads._busy = False
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


def _watch_machine(reads: Recording) -> None:
    """Randomness of the system, and what tells one machine from another."""

    def watched(original: Any, tell: Callable[[], None]) -> Any:
        def ask(*args: Any, **kwargs: Any) -> Any:
            if RECORDER.position() is not None:
                tell()
            return original(*args, **kwargs)

        return ask

    def tell_randomness() -> None:
        reads.randomness = True

    def tell_machine() -> None:
        reads.untraceable("facts of the machine")

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
        if not _is_dags_own(sys._getframe(2)) and RECORDER.position() is not None:
            READS.clock = True
        now: int = original(self)
        return now

    cls.time_ns = time_ns


def _is_dags_own(frame: FrameType | None) -> bool:
    """Each DAG object keeps when it was made, which says nothing of the DAG."""
    return frame is not None and frame.f_code.co_filename.startswith("<attrs generated methods airflow.")


def _watch_distributions(reads: Recording) -> None:
    """Of Python's own module and of its later release, where that is installed."""
    for module in filter(None, map(sys.modules.get, ("importlib.metadata", "importlib_metadata"))):
        finder: Any = module.Distribution
        finder.discover = classmethod(_noting(reads, finder.discover.__func__))


def _noting(reads: Recording, original: Any) -> Any:
    def discover(cls: type, /, **kwargs: Any) -> Any:
        context = kwargs.get("context")
        name = kwargs.get("name") if context is None else context.name
        reads.note("distributions", ALL if name is None else name)
        return original(cls, **kwargs)

    return discover
