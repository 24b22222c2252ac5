"""The description of one kind of finding; the constant stands in the file that raises it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dagconv.diagnostics.model import Diagnostic, Effect, Location, Severity
from dagconv.errors import InternalError

_CODE = re.compile(r"DC[1-9]\d\d")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_VALUE = 120


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding and everything that is ever said about it.

    `message` and `help` are `str.format` templates over the keyword arguments of `at`. `source` names the
    fact that the rule rests on, such as "contract 1.5" or "Airflow 3.0.6, DAG.validate".
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
    source: str

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
        known = {"dag_id": dag_id, "task_id": task_id, "key": key, **params}
        shown = {name: shown_value(value) for name, value in known.items()}
        try:
            message, advice = self.message.format_map(shown), self.help.format_map(shown)
        except (KeyError, IndexError) as error:
            raise InternalError(f"{self.code}: the message needs a parameter {error}") from error
        return Diagnostic(self, message, advice, location, related, dag_id, task_id, key, severity or self.severity)

    @property
    def parameters(self) -> frozenset[str]:
        """Names that the templates ask for."""
        parts = [*string.Formatter().parse(self.message), *string.Formatter().parse(self.help)]
        return frozenset(name for _, name, _, _ in parts if name)


def shown_value(value: object) -> str:
    """Text of a parameter in a message: one line, printable, of bounded length."""
    text = value if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 3] + "..."


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
