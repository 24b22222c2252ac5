"""Figures in words: one row per thing to do, the cheapest first, each with the command that does it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from dagconv.assessment.figures import Count, Figures, Group, Need
from dagconv.assessment.forecast import Forecast
from dagconv.diagnostics import Means

_MOST_NAMES = 5
_MOST_REASONS = 4
Row = tuple[str, str]  # what it is, and the next step, which may be empty


def summary_rows(figures: Figures, sources: Sequence[str], inputs: str = "inputs") -> Iterator[Row]:
    """The rows of a call over `sources`, as the user wrote them; `inputs` is where files to fill in are looked for."""
    yield f"{counted(figures.converted)} converted", ""
    for group in figures.groups:
        yield f"{counted(group.stopped)} {_needed(group)}{_alone(group)}", _step(group, sources, inputs)


def forecast_rows(found: Forecast) -> Iterator[Row]:
    """What each further step opens, and what is left when all were taken."""
    for step in found.steps:
        alone = f", {step.alone.dags} of them with nothing else" if step.alone.dags < step.opens.dags else ""
        yield f"+ {number(step.opens.dags, 'DAG')} {_granted(step.need)}{alone}", ""
    open_ends = (Means.SOURCE, Means.PACKAGES)  # inert modules do not tell all that the real ones would
    left = [group for group in found.rest.groups if group.need.means in open_ends] or list(found.rest.groups)
    for group in left:
        yield f"at least {counted(group.stopped)} left that {_needed(group)}", ""


def _granted(need: Need) -> str:
    match need.means:
        case Means.INPUTS:
            return "once the values are given"
        case Means.PACKAGES:
            return "once the modules are there (tried with inert ones)"
        case Means.ACCEPT:
            return f"with --accept {need.name}"
        case Means.CODE:
            return "with --code-package"
        case Means.SOURCE:
            return "after work on the source"


def counted(count: Count) -> str:
    """`3 DAGs`, `2 files`, or both; a file counts by itself where its DAGs are not known."""
    parts = [number(count.dags, "DAG")] if count.dags or not count.files else []
    parts += [number(count.files, "file")] if count.files else []
    return " and ".join(parts)


def number(many: int, noun: str) -> str:
    return f"{many} {noun}{'' if many == 1 else 's'}"


def _needed(group: Group) -> str:
    one = group.stopped.units == 1
    need = "needs" if one else "need"
    match group.need.means:
        case Means.INPUTS:
            parts = [f"{number(len(names), noun)} ({_listed(names)})" for noun, names in group.names.items()]
            return f"{need} {', '.join(parts) or 'values of their environment'}"
        case Means.PACKAGES:
            names = group.names.get("package", ())
            return f"{need} modules that are not installed{f' ({_listed(names)})' if names else ''}"
        case Means.ACCEPT:
            return f"{need} a loss accepted ({group.need.name})"
        case Means.CODE:
            return f"{'holds code of its own' if one else 'hold code of their own'}: {_reasons(group)}"
        case Means.SOURCE:
            return f"{need} work on the source: {_reasons(group)}"


def _alone(group: Group) -> str:
    """A load stops at the first thing that it misses, so of a file that could not be loaded no more is known."""
    if group.alone.units == 0:
        return ""
    some = f"{group.alone.units} of them " if group.alone != group.stopped else ""
    return f", {some}nothing else{' so far' if group.alone.files else ''}"


def _step(group: Group, sources: Sequence[str], inputs: str) -> str:
    match group.need.means:
        case Means.INPUTS:
            call = f"dag-converter inputs {shlex.join(sources)} --template {shlex.quote(inputs)}"
            return f"{call}, fill them in, convert again"
        case Means.PACKAGES:
            return "--requirements requirements.txt; own modules: --dags-root DIR or --plugins DIR"
        case Means.ACCEPT:
            return f"--accept {group.need.name}"
        case Means.CODE:
            return "--code-package"
        case Means.SOURCE:
            return "dag-converter explain " + " ".join(rule.code for rule, _ in group.reasons[:_MOST_REASONS])


def _reasons(group: Group) -> str:
    shown = [f"{rule.slug} ({count})" for rule, count in group.reasons[:_MOST_REASONS]]
    rest = len(group.reasons) - len(shown)
    return ", ".join(shown) + (f", {number(rest, 'more reason')}" if rest > 0 else "")


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f", {rest} more" if rest > 0 else "")
