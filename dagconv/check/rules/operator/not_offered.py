"""Classes that come with Airflow itself and that the service does not offer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.catalog.operators import Status
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC362",
    slug="operator-not-offered",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A class of Airflow itself that the service does not offer.",
    message="'{operator}' is not offered by the service",
    help="{advice}",
    why=(
        "Of the operators that come with Airflow the service lists PythonOperator, BashOperator and "
        "EmptyOperator. Branching, short circuits, sensors with a callable, sub-DAGs and triggers of "
        "other DAGs are not supported."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    choose:\n"
        "      operator: airflow.providers.standard.operators.python.BranchPythonOperator\n"
        "      python_callable: mod.choose\n"
    ),
    fix=("Use an own operator from the code package, an AWS service (Lambda, Step Functions), or trigger rules."),
    source=(ContractRule(4), ContractRule(53), Section("2"), Section("3.6")),
)


# What comes with Airflow; other provider packages can be brought along in the code package.
_OWN = re.compile(r"airflow\.(?!providers\.(?!standard\.)|contrib\.)")
_ADVICE = (
    ("Branch", "decide inside of an AWS service (AWS Step Functions, AWS Lambda), or write an own operator"),
    ("ShortCircuit", "let the task fail and use trigger rules, or write an own operator for the code package"),
    ("PythonSensor", "write an own sensor class for the code package"),
    ("TriggerDagRun", "start the other workflow with MwaaServerlessStartWorkflowRunOperator"),
    ("SubDag", "write the tasks of the sub-DAG into this DAG"),
    ("Dummy", "write airflow.providers.standard.operators.empty.EmptyOperator"),
    ("Virtualenv", "put the packages into the code package and use PythonOperator"),
    ("ExternalPython", "put the packages into the code package and use PythonOperator"),
)


def check_not_offered(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    operator = task.operator
    offered = task.known is not None and task.known.status is not Status.UNLISTED
    if not operator or offered or not _OWN.match(operator):
        return
    name = operator.rpartition(".")[2]
    advice = next((text for part, text in _ADVICE if part in name), "write an own operator for the code package")
    place = task.class_place
    yield subject.at(RULE, place, task, "operator", operator=operator, advice=advice)
