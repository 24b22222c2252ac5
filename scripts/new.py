"""Writes the skeleton of a new thing, with its fixture and the next free code where it has them.

python scripts/new.py rule schedule/too-often   a check of definitions, in the folder of a topic
python scripts/new.py pass drop_badges          a lowering pass
python scripts/new.py action tag_role           a step of a migration
python scripts/new.py format asciidoc           a form of output
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dagconv.rules import RETIRED, catalogue

ROOT = Path(__file__).resolve().parents[1]
# Where the codes of a topic begin (house rules: the first digit says what a finding is about).
FIRST_CODES = {"dag": 250, "schedule": 450, "value": 450, "jinja": 450, "text": 600, "time": 620}
TASK_CODES = 350
PASS_CODES = 300
FORMAT_TEXT = '''\
"""Findings as {name}: for whom, and where that form is described."""

from __future__ import annotations

from dagconv.diagnostics.render import RenderOptions, ordered, place
from dagconv.diagnostics.report import Report


def render(report: Report, options: RenderOptions) -> str:
    lines = [f"{{place(file, found)}} {{found.code}} {{found.message}}\\n" for file, found in ordered(report)]
    return "".join([f"dagconv {{options.version}}\\n", *lines])
'''

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
from dagconv.deploy.steps.step import Action, Done, OfWorkflow, Outcome, Place, StepKey, Undoing, Undone


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

    def undo(self, world: World, outcome: {noun}Done, undoing: Undoing) -> Undone:
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


def new_rule(name: str, root: Path) -> list[Path]:
    topic, _, rest = name.partition("/")
    slug = rest if rest.startswith(f"{topic}-") else f"{topic}-{rest}"
    module = slug.removeprefix(f"{topic}-").replace("-", "_")
    rule = RULE_CONSTANT.format(constant="RULE", code=free_code(FIRST_CODES.get(topic, TASK_CODES)), slug=slug)
    text = CHECK_TEXT.format(title=slug.replace("-", " ").capitalize(), rule=rule, function=module)
    fixture = root / "fixtures" / "check" / slug
    files = {root / "dagconv" / "check" / "rules" / topic / f"{module}.py": text}
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


def new_format(name: str, root: Path) -> list[Path]:
    return _write({root / "dagconv" / "diagnostics" / "render" / f"{name}.py": FORMAT_TEXT.format(name=name)})


@dataclass(frozen=True, slots=True)
class Kind:
    """How a thing is called, what writes it, and where its line goes."""

    pattern: str
    called: str
    make: Callable[[str, Path], list[Path]]
    line: str


KINDS = {
    "rule": Kind(
        r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*",
        "TOPIC/SLUG: a folder of dagconv/check/rules, and the pattern found as words joined by hyphens",
        new_rule,
        "a line in dagconv/check/rules/__init__.py",
    ),
    "pass": Kind(
        r"(carry|drop|escape|fold|lower|refuse|settle|shift|unroll)_[a-z]+(_[a-z]+)*",
        "VERB_NOUN, such as drop_badges",
        new_pass,
        "a line in dagconv/lower/passes.py that says why it stands there",
    ),
    "action": Kind(
        r"[a-z]+(_[a-z]+)+",
        "VERB_NOUN, such as tag_role",
        new_action,
        "a line in dagconv/migrate/steps/__init__.py",
    ),
    "format": Kind(
        r"[a-z]+",
        "one word, such as asciidoc",
        new_format,
        "its name in FORMATS of dagconv/diagnostics/render/__init__.py",
    ),
}


def _write(files: dict[Path, str]) -> list[Path]:
    taken = [str(path) for path in files if path.exists()]
    if taken:
        raise SystemExit(f"exists already: {', '.join(taken)}")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(files)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("name")
    asked = parser.parse_args(arguments)
    kind = KINDS[asked.kind]
    if not re.fullmatch(kind.pattern, asked.name):
        parser.error(f"a {asked.kind} is called {kind.called}")
    for path in kind.make(asked.name, root):
        print(path.relative_to(root))
    print(f"Still to do: what it says and does, its fixture or test, {kind.line}.")


if __name__ == "__main__":
    main()
