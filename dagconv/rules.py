"""Collects every Rule constant from a fixed list of packages: what `explain`, the settings, docs and tests read."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Iterator

from dagconv.diagnostics import Catalogue, Rule
from dagconv.errors import UsageError
from dagconv.settings import Settings

# By name, so that a stage's findings can be described without the layers above knowing its modules.
PACKAGES = (
    "diagnostics",
    "discover",
    "load",
    "lower",
    "package",
    "emit",
    "check",
    "prove",
    "write",
    "deploy",
    "migrate",
)
# It needs the extra `rehearse`, and holds no rules.
_LEFT_OUT = "dagconv.migrate.rehearse"
# Codes that were given up, and what says the same now; none is ever used again.
RETIRED = {
    "DC221": "said of the definition itself: DC459 end-date-past",
    "DC941": "notes are counted, and shown one by one with -v",
}


@functools.cache
def catalogue() -> Catalogue:
    """All rules. Raises InternalError when two share a code or a slug."""
    found: dict[int, Rule] = {}
    for name in _module_names():
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, Rule):
                found[id(value)] = value
    return Catalogue(found.values())


def _module_names() -> Iterator[str]:
    for package in PACKAGES:
        module = importlib.import_module(f"dagconv.{package}")
        yield module.__name__
        for found in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
            if found.name != _LEFT_OUT:
                yield found.name


def no_such_code(name: str) -> str:
    """What is wrong with a name that no rule has: that it was retired, or what it may have been meant to be."""
    if name.upper() in RETIRED:
        return f"{name.upper()} was retired: {RETIRED[name.upper()]}"
    names = [text for rule in catalogue() for text in (rule.code, rule.slug)]
    near = difflib.get_close_matches(name.upper() if name[:2].upper() == "DC" else name.lower(), names, 3)
    return f"no code {name}" + (f"; did you mean {', '.join(near)}?" if near else "")


def check_names(settings: Settings) -> None:
    """Raises UsageError for a name that selects no finding, or that accepts none."""
    for key in ("select", "extend-select", "ignore"):
        _check_codes(settings, key, settings.words(key))
    for pattern, codes in settings.table("per-file-ignores").items():
        _check_codes(settings, "per-file-ignores", codes, f" for {pattern}")
    given = settings.words("accept")
    known = sorted({rule.accept for rule in catalogue() if rule.accept}) if given else []
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise UsageError(f"{settings.values['accept'].origin}: accept names no loss {name}; {hint}")


def _check_codes(settings: Settings, key: str, names: tuple[str, ...], where: str = "") -> None:
    for name in names:
        if not any(rule.is_named(name) for rule in catalogue()):
            raise UsageError(f"{settings.values[key].origin}: {key}{where}: {no_such_code(name)}")
