"""What converts, as one digest: dagconv itself, Python, and the distributions that are installed."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from dagconv.version import __version__

_OWN = Path(__file__).parents[1]
_MOST = 20_000
_LEFT_OUT = frozenset({"__pycache__", "node_modules"})
_METADATA = (".dist-info", ".egg-info")


@functools.cache
def tool_digest(overlays: tuple[str, ...] = ()) -> str | None:
    """None where there is more than can be looked at. Distributions are known by the size and time of their RECORD,
    packages that are installed as a link by their files."""
    folders = dict.fromkeys([*site.getsitepackages(), *_user_site(), *_paths(), *overlays])
    told = hashlib.sha256(
        "\n".join([__version__, sys.version, sys.prefix, sys.base_prefix, platform.machine()]).encode()
    )
    linked: list[str] = []
    lines = [*_tree(_OWN), *_tree(_OWN.parent / "schemas")]
    for folder in folders:
        lines += _installed(folder, linked)
    for folder in dict.fromkeys(linked):
        if folder not in folders and not _OWN.is_relative_to(folder):
            lines += _tree(Path(folder))
    if len(lines) > _MOST:
        return None
    for line in lines:
        told.update(f"{line}\n".encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def _user_site() -> list[str]:
    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []


def _paths() -> list[str]:
    return [sysconfig.get_path(name) for name in ("purelib", "platlib")]


def _installed(folder: str, linked: list[str]) -> list[str]:
    """What stands in a folder of packages; folders that a .pth file puts on sys.path go to `linked`."""
    found = []
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return [f"{folder} -"]
    for name in names:
        path = f"{folder}/{name}"
        if name.endswith(".pth"):
            linked += _linked(path, folder)
        if name.endswith(_METADATA):
            found.append(f"{path} {_stamp(f'{path}/RECORD')} {_stamp(path)}")
        elif name not in _LEFT_OUT:
            found.append(f"{path} {_stamp(path)}" if "." in name else path)
    return found


def _linked(file: str, folder: str) -> Iterator[str]:
    for line in Path(file).read_text("utf-8", "replace").splitlines():
        place = os.path.normpath(Path(folder) / line.strip())
        if line.strip() and not line.startswith(("#", "import ", "import\t")) and Path(place).is_dir():
            yield place


def _tree(folder: Path) -> Iterator[str]:
    """The files below a folder, but for those of tools; stops when there are too many."""
    count = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
        for name in sorted(files):
            count += 1
            yield f"{place}/{name} {_stamp(f'{place}/{name}')}"
        if count > _MOST:
            return


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116  # hundreds of them
        return f"{status.st_size} {status.st_mtime_ns}"
    except OSError:
        return "-"
