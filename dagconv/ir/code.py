"""Code of the user's: the modules it stands in, what is testified about it, and the entries of a package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dagconv.ir.value import CallableValue, Value


@dataclass(frozen=True, slots=True)
class SourceModule:
    """A user's module as it stood after its import. `name` is empty for the DAG file itself, which nobody imports.

    `builders` are lines at its top during which objects of Airflow were made; `airflow` are names that hold such an
    object, `makers` those of classes and decorators that make them, `fixed` those of values that nothing can change.
    """

    file: str
    name: str = ""
    builders: tuple[int, ...] = ()
    airflow: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


# A fact that is another at each import.
UNSETTLED = "unsettled"
# The place that says that there was more than is compared.
TOO_MUCH = "(all that it reaches)"


@dataclass(frozen=True, slots=True)
class Testified:
    """What the worker says about code: the modules it stands in, and what Python made of it, as place -> digest.

    `callables` and `classes`, those of the user's, by task id; `process` is what importing the modules did to the
    process.
    """

    modules: tuple[SourceModule, ...] = ()
    callables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    process: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A function of the package that a task calls, in place of `target`, which it calls.

    `args` and `keywords` are what it gives itself: plain values, outputs of tasks at any depth, and parameters of its
    own. `passed` are parameters that it hands through under their names, with defaults where the target has them;
    `rest` hands all others on. `spreads` makes each key of the result an output of its own, `quiet` none at all.
    """

    name: str
    target: CallableValue
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    passed: tuple[str, ...] = ()
    rest: bool = False
    spreads: bool = False
    quiet: bool = False

    @property
    def is_alias(self) -> bool:
        """Whether it is the target itself under another name."""
        return not (self.args or self.keywords or self.passed or self.rest or self.spreads or self.quiet)
