"""BashOperator commands that run a script of the code package, or reach for the network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.check.node import text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

SCRIPT = Rule(
    code="DC373",
    slug="bash-script",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The command runs a script, which has to come with the code package.",
    message="bash_command runs the script '{found}', which has to be in the code package",
    help="put it at that path in the package, with the executable bit set",
    why=("The command starts in the folder where the code package is unpacked; nothing else ships files."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    clean:\n"
        "      operator: airflow.providers.standard.operators.bash.BashOperator\n"
        "      bash_command: ./clean.sh\n"
    ),
    fix="Put the script into the code package, executable.",
    source=(ContractRule(50), Section("3.2")),
)

NETWORK = Rule(
    code="DC374",
    slug="bash-needs-network",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The command seems to reach the internet, which workers do not by default.",
    message="bash_command uses '{found}', which needs a way to the internet",
    help="give the workflow a NetworkConfiguration whose VPC has a way out",
    why="Without a NetworkConfiguration tasks reach AWS services only.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    fetch:\n"
        "      operator: airflow.providers.standard.operators.bash.BashOperator\n"
        "      bash_command: curl https://example.com\n"
    ),
    fix="Create the workflow with a NetworkConfiguration, or fetch through an AWS service.",
    source=(ContractRule(51), Section("3.3")),
)


# A script below the folder in which commands start.
SCRIPT_PATH = re.compile(r"(?:^|[\s;&|])((?:\./|/usr/local/airflow/dags/)[\w./-]+\.(?:sh|bash|py))\b")
_NETWORK = re.compile(r"\b(curl|wget|pip3? install|git clone|npm install)\b")


def check_bash_script(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    node = task.argument("bash_command")
    text = text_of(node)
    if node is None or text is None or task.known is None or "bash_command" not in task.known.parameters:
        return
    if script := SCRIPT_PATH.search(text):
        yield subject.at(SCRIPT, node, task, "bash_command", found=script.group(1))
    if network := _NETWORK.search(text):
        yield subject.at(NETWORK, node, task, "bash_command", found=network.group(1))
