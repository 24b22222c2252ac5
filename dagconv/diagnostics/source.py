"""Where the fact can be read that a rule rests on: a closed union, which a test resolves and `explain` gives addresses.

A `str` of a source is its short name; the public address of a section comes with the facts (catalog/contract.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Section:
    """A section of docs/contract.md, such as "1.5"."""

    number: str

    def __str__(self) -> str:
        return f"docs/contract.md {self.number}"


@dataclass(frozen=True, slots=True)
class ContractRule:
    """One of the numbered rules in section 9 of docs/contract.md."""

    number: int

    def __str__(self) -> str:
        return f"docs/contract.md rule {self.number}"


@dataclass(frozen=True, slots=True)
class Page:
    """A file of this repository; `place` is one of its headings or the number of a row in its table."""

    path: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.path} {self.place}".rstrip()


@dataclass(frozen=True, slots=True)
class Web:
    """A public page of somebody else."""

    address: str

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True, slots=True)
class Engine:
    """A module of the service's engine, in the version that schemas/service.json names, and a name defined in it."""

    module: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.module}:{self.name}".rstrip(":")


Source: TypeAlias = Section | ContractRule | Page | Web | Engine
