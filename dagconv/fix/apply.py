"""fix_text(): applies fixes finding by finding until nothing changes, and keeps only those that make nothing worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dagconv.diagnostics import Diagnostic
from dagconv.fix.fixes import keys, tasks, values
from dagconv.fix.source import Edit, Source, SourceError, apply_edits, read_source

FixFunction = Callable[[Source, Diagnostic], list[Edit]]
Judge = Callable[[str], list[Diagnostic]]

# Slug of a rule -> its fix. Safe: the service does the same as before, or refused the definition before.
SAFE: dict[str, FixFunction] = {
    "yaml-word": values.write_loaded_value,
    "operator-moved": values.write_current_path,
    "trigger-rule-removed": values.write_current_trigger_rule,
    "schedule-preset-unsupported": values.write_preset_as_cron,
    "dependencies-not-a-list": values.write_list,
    "retries-form": values.write_number,
    "unknown-dag-key": keys.rename_key,
    "foreign-task-key": keys.rename_key,
    "ignored-dag-key": keys.remove_ignored,
    "ignored-task-key": keys.remove_ignored,
    "tasks-not-a-mapping": tasks.write_mapping,
}
# These change what happens, or drop what somebody wanted to happen.
UNSAFE: dict[str, FixFunction] = {
    "yaml-word": values.quote_word,
    "argument-type": values.quote_word,
    "param-not-json": values.quote_word,
    "date-offset-lost": values.write_utc,
    "retries-above-limit": values.clamp_retries,
    "retry-delay-above-limit": values.clamp_retry_delay,
    "execution-timeout-form": values.write_timedelta,
    "poke-sensor-above-limit": keys.add_reschedule,
    "deferrable-ignored": keys.replace_deferrable,
    "default-args-key": keys.remove_entry,
    "default-args-ignored": keys.remove_entry,
    "unproven-dag-key": keys.remove_entry,
    "ignored-dag-setting": keys.remove_entry,
    "ignored-task-setting": keys.remove_entry,
    "task-callback-ignored": keys.remove_entry,
    "xcom-push-ignored": keys.remove_entry,
    "aws-attribute-dropped": keys.remove_entry,
    "inner-dag-id": keys.remove_entry,
    "inner-task-id": keys.remove_entry,
}
_MOST_ROUNDS = 200
_TEXT_CODES = ("DC60", "DC61")  # what is wrong with bytes and YAML


@dataclass(frozen=True, slots=True)
class Fixed:
    """The new text, equal to the old one if nothing was to be done, and how often each code was fixed."""

    text: str
    codes: Counter[str]


def fix_text(text: str, judge: Judge, *, unsafe: bool = False) -> Fixed:
    """Applies every fix that there is; with `unsafe` an unsafe fix goes before the safe one of the same rule."""
    table = {**SAFE, **UNSAFE} if unsafe else SAFE
    codes: Counter[str] = Counter()
    refused: set[tuple[object, ...]] = set()
    found = judge(text)
    for _ in range(_MOST_ROUNDS):
        step = _step(text, found, judge, table, refused)
        if step is None:
            return Fixed(text, codes)
        text, found, applied = step
        codes.update(applied)
    return Fixed(text, codes)


def _step(
    text: str,
    found: Sequence[Diagnostic],
    judge: Judge,
    table: dict[str, FixFunction],
    refused: set[tuple[object, ...]],
) -> tuple[str, list[Diagnostic], list[str]] | None:
    """All fixes at once if nothing gets worse by them, otherwise the first that does no harm; None at the end."""
    try:
        source = read_source(text)
    except SourceError:
        return None
    planned = []
    for diagnostic in found:
        fix = table.get(diagnostic.rule.slug)
        if fix is None or _name(diagnostic) in refused:
            continue
        edits = fix(source, diagnostic)
        if edits:
            planned.append((diagnostic, edits))
    groups = [planned] if len(planned) > 1 else []
    for group in (*groups, *([one] for one in planned)):
        new = apply_edits(text, [edit for _, edits in group for edit in edits])
        fixed = [diagnostic for diagnostic, _ in group]
        if new != text and _is_better(found, after := judge(new), fixed):
            return new, after, [diagnostic.code for diagnostic in fixed]
        if len(group) == 1:
            refused.add(_name(group[0][0]))
    return None


def _is_better(before: Sequence[Diagnostic], after: Sequence[Diagnostic], fixed: Sequence[Diagnostic]) -> bool:
    """Whether everything fixed is found less often, and the text is no worse as YAML.

    Other findings may appear: a list of tasks, for one, hides what is wrong within the tasks.
    """
    counts = [Counter(_name(one) for one in found) for found in (before, after)]
    broken = Counter(one.code for one in after if one.code.startswith(_TEXT_CODES))
    broken -= Counter(one.code for one in before)
    return not broken and all(counts[1][_name(one)] < counts[0][_name(one)] for one in fixed)


def _name(found: Diagnostic) -> tuple[object, ...]:
    return found.code, found.task_id, found.key, found.params
