"""Writes requirements.lock from the packages of this environment: versions only, valid for every Python supported.

Run it with `make lock` after a dependency was added or raised in a fresh environment.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
NOT_LOCKED = {"dagconv", "pip", "setuptools", "wheel"}
PYTHONS = ("3.10", "3.11", "3.12")
HEAD = """\
# Every package of the development environment, pinned; `make lock` writes this file.
# A line with a marker needs a newer Python; pip finds its older sibling on the others.
"""


def main() -> None:
    lines = {}
    for distribution in metadata.distributions():
        name = canonicalize_name(distribution.metadata["Name"])
        if name not in NOT_LOCKED:
            lines[name] = f"{name}=={distribution.version}{_marker(distribution)}"
    (ROOT / "requirements.lock").write_text(HEAD + "".join(f"{lines[name]}\n" for name in sorted(lines)))


def _marker(distribution: metadata.Distribution) -> str:
    wanted = SpecifierSet(str(distribution.metadata.json.get("requires_python", "")))
    # The last patch release stands for a version of Python: bounds such as >=3.11.5 are no reason to leave it out.
    first = next(version for version in PYTHONS if f"{version}.99" in wanted)
    return "" if first == PYTHONS[0] else f'; python_version >= "{first}"'


if __name__ == "__main__":
    main()
