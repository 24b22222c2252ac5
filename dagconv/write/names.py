"""The file name of a DAG's definition: `<dag_id>.yaml`, and for ids that no file may have, an escaped form."""

from __future__ import annotations

import hashlib
import re
import unicodedata

SUFFIX = ".yaml"
PACKAGE, NEEDS = ".zip", ".needs.json"  # what goes with a definition
_LENGTH_LIMIT = 255  # bytes of a name on the usual file systems
# Windows keeps these names for devices, whatever the extension; a repository is checked out there too.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)", re.IGNORECASE)


def output_name(dag_id: str) -> str:
    """A plain file name: never a path, never hidden, different for different ids (docs/adr/0003-outputs.md).

    Letters, digits, `_`, `-` and inner dots stay; every other byte is written as %XX. What would be too long is cut
    and ends in a checksum.
    """
    name = "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else _percent(c) for c in dag_id)
    if name.startswith(".") or _DEVICES.match(name):
        name = _percent(name[0]) + name[1:]
    if not name or len(name) + len(SUFFIX) > _LENGTH_LIMIT:
        digest = hashlib.sha256(dag_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        name = f"{name[: _LENGTH_LIMIT - len(SUFFIX) - len(digest) - 1]}%{digest}"
    return name + SUFFIX


def beside(name: str, suffix: str) -> str:
    """The name of a file that goes with a definition of that name."""
    return name.removesuffix(SUFFIX) + suffix


def same_file_key(name: str) -> str:
    """Names with the same key are one file on systems that ignore case, such as macOS and Windows."""
    return unicodedata.normalize("NFC", name).casefold()


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
