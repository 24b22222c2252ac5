"""Damage to correct definitions, one kind a line: the proof must find each, by the comparisons that can see it.

DC701 is the reader's comparison with the lowered workflow, DC705 the witness's with the source, DC707 the text's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

pytestmark = pytest.mark.airflow

BOTH = {"DC701", "DC705"}
READ = {"DC701"}
SEEN = {"DC705"}
STRAY = {"DC707"}
REFUSED = {"DC124"}  # the engine itself
OTHER_DAGS = {"DC706"}


@dataclass(frozen=True)
class Mutant:
    """`old`, which stands in the text exactly once, becomes `new`; `found` are the codes that the proof gives."""

    name: str
    old: str
    new: str
    found: frozenset[str]


def mutants(dag: str, *lines: tuple[str, str, str, set[str]]) -> Iterator[object]:
    for name, old, new, found in lines:
        yield pytest.param(dag, Mutant(name, old, new, frozenset(found)), id=f"{dag}-{name}")


def line(text: str, indent: int = 6) -> str:
    return f"{' ' * indent}{text}\n"


BATCH = "airflow.providers.amazon.aws.operators.batch.BatchOperator"
S3 = "airflow.providers.amazon.aws.operators.s3"
TIMEDELTA = "execution_timeout:\n        __type__: datetime.timedelta\n        "
LIMIT_OF_COPY = line("execution_timeout:") + line("__type__: datetime.timedelta", 8) + line("hours: 1", 8)
COPY = "source_bucket_key: "
UNQUOTED = {
    "yes": BOTH,
    "no": BOTH,
    "off": BOTH,
    "true": BOTH,
    "null": BOTH,
    "~": BOTH,
    "=": REFUSED,
    "<<": REFUSED,
    "010": BOTH,
    "0x1F": BOTH,
    "0b11": BOTH,
    "1_000": BOTH,
    "1:30": BOTH,
    "190:20:30": BOTH,
    ".5": BOTH,
    "5.": BOTH,
    ".inf": BOTH,
    ".nan": BOTH,
    "+1": BOTH,
    "2024-01-01": BOTH,
    "2024-01-01T00:00:00Z": BOTH,
    "2024-01-01 10:00:00": BOTH,
    "# no comment": BOTH,
    "a: b": BOTH,
    "a #b": BOTH,
    "": BOTH,
    " leading": BOTH,
    "trailing ": BOTH,
    "*a": REFUSED,
    "&a": BOTH,
    "!t": REFUSED,
    "[x": REFUSED,
    "@at": REFUSED,
    "%d": REFUSED,
}

DEPENDENCIES = mutants(
    "rich",
    ("dependency-dropped", "dependencies: [copy, create]", "dependencies: [copy]", BOTH),
    ("dependency-added", "dependencies: [copy, create]", "dependencies: [copy, create, invoke]", BOTH),
    ("dependency-moved", "dependencies: [copy, create]", "dependencies: [copy, invoke]", BOTH),
    ("dependencies-lost", line("dependencies: [copy, create]"), "", BOTH),
    ("dependencies-emptied", "dependencies: [copy, create]", "dependencies: []", BOTH),
    ("dependency-unknown", "dependencies: [copy, create]", "dependencies: [copy, crate]", REFUSED),
    ("dependencies-null", "dependencies: [copy, create]", "dependencies: null", REFUSED),
    ("dependencies-cyclic", "dependencies: [wait]", "dependencies: [wait, clean]", REFUSED),
    ("dependencies-as-text", "dependencies: [wait]", "dependencies: wait", REFUSED),
)
ARGUMENTS = mutants(
    "rich",
    ("templated-changed", "in/{{ params.name }}/", "in/{{ params.count }}/", BOTH),
    ("templated-dropped", line("delimiter: /"), "", BOTH),
    ("templated-emptied", "delimiter: /", "delimiter: ''", BOTH),
    ("plain-changed", "wildcard_match: true", "wildcard_match: false", BOTH),
    ("plain-dropped", line("wildcard_match: true"), "", BOTH),
    ("plain-retyped", "max_retries: 7", "max_retries: '7'", BOTH),
    ("integer-to-float", "max_retries: 7", "max_retries: 7.0", BOTH),
    ("float-that-airflow-converts", "poke_interval: 120", "poke_interval: 120.0", READ),
    ("number-changed", "poke_interval: 120", "poke_interval: 12", BOTH),
    ("boolean-to-integer", "replace: true", "replace: 1", BOTH),
    ("boolean-to-text", "replace: true", "replace: 'true'", BOTH),
    ("mode-changed", "mode: reschedule", "mode: poke", BOTH),
    ("mode-lost", line("mode: reschedule"), "", BOTH),
    ("sensor-timeout-changed", "timeout: 7200", "timeout: 720", BOTH),
    ("argument-renamed", "dest_bucket_name: '1:30'", "destination: '1:30'", REFUSED),
    ("argument-misspelt", "wildcard_match: true", "wildcard_mach: true", REFUSED),
    ("required-lost", line("job_queue: queue"), "", REFUSED),
    (
        "arguments-swapped",
        "bucket_name: amzn-s3-demo-bucket\n      bucket_key:",
        "bucket_name: x\n      bucket_key:",
        BOTH,
    ),
    ("case-changed", "job_name: nightly", "job_name: Nightly", BOTH),
    ("blank-added", "job_name: nightly", "job_name: 'nightly '", BOTH),
    ("accent-decomposed", "\u00e9\u4e2d", "e\u0301\u4e2d", BOTH),
    ("no-break-space-to-space", '"nbsp\u00a0x"', '"nbsp x"', BOTH),
    ("next-line-to-newline", "nel\\Nx", "nel\\nx", BOTH),
    ("control-character-lost", '"bell\\a"', '"bell"', BOTH),
    ("null-for-value", "qualifier: '1e3'", "qualifier: null", BOTH),
    ("null-added", "qualifier: '1e3'", "qualifier: '1e3'\n      log_type: null", STRAY),
    (
        "default-changed",
        "qualifier: '1e3'",
        "qualifier: '1e3'\n      invocation_type: Event",
        {"DC701", "DC705", "DC707"},
    ),
)
NESTED = mutants(
    "rich",
    ("list-order-of-argument", "- tmp/b\n        - tmp/a", "- tmp/a\n        - tmp/b", BOTH),
    ("list-item-lost", "        - tmp/a\n", "", BOTH),
    ("list-item-doubled", "- tmp/a\n", "- tmp/a\n        - tmp/a\n", BOTH),
    ("nested-list-order", "- --day\n          - '{{ ds }}'", "- '{{ ds }}'\n          - --day", BOTH),
    ("list-to-tuple", "keys:\n", "keys: !!python/tuple\n", BOTH),
    ("list-to-set", "keys:\n        - tmp/b\n        - tmp/a", "keys: !!set {tmp/b: null, tmp/a: null}", BOTH),
    ("nested-key-renamed", "- name: LEVEL", "- nme: LEVEL", BOTH),
    ("nested-value-changed", "value: '4096'", "value: '2048'", BOTH),
    ("nested-value-retyped", "value: '4096'", "value: 4096", BOTH),
    ("nested-mapping-order", "        one: 1\n        float: 1.0\n", "        float: 1.0\n        one: 1\n", BOTH),
    ("deep-value-changed", "h: deep", "h: shallow", BOTH),
    ("deep-key-changed", "h: deep", "i: deep", BOTH),
    ("nested-float-to-integer", "        float: 1.0\n", "        float: 1\n", BOTH),
    ("nested-integer-to-true", "        one: 1\n", "        one: true\n", BOTH),
    ("nested-true-to-integer", "'true': true", "'true': 1", BOTH),
    ("nested-key-unquoted", "'true': true", "true: true", BOTH),
    ("nested-null-key", "'null': null", "null: null", BOTH),
    ("nested-null-to-text", "'null': null", "'null': 'null'", BOTH),
    ("empty-list-to-null", "empty: []", "empty: null", BOTH),
    ("empty-mapping-to-null", "none: {}", "none:", BOTH),
    ("empty-list-to-mapping", "empty: []", "empty: {}", BOTH),
    ("joined-by-dag-factory", "- tmp/b\n        - tmp/a", "- __join__: [tmp, b]\n        - tmp/a", BOTH),
)
TEXTS = mutants(
    "rich",
    ("block-newline-stripped", "data: |\n", "data: |-\n", BOTH),
    ("block-newlines-kept-and-added", "data: |\n        line one", "data: |+\n\n        line one", BOTH),
    ("block-folded", "data: |\n", "data: >\n", BOTH),
    ("block-line-changed", "line two with 'quotes'", "line two with quotes", BOTH),
    ("block-indentation-lost", "          indented", "        indented", BOTH),
    ("environment-variable", "job_name: nightly", "job_name: $HOME", BOTH),
    ("environment-variable-in-braces", "job_name: nightly", "job_name: ${NIGHTLY}", BOTH),
    ("environment-variable-inside", "in/{{ params.name }}/", "in/$DAY/{{ params.name }}/", BOTH),
    ("environment-variable-in-a-key", "h: deep", "$h: deep", BOTH),
    ("comment-swallows", "job_name: nightly", "job_name: night #ly", BOTH),
)
RETRIES = mutants(
    "rich",
    ("retries-changed", "retries: 0", "retries: 1", BOTH),
    ("retries-as-text", "retries: 0", "retries: '0'", READ),
    ("retries-lost-to-default-args", line("retries: 0"), "", BOTH),
    ("retries-of-default-args-changed", "retries: 2", "retries: 3", BOTH),
    ("retries-of-default-args-lost", "    retries: 2\n", "", BOTH),
    ("delay-changed", "seconds: 90", "seconds: 9", BOTH),
    ("delay-unit-changed", "seconds: 90", "minutes: 90", BOTH),
    ("delay-lost", line("__type__: datetime.timedelta", 8) + line("minutes: 2", 8), "", BOTH),
    ("delay-null", "default_args:\n    retries: 2\n", "default_args:\n    retries: null\n", BOTH),
)
TIME = mutants(
    "rich",
    ("timeout-changed", TIMEDELTA + "minutes: 50", TIMEDELTA + "minutes: 5", BOTH),
    ("timeout-unit-changed", TIMEDELTA + "minutes: 50", TIMEDELTA + "seconds: 50", BOTH),
    (
        "timeout-lost",
        line("execution_timeout:") + line("__type__: datetime.timedelta", 8) + line("minutes: 50", 8),
        "",
        BOTH,
    ),
    # The service's default, but not what the source's object has.
    ("timeout-that-is-the-default-lost", LIMIT_OF_COPY, "", SEEN),
    ("timedelta-to-number", TIMEDELTA + "minutes: 50", "execution_timeout: 3000", REFUSED),
    (
        "type-swapped",
        "__type__: datetime.timedelta\n        minutes: 50",
        "__type__: builtins.dict\n        minutes: 50",
        REFUSED,
    ),
    (
        "type-unknown",
        "__type__: datetime.timedelta\n        minutes: 50",
        "__type__: timedelta\n        minutes: 50",
        REFUSED,
    ),
    ("schedule-changed", "30 4 * * 1-5", "30 4 * * 1-6", BOTH),
    ("schedule-to-preset", "schedule: 30 4 * * 1-5", "schedule: '@daily'", BOTH),
    ("schedule-to-null", "schedule: 30 4 * * 1-5", "schedule: null", BOTH),
    ("schedule-lost", "  schedule: 30 4 * * 1-5\n", "", BOTH),
    ("schedule-to-none-text", "schedule: 30 4 * * 1-5", "schedule: None", BOTH),
    ("schedule-to-rate", "schedule: 30 4 * * 1-5", "schedule: rate(1 day)", BOTH),
    ("schedule-to-eventbridge-cron", "schedule: 30 4 * * 1-5", "schedule: cron(30 4 ? * 2-6 *)", BOTH),
    ("schedule-with-six-fields", "schedule: 30 4 * * 1-5", "schedule: 30 4 * * 1-5 0", BOTH),
    ("schedule-to-timedelta", "30 4 * * 1-5", "{__type__: datetime.timedelta, days: 1}", BOTH),
    ("start-changed", "start_date: '2030-01-01'", "start_date: '2030-01-02'", BOTH),
    ("start-lost", "  start_date: '2030-01-01'\n", "", BOTH),
    ("start-relative", "start_date: '2030-01-01'", "start_date: 1 day", BOTH),
    ("end-changed", "2031-06-30T12:30:00", "2031-06-30T12:30:01", BOTH),
    ("end-lost", "  end_date: '2031-06-30T12:30:00'\n", "", BOTH),
    (
        "time-zone-added",
        "  start_date: '2030-01-01'\n",
        "  timezone: Europe/Berlin\n  start_date: '2030-01-01'\n",
        BOTH | STRAY,
    ),
)
CLASSES = mutants(
    "rich",
    ("class-changed", f"{S3}.S3ListOperator", f"{S3}.S3ListPrefixesOperator", BOTH | STRAY),
    ("class-short", BATCH, "BatchOperator", REFUSED),
    ("class-unknown", BATCH, f"{BATCH}s", REFUSED),
    ("class-lost", f"operator: {BATCH}\n      ", "", REFUSED),
    ("trigger-rule-changed", "trigger_rule: all_done", "trigger_rule: one_done", BOTH),
    ("trigger-rule-lost", line("trigger_rule: all_done"), "", BOTH),
    ("trigger-rule-unknown", "trigger_rule: all_done", "trigger_rule: all_finished", REFUSED),
)
DAG_LEVEL = mutants(
    "rich",
    ("description-changed", "Everything that", "All that", BOTH),
    ("description-lost", "  description: Everything that a definition can say\n", "", BOTH),
    ("param-retyped", "count: 3", "count: '3'", BOTH),
    ("param-changed", "count: 3", "count: 4", BOTH),
    ("param-lost", "    count: 3\n", "", BOTH),
    ("param-added", "    count: 3\n", "    count: 3\n    more: 1\n", BOTH),
    ("param-renamed", "    count: 3\n", "    number: 3\n", BOTH),
    ("param-unquoted", "name: '010'\n    flag", "name: 010\n    flag", BOTH),
    ("param-boolean-to-text", "flag: true", "flag: 'true'", BOTH),
    ("param-float-to-integer", "ratio: 0.5", "ratio: 1", BOTH),
    ("param-nested-retyped", "        - 1\n        - '1'", "        - 1\n        - 1", BOTH),
    ("param-nested-float", "        - 1.0\n", "        - 1\n", BOTH),
    ("param-null-to-text", "none: null", "none: 'null'", BOTH),
    ("param-to-schema", "count: 3", "count: {type: integer, default: 3}", BOTH),
    ("params-order", "    count: 3\n    name: '010'\n", "    name: '010'\n    count: 3\n", READ),
    ("root-renamed", "rich:\n", "poor:\n", {"DC701", "DC705", "DC707"}),
    ("root-default", "rich:\n", "default:\n", OTHER_DAGS),
    ("root-task-groups", "rich:\n", "task_groups:\n", OTHER_DAGS),
    ("root-unquoted-boolean", "rich:\n", "yes:\n", REFUSED),
    ("second-document", "rich:\n", "--- {}\n---\nrich:\n", REFUSED),
)
STRAYS = mutants(
    "rich",
    *(
        (f"ignored-{key}-of-the-dag", "  schedule: 30", f"  {key}: {value}\n  schedule: 30", {*found, "DC707"})
        for key, value, found in (
            ("catchup", "true", SEEN),
            ("tags", "[nightly]", set()),
            ("doc_md", "text", set()),
            ("max_active_runs", "1", SEEN),
            ("is_paused_upon_creation", "true", SEEN),
            ("dag_display_name", "Rich", SEEN),
            ("render_template_as_native_obj", "true", SEEN),
            ("dagrun_timeout", "{__type__: datetime.timedelta, hours: 1}", SEEN),
            ("user_defined_macros", "{}", set()),
            ("fail_fast", "true", set()),
            ("dag_id", "rich", set()),
            ("task_groups", "{}", set()),
            ("unheard_of", "1", set()),
        )
    ),
    *(
        (f"ignored-{key}-of-default-args", "  default_args:\n", f"  default_args:\n    {key}: {value}\n", set(found))
        for key, value, found in (
            ("owner", "somebody", {"DC704", "DC705"}),
            ("email", "a@example.com", {"DC704", "DC705"}),
            ("depends_on_past", "true", {"DC704", "DC705"}),
            ("trigger_rule", "all_done", BOTH),
            ("bucket", "other", {"DC704"}),
            ("unheard_of", "1", {"DC704"}),
        )
    ),
    *(
        (
            f"ignored-{key}-of-a-task",
            "      max_retries: 7\n",
            f"      max_retries: 7\n      {key}: {value}\n",
            set(found),
        )
        for key, value, found in (
            ("pool", "heavy", {"DC704", "DC705", "DC707"}),
            ("owner", "somebody", {"DC704", "DC705", "DC707"}),
            ("depends_on_past", "true", {"DC704", "DC705", "DC707"}),
            ("priority_weight", "1", STRAY),
            ("email_on_failure", "false", {"DC704", "DC705", "DC707"}),
            ("task_id", "batch", STRAY),
            ("task_group_name", "group", STRAY),
            ("variables_as_arguments", "[]", STRAY),
            ("unheard_of", "1", REFUSED),
        )
    ),
    ("key-moved-to-default-args", "    retries: 2\n", "    retries: 2\n    trigger_rule: none_failed\n", BOTH),
    ("second-dag", "rich:\n", "other: {schedule: null, start_date: '2030-01-01', tasks: {}}\nrich:\n", OTHER_DAGS),
    ("default-block", "rich:\n", "default: {default_args: {retries: 1}}\nrich:\n", STRAY),
    ("default-block-with-effect", "rich:\n", "default: {max_active_runs: 3}\nrich:\n", SEEN | STRAY),
    ("key-twice", "max_retries: 7\n", "max_retries: 8\n      max_retries: 7\n", STRAY),
    ("schedule-twice", "  schedule: 30", "  schedule: '@daily'\n  schedule: 30", STRAY),
)
TASKS = mutants(
    "rich",
    ("task-renamed-before-followers", "    invoke:\n", "    invokes:\n", REFUSED),
    ("task-id-unquoted-number", "    clean:\n", "    1:\n", REFUSED),
    ("task-renamed", "    clean:\n", "    cleaning:\n", {"DC701", "DC705", "DC707"}),
    (
        "task-added",
        "  tasks:\n",
        f"  tasks:\n    more: {{operator: {S3}.S3ListOperator, bucket: b}}\n",
        {"DC701", "DC705", "DC707"},
    ),
)
SPARSE = mutants(
    "sparse",
    # Airflow's default is the same, the service's is not (contract 7).
    ("retries-line-lost", line("retries: 0"), "", READ),
    ("retries-changed", "retries: 3", "retries: 2", BOTH),
    ("retries-above-limit", "retries: 3", "retries: 30", BOTH),
    ("retry-delay-added", line("retries: 3"), line("retries: 3") + line("retry_delay: 1"), BOTH | STRAY),
    ("rate-changed", "rate(90 minutes)", "rate(60 minutes)", READ),
    ("rate-unit-changed", "rate(90 minutes)", "rate(90 hours)", READ),
    ("rate-to-eventbridge-cron", "rate(90 minutes)", "cron(0/90 * * * ? *)", READ),
    ("rate-singular", "rate(90 minutes)", "rate(90 minute)", READ),
    ("rate-in-words-of-nobody", "rate(90 minutes)", "rate(ninety minutes)", READ),
    ("rate-to-cron", "rate(90 minutes)", "0 * * * *", BOTH),
    ("rate-to-null", "schedule: rate(90 minutes)", "schedule: null", READ),
    ("argument-lost", line("force_delete: true"), "", BOTH),
    ("start-of-day-lost", "2030-05-06T07:08:09", "2030-05-06", BOTH),
)


def block(text: str, task_id: str) -> str:
    """The lines of one task."""
    start = text.index(f"    {task_id}:\n")
    end = next(
        (i for i in range(start + 1, len(text)) if text.startswith("\n    ", i) and text[i + 5] != " "), len(text)
    )
    return text[start : end + 1]


def task_lost(text: str) -> str:
    return text.replace(block(text, "clean"), "")


def task_lost_from_the_middle(text: str) -> str:
    return text.replace(block(text, "start"), "").replace("dependencies: [start]", "dependencies: [copy, create]")


def task_copied(text: str) -> str:
    return text + block(text, "clean").replace("clean:", "cleaner:")


def task_written_twice(text: str) -> str:
    return text + block(text, "clean")


def names_swapped(text: str) -> str:
    return (
        text.replace("    copy:\n", "    ?:\n")
        .replace("    create:\n", "    copy:\n")
        .replace("    ?:\n", "    create:\n")
    )


def arguments_swapped(text: str) -> str:
    swapped = text.replace("source_bucket_name: 'on'", "source_bucket_name: '1:30'")
    return swapped.replace("dest_bucket_name: '1:30'", "dest_bucket_name: 'on'")


def start_moved_to_default_args(text: str) -> str:
    key = "start_date: '2030-01-01'\n"
    return text.replace(f"  {key}", "").replace("  default_args:\n", f"  default_args:\n    {key}")


def rule_moved_to_default_args(text: str) -> str:
    key = "trigger_rule: all_done\n"
    return text.replace(f"      {key}", "").replace("  default_args:\n", f"  default_args:\n    {key}")


def retries_moved_to_tasks(text: str) -> str:
    return text.replace("    retries: 2\n", "").replace("      mode:", "      retries: 2\n      mode:")


def tasks_as_list(text: str) -> str:
    head, _, tasks = text.partition("  tasks:\n")
    lines = [f"    - task_id: {line.strip()[:-1]}" if line[4:5] not in " " else line for line in tasks.splitlines()]
    return head + "  tasks:\n" + "\n".join(lines) + "\n"


COMPOUND = {
    task_lost: BOTH,
    task_lost_from_the_middle: BOTH,
    task_copied: BOTH | STRAY,
    task_written_twice: STRAY,
    names_swapped: BOTH | STRAY,
    arguments_swapped: BOTH,
    start_moved_to_default_args: BOTH,
    rule_moved_to_default_args: BOTH,
    retries_moved_to_tasks: BOTH,
    tasks_as_list: STRAY,
}


def damage(text: str, mutant: Mutant) -> str:
    assert text.count(mutant.old) == 1, (mutant.old, text.count(mutant.old))
    return text.replace(mutant.old, mutant.new)


def without_quotes(text: str, word: str) -> str:
    quoted = f"          - {word!r}\n"
    assert text.count(quoted) == 1, quoted
    return text.replace(quoted, f"          - {word}\n")


@pytest.fixture(scope="module", autouse=True)
def _reloaded(request: pytest.FixtureRequest, compile_dag: Callable) -> None:
    """The damaged texts of the selected tests, reloaded beside one another."""
    texts = []
    for item in request.session.items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if "mutant" in params:
            texts.append(damage(compile_dag(params["dag"]).text, params["mutant"]))
        elif "word" in params and item.path == request.path:
            texts.append(without_quotes(compile_dag("rich").text, params["word"]))
    compile_dag("rich").reload_all(texts)


@pytest.mark.parametrize(
    ("dag", "mutant"),
    [
        *(DEPENDENCIES),
        *(ARGUMENTS),
        *(NESTED),
        *(TEXTS),
        *(RETRIES),
        *(TIME),
        *(CLASSES),
        *(DAG_LEVEL),
        *(STRAYS),
        *(TASKS),
        *(SPARSE),
    ],
)
def test_damage_is_found(dag: str, mutant: Mutant, compile_dag: Callable) -> None:
    compiled = compile_dag(dag)
    found = compiled.judge(damage(compiled.text, mutant))
    assert {d.code for d in found} == mutant.found, [f"{d.code} {d.message}" for d in found]


@pytest.mark.parametrize("word", sorted(UNQUOTED))
def test_text_without_quotes_is_found(word: str, compile_dag: Callable) -> None:
    compiled = compile_dag("rich")
    found = compiled.judge(without_quotes(compiled.text, word))
    assert {d.code for d in found} == UNQUOTED[word], [f"{d.code} {d.message}" for d in found]


@pytest.mark.parametrize("change", COMPOUND, ids=lambda change: change.__name__)
def test_damage_in_several_places_is_found(change: Callable[[str], str], compile_dag: Callable) -> None:
    compiled = compile_dag("rich")
    text = change(compiled.text)
    assert text != compiled.text
    found = compiled.judge(text)
    assert {d.code for d in found} == COMPOUND[change], [f"{d.code} {d.message}" for d in found]


# What another text may say without meaning anything else to the engine: a proof that refused these would be too strict.
EQUIVALENT = (
    ("rich", "hours: 1\n", "minutes: 60\n"),
    ("rich", "job_name: nightly", 'job_name: "nightly"  # a comment'),
    ("rich", "dependencies: [copy, create]", "dependencies: [create, copy]"),
    ("rich", "seconds: 90\n", "seconds: 90.0\n"),
)


@pytest.mark.parametrize(("dag", "old", "new"), EQUIVALENT)
def test_other_words_for_the_same_are_proved(dag: str, old: str, new: str, compile_dag: Callable) -> None:
    compiled = compile_dag(dag)
    assert compiled.text.count(old) == 1
    assert compiled.judge(compiled.text.replace(old, new)) == []
