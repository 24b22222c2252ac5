"""What a load read, as it is at this moment: one digest over all of it, and whether it has changed lately."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from importlib.machinery import all_suffixes
from pathlib import Path

from dagconv.wire.reads import ALL, Reads

# Fields of Reads that name paths; what is asked of Variables, Connections and options is known by the call itself, and
# what is asked of distributions by the tool's digest.
_PATHS = ("modules", "files", "folders", "present", "stats", "absent", "stems")
# File systems tell times by the kernel's tick.
_TICK_NS = 20_000_000
_CHUNK = 1024 * 1024


def obstacle(reads: Reads) -> str:
    """Why a result that rests on these reads cannot be kept; empty where it can."""
    if reads.untraceable:
        return f"does what cannot be traced ({', '.join(reads.untraceable[:3])})"
    told = ((reads.overflow, "reads too much"), (reads.clock, "asks for the time"))
    for found, words in (*told, (reads.randomness, "asks for random numbers")):
        if found:
            return words
    return ""


class Looking:
    """Looks at paths, at each once: a call sees all of its files at one moment."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}

    def digest(self, reads: Reads, environment: Mapping[str, str]) -> str:
        """Over every path and variable; `environment` is what the worker has of the process's own."""
        told = hashlib.sha256()
        for kind in _PATHS:
            for path in getattr(reads, kind):
                told.update(f"{kind}\0{path}\0{self.state(kind, path)}\n".encode("utf-8", "surrogatepass"))
        for name in reads.environment:
            value = sorted(environment.items()) if name == ALL else environment.get(name)
            told.update(f"environment\0{name}\0{value!r}\n".encode("utf-8", "surrogatepass"))
        return told.hexdigest()

    def state(self, kind: str, path: str) -> str:
        found = self._seen.get((kind, path))
        if found is None:
            found = self._seen[kind, path] = _state(kind, path)
        return found


def _state(kind: str, path: str) -> str:
    try:
        match kind:
            case "modules" | "files":
                return f"{_link(path)} {_content(path)}"
            case "folders":
                return f"{_link(path)} {_listing(path)}"
            case "stats":
                return f"{_link(path)} {_facts(os.lstat(path))} {_facts(os.stat(path))}"  # noqa: PTH116
            case "stems":
                return " ".join(_kind(stem) for stem in _around(path))
            case _:
                return f"{_link(path)} {_kind(path)}"
    except (OSError, ValueError) as error:
        return type(error).__name__


def _content(path: str) -> str:
    told = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            return _kind(path)
        told.update(f"{stat.S_IMODE(mode):o}\n".encode())
        while part := file.read(_CHUNK):
            told.update(part)
    return told.hexdigest()


def _listing(path: str) -> str:
    """Names in the order in which they come, with what an entry of a listing tells without being asked again."""
    told = hashlib.sha256()
    with os.scandir(path) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            size = f"{status.st_size} {status.st_mtime_ns}" if not stat.S_ISDIR(status.st_mode) else ""
            told.update(f"{entry.name}\0{stat.S_IFMT(status.st_mode)} {size}\n".encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def _facts(status: os.stat_result) -> str:
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return repr((status.st_mode, status.st_ino, status.st_uid, status.st_gid, status.st_size, *times))


def _kind(path: str) -> str:
    try:
        return str(stat.S_IFMT(os.stat(path).st_mode))  # noqa: PTH116
    except (OSError, ValueError) as error:
        return type(error).__name__


def _link(path: str) -> str:
    try:
        return os.readlink(path)  # noqa: PTH115
    except (OSError, ValueError):
        return ""


def _around(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}{suffix}" for suffix in all_suffixes())


def changed_since(reads: Reads, moment_ns: int) -> str:
    """A path that may have changed after this moment; empty where none has. Whatever was read before it is as read."""
    known: dict[str, bool] = {}
    for kind in _PATHS:
        for path in getattr(reads, kind):
            if kind == "present" and os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
                continue  # only its kind was asked, and its time is that of the last entry in it
            # That something is not there shows in the folder where it would be.
            place = path if kind not in ("absent", "stems") else _nearest(path)
            if place not in known:
                known[place] = _is_newer(place, moment_ns - _TICK_NS)
            if known[place]:
                return place
    return ""


def _nearest(path: str) -> str:
    place = Path(path).parent
    while not os.path.lexists(place):
        place = place.parent
    return str(place)


def _is_newer(path: str, moment_ns: int) -> bool:
    """By the time of the last change of the file or of what leads to it, which nobody can set."""
    try:
        return max(os.lstat(path).st_ctime_ns, os.stat(path).st_ctime_ns) >= moment_ns  # noqa: PTH116
    except (OSError, ValueError):
        return True
