"""A kind of finding, whose constant stands in the file that raises it, and one finding as plain data."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Union

from dagconv.diagnostics.model import IN_SOURCE, Effect, Location, Remedy, Severity
from dagconv.diagnostics.source import Source
from dagconv.errors import InternalError

_CODE = re.compile(r"DC[1-9]\d\d")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Of a longer value the beginning and the end are shown: an error says there what and where.
_MAX_VALUE, _BEGINNING = 240, 160

# What a finding says of its case, as data: JSON's scalars.
Param = Union[str, int, float, bool, None]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding and everything that is ever said about it.

    `message` and `help` are `str.format` templates over the keyword arguments of `at`. `source` says where the
    facts can be read that the rule rests on. `accept` is the name under which `--accept` takes what is refused as a
    warning, empty where it cannot be taken; `remedy` what mends a refusal: `accept` is proposed only where it
    says so.
    """

    code: str
    slug: str
    severity: Severity
    effect: Effect
    summary: str
    message: str
    help: str
    why: str
    example: str
    fix: str
    source: tuple[Source, ...]
    accept: str = ""
    remedy: Remedy = IN_SOURCE

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code) or not _SLUG.fullmatch(self.slug):
            raise InternalError(f"malformed rule name: {self.code} {self.slug}")

    def at(
        self,
        location: Location | None,
        *,
        dag_id: str | None = None,
        task_id: str | None = None,
        key: str | None = None,
        related: tuple[Location, ...] = (),
        severity: Severity | None = None,
        **params: object,
    ) -> Diagnostic:
        """A finding of this kind. `dag_id`, `task_id` and `key` may be used by the templates too.

        `severity` overrides the rule's own where the facts of the case decide.

        Raises InternalError when the templates ask for a parameter that was not given.
        """
        missing = self.parameters - {"dag_id", "task_id", "key"} - params.keys()
        if missing:
            raise InternalError(f"{self.code}: the message needs a parameter '{min(missing)}'")
        kept = tuple((name, _kept(value)) for name, value in params.items())
        return Diagnostic(self, location, related, dag_id, task_id, key, severity or self.severity, kept)

    def is_named(self, name: str) -> bool:
        """Whether a name of the settings means this rule: its code, how its code begins, its slug, or ALL."""
        return name == self.slug or name.upper() == "ALL" or (name != "" and self.code.startswith(name.upper()))

    @property
    def parameters(self) -> frozenset[str]:
        """Names that the templates ask for."""
        return _names(self.message) | _names(self.help)


@functools.lru_cache(maxsize=2048)
def _names(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `params` are what it says of its case, for programs; `message` and `help` are made of them."""

    rule: Rule
    location: Location | None = None
    related: tuple[Location, ...] = ()
    dag_id: str | None = None
    task_id: str | None = None
    key: str | None = None
    severity: Severity = Severity.ERROR
    params: tuple[tuple[str, Param], ...] = ()

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def effect(self) -> Effect:
        return self.rule.effect

    @property
    def message(self) -> str:
        """What was found, in one line."""
        return self._filled(self.rule.message)

    @property
    def help(self) -> str:
        """The next step; may be empty."""
        return self._filled(self.rule.help)

    def param(self, name: str) -> Param:
        """A parameter by its name, None where there is none."""
        return dict(self.params).get(name)

    def moved(self, location: Location | None) -> Diagnostic:
        """The same finding at another place."""
        return replace(self, location=location)

    def sort_key(self) -> tuple[str, int, int, str, str, str, str]:
        """Order of a report: file, line, column, then code and names, so that output is deterministic."""
        where = self.location or Location("")
        return (
            where.file,
            where.line or 0,
            where.column or 0,
            self.code,
            self.dag_id or "",
            self.task_id or "",
            self.key or "",
        )

    def _filled(self, template: str) -> str:
        named = {"dag_id": self.dag_id, "task_id": self.task_id, "key": self.key, **dict(self.params)}
        return template.format_map({name: shown_value(value) for name, value in named.items()})


def _kept(value: object) -> Param:
    """A parameter as data: numbers as they are, all else as the text that a message shows."""
    return value if value is None or isinstance(value, bool | int | float) else shown_value(value)


def shown_value(value: object) -> str:
    """Text of a parameter in a message: one line, printable, of bounded length."""
    text = value if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return text if len(text) <= _MAX_VALUE else f"{text[:_BEGINNING]}...{text[_BEGINNING + 3 - _MAX_VALUE :]}"


class Catalogue:
    """All rules by code and by slug."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Raises InternalError when a code or slug is used twice."""
        self._rules = tuple(sorted(rules, key=lambda rule: rule.code))
        self._by_name: dict[str, Rule] = {}
        for rule in self._rules:
            for name in (rule.code, rule.slug):
                if name in self._by_name:
                    raise InternalError(f"two rules are called {name}")
                self._by_name[name] = rule

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def find(self, name: str) -> Rule | None:
        """The rule of a code (any case) or slug."""
        return self._by_name.get(name) or self._by_name.get(name.upper())
