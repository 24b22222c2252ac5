"""Classes that come with the code package: own ones, and those of other provider packages."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from dagconv.check.rules.operator.unknown import is_meant_for_amazon
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC363",
    slug="operator-needs-code",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The operator or its callable has to come with the code package.",
    message="'{operator}' needs the workflow's Code: {reason}",
    help=(
        "create the workflow with a Code package that holds it, for Python 3.12 on Linux x86_64 "
        "with 1 vCPU and 3 GiB{network}"
    ),
    why=(
        "Own operators, classes of packages that are not pre-installed and the functions of "
        "PythonOperator run only from the code package given with the workflow. A definition cannot "
        "show whether it is there."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    load:\n"
        "      operator: airflow.providers.snowflake.operators.snowflake.SnowflakeOperator\n"
        "      sql: select 1\n"
    ),
    fix="Build the code package and give it as Code when the workflow is created.",
    source=(ContractRule(8), ContractRule(46), ContractRule(51), ContractRule(52), Section("3.1"), Section("3.3")),
)

MALFORMED = Rule(
    code="DC364",
    slug="operator-path-malformed",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The operator is no dotted path of a class that could be an operator.",
    message="'{operator}' cannot be the path of an operator{reason}",
    help="write module and class joined by dots, such as my_package.operators.MyOperator",
    why=(
        "The loader imports everything before the last dot as a module; names with other characters never import, and "
        "a module of Python's own library is found before one of the code package and holds no operator."
    ),
    example=('my_dag:\n  tasks:\n    load: {operator: "my_package/operators.py:MyOperator"}\n'),
    fix="Write module and class joined by dots.",
    source=(ContractRule(3), Section("1.2")),
)


_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_NETWORK = "; the tasks reach the internet only with a NetworkConfiguration"


def check_needs_code(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    operator = task.operator
    if not operator or "." not in operator:
        return
    place = task.class_place
    if not _PATH.fullmatch(operator):
        yield subject.at(MALFORMED, place, task, "operator", operator=operator, reason="")
    elif operator.partition(".")[0] in sys.stdlib_module_names:
        reason = ": it lies in Python's own library"
        yield subject.at(MALFORMED, place, task, "operator", operator=operator, reason=reason)
    elif task.known is not None:
        if task.known.needs_code and "python_callable" in task.known.parameters:
            reason = "its function is imported from there"
            yield subject.at(RULE, place, task, "operator", operator=operator, reason=reason, network="")
    elif operator.startswith("airflow.providers."):
        if not operator.startswith(
            ("airflow.providers.amazon.", "airflow.providers.standard.", "airflow.providers.aws.")
        ):
            reason = "its provider package is not pre-installed"
            yield subject.at(RULE, place, task, "operator", operator=operator, reason=reason, network=_NETWORK)
    elif not operator.startswith("airflow.") and not is_meant_for_amazon(subject, operator):
        # A class may be named like that, so it is for the reader to judge.
        doubt = ", though it is named like a function or module" if operator.rpartition(".")[2].islower() else ""
        reason = f"it is an own class{doubt}"
        yield subject.at(RULE, place, task, "operator", operator=operator, reason=reason, network="")
