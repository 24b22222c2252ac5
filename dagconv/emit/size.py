"""How many bytes a definition has at the very least, known before it is written: writing megabytes takes minutes."""

from __future__ import annotations

from dagconv.emit.values import Plain


def least_bytes(node: Plain) -> int:
    """A lower bound, in UTF-8: the texts themselves, and what separates one entry from the next."""
    match node:
        case dict():
            return sum(len(str(key).encode()) + 2 + least_bytes(item) for key, item in node.items())
        case list():
            return sum(1 + least_bytes(item) for item in node)
        case str():
            return len(node.encode("utf-8", "surrogatepass"))
        case _:
            return 1
