"""The contract of the target by section, from schemas/contract.json: what rules rest on, and where it can be read."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dagconv.catalog.files import read_schema
from dagconv.catalog.service import Fact, service
from dagconv.diagnostics.source import ContractRule, Engine, Section, Source, Web

# The packages of the engine, and the name of their version in service.json.
_ENGINES = {
    "airflow.providers.amazon": ("Amazon provider", "amazon_provider"),
    "airflow": ("Airflow", "airflow"),
    "dagfactory": ("dag-factory", "dag_factory"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact in words."""

    says: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section; `addresses` are those of its own pages, by the tag of the source."""

    title: str
    addresses: Mapping[str, str]
    statements: Mapping[str, Statement]


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule that dagconv keeps; `facts` are names of statements, or dotted names in `service().facts`."""

    statement: str
    facts: tuple[str, ...]
    how: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """Sections and rules by number, and every fact by name, those of service.json included."""

    sections: Mapping[str, Chapter]
    rules: Mapping[int, KeptRule]
    facts: Mapping[str, Fact]


@functools.cache
def contract() -> Contract:
    """The contract, read once. Raises InternalError when the file is missing."""
    data = read_schema("contract.json")
    sections = {number: _chapter(number, body) for number, body in data["sections"].items()}
    stated = {name: row.fact for chapter in sections.values() for name, row in chapter.statements.items()}
    rules = {
        row["number"]: KeptRule(row["statement"], tuple(row["facts"]), row.get("how", "")) for row in data["rules"]
    }
    return Contract(
        MappingProxyType(sections), MappingProxyType(rules), MappingProxyType({**stated, **service().facts})
    )


def described(source: Source) -> str:
    """A source for people: its short name, and what stands there."""
    match source:
        case Section(number):
            return f"{source}, {contract().sections[number].title}"
        case ContractRule(number):
            return f"{source}: {contract().rules[number].statement}"
        case Engine(module):
            for package, (name, version) in _ENGINES.items():
                if f"{module}.".startswith(f"{package}."):
                    return f"{name} {service().engine[version]}, {source}"
    return str(source)


def addresses_of(sources: Iterable[Source]) -> list[str]:
    """Public addresses where the facts behind these sources can be read, without repetition."""
    return list(dict.fromkeys(address for source in sources for address in _addresses(source)))


def _addresses(source: Source) -> Iterable[str]:
    match source:
        case Section(number):
            return contract().sections[number].addresses.values()
        case ContractRule(number):
            return [address for name in contract().rules[number].facts for address in fact_addresses(name)]
        case Web(address):
            return [address]
    return []


def fact_addresses(name: str) -> list[str]:
    """Addresses of a fact by its name: the page of its section where its source has one, else the source's own."""
    fact = contract().facts[name]
    pages = contract().sections[fact.section].addresses
    return [pages.get(tag) or service().sources[tag].address for tag in fact.sources]


def _chapter(number: str, body: Mapping[str, Any]) -> Chapter:
    statements = {
        name: Statement(row["says"], Fact(row["evidence"], tuple(row["sources"]), number, row.get("note", "")))
        for name, row in body["facts"].items()
    }
    return Chapter(body["title"], MappingProxyType(body["sources"]), MappingProxyType(statements))
