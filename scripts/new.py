"""Writes the skeleton of a new check rule or lowering pass, with its fixture and the next free code, or of a step.

python scripts/new.py rule schedule schedule-too-often
python scripts/new.py pass drop_badges
python scripts/new.py action tag_role
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from dagconv.rules import RETIRED, catalogue

ROOT = Path(__file__).resolve().parents[1]
# Where the codes of a topic begin (house rules: the first digit says what a finding is about).
FIRST_CODES = {"dag": 250, "schedule": 450, "value": 450, "jinja": 450, "text": 600, "time": 620}
TASK_CODES = 350
PASS_CODES = 300
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
VERB_NOUN = re.compile(r"(lower|drop|refuse|unroll|settle)_[a-z]+(_[a-z]+)*")

RULE_CONSTANT = """\
{constant} = Rule(
    code="{code}",
    slug="{slug}",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="What was found, for somebody who never saw it.",
    message="what was found with its value {{found}}, the limit, what dagconv did",
    help="the next step",
    why="Why the service, or its engine, does not take it.",
    example="the smallest thing in which it fires",
    fix="The same, put right.",
    source=(Section("1.2"),),
)
"""
CHECK_TEXT = '''\
"""{title}, as a definition can show it."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import shown
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import Diagnostic, Effect, Rule, Section, Severity

{rule}

def check_{function}(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    node = task.argument("some_argument")
    if node is not None:
        yield subject.at(RULE, node, task, "some_argument", found=shown(node))
'''
LOWERING_TEXT = '''\
"""{title}: what the source says, what a definition says instead, and why (contract N.N)."""

from __future__ import annotations

from dagconv.diagnostics import Effect, Rule, Section, Severity
from dagconv.lower.lowering import Lowering

{rule}

def {function}(lowering: Lowering) -> None:
    """What it changes; a workflow without it stays as it is."""
    for task in lowering.workflow.tasks:
        if task.argument("some_argument") is not None:
            lowering.report(RULE, task.task_id, "some_argument", found="its value")
'''
DEFINITION = """\
my_dag:
  tasks:
    list_objects:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: amzn-s3-demo-bucket
"""
SOURCE = '''\
"""The smallest DAG in which the pass has something to do."""

from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
from airflow.sdk import DAG

with DAG("{case}", schedule=None):
    S3ListOperator(task_id="list_objects", bucket="amzn-s3-demo-bucket")
'''


ACTION_TEXT = '''\
"""{title}: what it changes in the world, and why a migration needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import World
from dagconv.deploy.steps.step import Action, Done, OfWorkflow, Outcome, Place, StepKey


@dataclass(frozen=True, slots=True)
class {noun}Done(Outcome):
    """What the step has led to, as taking it back needs it."""

    arn: str


@dataclass(frozen=True, slots=True)
class {noun}(OfWorkflow[{noun}Done]):
    """What was there before and what is wanted: all that finding and undoing need."""

    yields: ClassVar[type[Outcome]] = {noun}Done
    kind: ClassVar[str] = "{kind}"
    place: ClassVar[Place] = Place.WORKFLOW
    arn: str

    def find(self, world: World) -> {noun}Done | None:
        raise NotImplementedError

    def undo(self, world: World, outcome: {noun}Done, known: set[str]) -> str:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class {noun}Action(Action[{noun}, {noun}Done]):
    name: str
    dag_id: str
    arn: str

    @property
    def key(self) -> StepKey:
        return StepKey({noun}.kind, self.name)

    def prepare(self, world: World, done: Done) -> {noun}:
        return {noun}(self.name, self.dag_id, self.arn)

    def apply(self, world: World, step: {noun}, done: Done) -> {noun}Done:
        raise NotImplementedError
'''


def free_code(first: int) -> str:
    """The next code from `first` on that no rule has or had."""
    used = (
        {rule.code for rule in catalogue()}
        | set(RETIRED)
        | set(re.findall(r"\bDC\d{3}\b", (ROOT / "CHANGELOG.md").read_text()))
    )
    return next(code for code in (f"DC{number}" for number in range(first, 1000)) if code not in used)


def new_rule(topic: str, slug: str, root: Path) -> list[Path]:
    module = slug.removeprefix(f"{topic}-").replace("-", "_")
    rule = RULE_CONSTANT.format(constant="RULE", code=free_code(FIRST_CODES.get(topic, TASK_CODES)), slug=slug)
    title = slug.replace("-", " ").capitalize()
    files = {root / "dagconv" / "check" / "rules" / topic / f"{module}.py": CHECK_TEXT.format(
        title=title, rule=rule, function=module
    )}  # fmt: skip
    fixture = root / "fixtures" / "check" / slug
    return _write({**files, fixture / "fires.yaml": DEFINITION, fixture / "silent.yaml": DEFINITION})


def new_pass(name: str, root: Path) -> list[Path]:
    rule = RULE_CONSTANT.format(constant="RULE", code=free_code(PASS_CODES), slug=name.replace("_", "-"))
    title = name.replace("_", " ").capitalize()
    text = LOWERING_TEXT.format(title=title, rule=rule, function=name)
    case = root / "fixtures" / "losses" / name.partition("_")[2] / "dag.py"
    return _write({root / "dagconv" / "lower" / f"{name}.py": text, case: SOURCE.format(case=case.parent.name)})


def new_action(name: str, root: Path) -> list[Path]:
    words = name.split("_")
    text = ACTION_TEXT.format(
        title=" ".join(words).capitalize(), noun="".join(map(str.title, words)), kind="-".join(words)
    )
    return _write({root / "dagconv" / "migrate" / "steps" / f"{name}.py": text})


def _write(files: dict[Path, str]) -> list[Path]:
    taken = [str(path) for path in files if path.exists()]
    if taken:
        raise SystemExit(f"exists already: {', '.join(taken)}")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(files)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> None:
    parser = argparse.ArgumentParser(description="Write the skeleton of a rule, pass or action.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    rule = kinds.add_parser("rule", help="a check of definitions")
    rule.add_argument("topic", help="folder under dagconv/check/rules/")
    rule.add_argument("slug", help="the pattern found, such as retries-above-limit")
    step = kinds.add_parser("pass", help="a lowering pass")
    step.add_argument("name", help="<verb>_<noun>, such as drop_badges")
    action = kinds.add_parser("action", help="a step of a migration")
    action.add_argument("name", help="<verb>_<noun>, such as tag_role")
    asked = parser.parse_args(arguments)
    if asked.kind == "rule":
        if not SLUG.fullmatch(asked.slug):
            parser.error("a slug names the pattern found: lower-case words joined by hyphens")
        made, line = new_rule(asked.topic, asked.slug, root), "a line in dagconv/check/rules/__init__.py"
    elif asked.kind == "action":
        if not re.fullmatch(r"[a-z]+(_[a-z]+)+", asked.name):
            parser.error("an action is called <verb>_<noun>")
        made, line = new_action(asked.name, root), "a line in dagconv/migrate/steps/__init__.py"
    else:
        if not VERB_NOUN.fullmatch(asked.name):
            parser.error("a pass is called <verb>_<noun>")
        made, line = new_pass(asked.name, root), "a line in dagconv/lower/passes.py that says why it stands there"
    for path in made:
        print(path.relative_to(root))
    print(f"Still to do: the texts, the fixture, {line}.")


if __name__ == "__main__":
    main()
