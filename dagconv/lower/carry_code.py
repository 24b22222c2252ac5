"""Decides which tasks keep their code in a code package: Python functions, TaskFlow and shell commands, as they are."""

from __future__ import annotations

from dagconv.lower.lowering import Fate, Lowering

STANDARD = "airflow.providers.standard."
PYTHON = STANDARD + "operators.python.PythonOperator"
TASKFLOW = STANDARD + "decorators.python._PythonDecoratedOperator"
BASH = STANDARD + "operators.bash.BashOperator"
CARRIED = frozenset({PYTHON, TASKFLOW, BASH})


def carry_code(lowering: Lowering) -> None:
    """Only where a package was asked for; a subclass is an operator of the user's own, and is not carried by this."""
    if lowering.code is None:
        return
    for task in lowering.workflow.tasks:
        if task.operator.path == task.operator.target and task.operator.path in CARRIED:
            lowering.fates[task.task_id] = Fate.CARRIED
