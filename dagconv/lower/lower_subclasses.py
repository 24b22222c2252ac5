"""Replaces the user's own operator classes by the provider's class below them where they only preset arguments."""

from __future__ import annotations

from dataclasses import replace

from dagconv.diagnostics import ContractRule, Effect, Means, Remedy, Rule, Section, Severity
from dagconv.ir.task import COSMETIC, MISSING, Residue, Task
from dagconv.lower.lowering import Lowering

_BASE_OPERATORS = (".BaseOperator", ".BaseSensorOperator")

SUBCLASS = Rule(
    code="DC320",
    slug="subclass-with-presets",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A task uses a class of your own that adds no behaviour to a provider's class.",
    message="{value} only presets arguments of {target}; that class is written, with the arguments it was given",
    help="no step is needed",
    why="The service cannot import your class. What it passes on to the class below it says the same.",
    example="class Listing(S3ListOperator):\n    def __init__(self, **kw): super().__init__(bucket='b', **kw)",
    fix="Nothing to do.",
    source=(ContractRule(4),),
)
SUBCLASS_WITH_BEHAVIOUR = Rule(
    code="DC321",
    slug="subclass-with-behaviour",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task uses a class of your own that changes what a provider's class does.",
    message="{value} overrides {members} of {target}: that code has no form in a definition",
    help="carry the class with --code-package, or move what it adds to {target} into a task of its own",
    why="The service cannot import your class, and the class below it would act differently.",
    example="class Quiet(S3ListOperator):\n    def execute(self, context): ...",
    fix="dag-converter convert etl.py --code-package --accept packaged-operators",
    source=(ContractRule(4), ContractRule(8), ContractRule(53), Section("3.1")),
    remedy=Remedy(Means.CODE),
)
OWN_OPERATOR = Rule(
    code="DC322",
    slug="own-operator",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task uses an operator of your own.",
    message="{value} is an operator of your own: its code has no form in a definition",
    help="carry it with --code-package, or call the AWS service with its own operator",
    why="Own operators run on the service only from a code package beside the definition.",
    example="class Load(BaseOperator):\n    def execute(self, context): ...",
    fix="dag-converter convert etl.py --code-package --accept packaged-operators",
    source=(ContractRule(4), ContractRule(8), Section("3.1")),
    remedy=Remedy(Means.CODE),
)
CHANGED_AFTERWARDS = Rule(
    code="DC347",
    slug="task-changed-after-construction",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An attribute of a task was changed after the task was made, and no argument says that.",
    message="attribute {value} of the task was set after it was made; no argument of its class says the same",
    help="give the operator the value as an argument, or remove the assignment",
    why="A definition consists of arguments. An attribute that none of them sets would be lost.",
    example="op = S3ListOperator(task_id='list', bucket='b')\nop.execute = my_function",
    fix="Say what the assignment does with an argument.",
    source=(Section("1.2"),),
)
UNREAD = Rule(
    code="DC395",
    slug="attribute-that-nothing-reads",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="An attribute was set on a task that its class knows nothing of.",
    message="attribute {value} of the task is dropped: nothing in its class reads it",
    help="no step is needed",
    why="A definition consists of arguments. What no code of the operator's class names changes no run.",
    example="op = S3ListOperator(task_id='list', bucket='b')\nop.team = 'data'",
    fix="Nothing to do, or remove the assignment.",
    source=(Section("1.2"),),
)


def lower_subclasses(lowering: Lowering) -> None:
    lowering.map_tasks(lambda task: _lower_class(lowering, task))


def _lower_class(lowering: Lowering, task: Task) -> Task:
    operator = task.operator
    name, target = operator.path.rpartition(".")[2], operator.target.rpartition(".")[2]
    members = () if operator.file else operator.behaviour
    if operator.target.endswith(_BASE_OPERATORS) and operator.path != operator.target:
        lowering.report(OWN_OPERATOR, task.task_id, value=name)
        return task
    if members:
        lowering.report(SUBCLASS_WITH_BEHAVIOUR, task.task_id, value=name, target=target, members=", ".join(members))
        return task
    # What a package carries may read anything of a task.
    dropped = () if lowering.options.code_package else tuple(one for one in task.residues if one.own)
    for residue in task.residues:
        if residue not in dropped and residue.attribute not in COSMETIC:
            lowering.report(CHANGED_AFTERWARDS, task.task_id, value=residue.attribute)
    if operator.path == operator.target:
        return _without(lowering, task, dropped, UNREAD)
    lowering.report(SUBCLASS, task.task_id, value=name, target=target)
    lowering.declare(SUBCLASS, task.task_id, "operator", operator.path, operator.target)
    task = replace(task, operator=replace(operator, path=operator.target, overrides=()))
    return _without(lowering, task, dropped, SUBCLASS)


def _without(lowering: Lowering, task: Task, dropped: tuple[Residue, ...], rule: Rule) -> Task:
    for residue in dropped:
        if rule is UNREAD:
            lowering.report(UNREAD, task.task_id, value=residue.attribute)
        lowering.declare(rule, task.task_id, f"residue:{residue.attribute}", residue.after, MISSING)
    return replace(task, residues=tuple(residue for residue in task.residues if residue not in dropped))
