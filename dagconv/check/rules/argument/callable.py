"""Arguments that take a function, which a definition cannot give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.check.node import is_null, kind_of, kind_words, text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC371",
    slug="callable-argument",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The argument takes a function, which a definition cannot give.",
    message="'{key}' of {operator} takes a function; text stays text in a definition",
    help="remove it, or write an own operator for the code package that sets it",
    why=(
        "The loader turns text into a function for python_callable only. Any other such argument would "
        "hold the text and fail when it is called."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    wait:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor\n"
        "      bucket_key: s3://b/k\n"
        "      check_fn: mod.check\n"
    ),
    fix="Remove the argument, or write an own operator.",
    source=(ContractRule(53), Section("3.6")),
)

PYTHON_CALLABLE = Rule(
    code="DC372",
    slug="python-callable-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="python_callable is not of the form module.function.",
    message="python_callable {found}",
    help="write module.function, the module standing at the root of the code package",
    why=(
        "The loader imports the part before the last dot as a module and takes the function from it. A "
        "bare name, a file path and a function inside of a class never resolve."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    clean:\n"
        "      operator: airflow.providers.standard.operators.python.PythonOperator\n"
        "      python_callable: clean\n"
    ),
    fix=("Put the function at the top level of a module of the code package and write module.function."),
    source=(ContractRule(46), Section("3.1")),
)


_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


def check_callable(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    for known, entry, parameter in task.known_arguments():
        name = entry.key.text
        if name in subject.service.ignored_task_keys:
            continue
        if name == "python_callable":
            text = text_of(entry.value)
            if text is None:
                found = f"is {kind_words(kind_of(entry.value))}"
            elif not _FUNCTION.fullmatch(text):
                found = f"'{text}' is not of the form module.function"
            else:
                continue
            yield subject.at(PYTHON_CALLABLE, entry.value, task, name, found=found)
        elif set(parameter.types) - {"null"} == {"callable"} and not is_null(entry.value):
            yield subject.at(RULE, entry, task, name, operator=known.name)
