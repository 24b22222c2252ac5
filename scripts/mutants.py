"""Damages the passes that rewrite texts, one place at a time, and asks the rendering witness alone: `make mutants`.

A mutant is a module's syntax tree with one constant, comparison, sign, pair of arguments or call changed. It lowers the
DAGs of scripts/mutants_dags.py. Where it writes texts that the undamaged passes do not write, nothing but the
comparison of what both sides render to looks at them. Prints what became of each kind, and each survivor.
"""

from __future__ import annotations

import argparse
import ast
import collections
import copy
import datetime
import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagconv.emit.document import emit_document
from dagconv.emit.writer import write_yaml
from dagconv.ir import codec
from dagconv.ir.change import Change, Divergence
from dagconv.ir.rendering import Pair, Rendered, Rendering, RenderPlan, Runs
from dagconv.ir.task import Task
from dagconv.ir.workflow import Workflow
from dagconv.load.process import Worker
from dagconv.load.reload import reload_definition
from dagconv.load.source import load_source, render_source
from dagconv.lower.lowering import Lowering, Options
from dagconv.lower.passes import lower
from dagconv.prove.occasions import occasions
from dagconv.prove.rendering import Told, prove_rendering
from dagconv.wire.limits import Limits

ROOT = Path(__file__).parent.parent
DAGS = Path(__file__).with_name("mutants_dags.py")
SURVIVORS = Path(__file__).with_name("mutants_survivors.json")
MODULES = (
    *("dagconv/lower/fold_macros.py", "dagconv/lower/shift_intervals.py", "dagconv/lower/lower_templates.py"),
    *("dagconv/lower/unroll_mapping.py", "dagconv/lower/follow_instances.py", "dagconv/lower/escape_dollars.py"),
    *("dagconv/language/jinja.py", "dagconv/language/shift.py"),
)
NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
LIMITS = Limits(timeout=120)
# Calls that tell the user something and change no text.
_TELLING = frozenset({"report", "report_argument", "Rule"})
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """`number` counts the places of its kind in the module's tree."""

    module: str
    kind: str
    number: int
    place: str

    @property
    def name(self) -> str:
        return f"{self.place} {self.kind}"


def places(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Kind and node of everything that can be damaged, outside of annotations, docstrings and what is only told."""
    skipped = {id(inner) for node in ast.walk(tree) if _is_telling(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        for annotated in (getattr(node, name, None) for name in ("annotation", "returns")):
            skipped |= {id(inner) for inner in ast.walk(annotated)} if isinstance(annotated, ast.AST) else set()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {
                id(part) for part in node.values if isinstance(part, ast.Constant) and not str(part.value).strip()
            }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        match node:
            case ast.Constant(value=bool() | int() | str()):
                yield "constant", node
            case ast.Compare():
                yield "comparison", node
            case ast.BinOp(op=ast.Add() | ast.Sub()) | ast.UnaryOp(op=ast.USub() | ast.Not()):
                yield "sign", node
            case ast.BoolOp():
                yield "and-or", node
            case ast.Call(args=[_, _, *_]):
                yield "arguments", node
            case ast.Call(args=[_]):
                yield "call", node
            case _:
                pass


def _is_telling(node: ast.AST) -> bool:
    name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
    return isinstance(node, ast.Call) and name in _TELLING


def damage(tree: ast.Module, mutant: Mutant) -> ast.Module:
    tree = copy.deepcopy(tree)
    found = [node for kind, node in places(tree) if kind == mutant.kind][mutant.number]
    match found:
        case ast.Constant(value=bool() as value):
            found.value = not value
        case ast.Constant(value=int() as value):
            found.value = value + 1
        case ast.Constant(value=str() as text):
            found.value = text + "x" if text else "x"
        case ast.Compare(ops=[op, *_]):
            found.ops[0] = _OPPOSITE[type(op)]()
        case ast.BinOp(op=op):
            found.op = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
        case ast.UnaryOp(operand=operand):
            _become(tree, found, operand)
        case ast.BoolOp(op=op):
            found.op = ast.Or() if isinstance(op, ast.And) else ast.And()
        case ast.Call(args=[first, second, *_]):
            found.args[:2] = [second, first]
        case ast.Call(args=[only]):
            _become(tree, found, only)
    return ast.fix_missing_locations(tree)


def _become(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
            elif isinstance(value, list) and any(item is old for item in value):
                setattr(node, name, [new if item is old else item for item in value])


def mutants_of(module: str) -> list[Mutant]:
    counts: collections.Counter[str] = collections.Counter()
    found = []
    for kind, node in places(ast.parse((ROOT / module).read_text())):
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        found.append(Mutant(module, kind, counts[kind], f"{module}:{line}:{column}"))
        counts[kind] += 1
    return found


@dataclass(frozen=True)
class Lowered:
    """What passes made of one DAG."""

    refused: bool
    workflow: Workflow
    changes: tuple[Change, ...]
    divergences: tuple[Divergence, ...]
    runs: Runs


def lower_all(workflows: Sequence[Workflow], run: Any = lower, cls: Any = Lowering) -> list[Lowered]:
    found = []
    for workflow in workflows:
        lowering = cls(workflow, Options(now=NOW))
        run(lowering)
        told = tuple(lowering.changes), tuple(lowering.divergences)
        found.append(Lowered(lowering.refused, lowering.workflow, *told, lowering.runs))
    return found


def lower_damaged(mutant: Mutant, workflows: Sequence[Workflow]) -> list[Lowered] | str:
    """In a process of its own, whose modules are the damaged ones; text where they cannot even run."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            answer = json.dumps([codec.encode(made) for made in _lower_in_child(mutant, workflows)])
        except BaseException as error:  # noqa: BLE001  # whatever the damage leads to
            answer = json.dumps(f"{type(error).__name__}: {error}"[:200])
        with os.fdopen(write, "w") as stream:
            stream.write(answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        data = json.loads(stream.read() or '"it hung or died"')
    os.waitpid(pid, 0)
    try:
        return data if isinstance(data, str) else [codec.decode(Lowered, entry) for entry in data]
    except codec.DecodeError as error:  # what it declares is no value
        return str(error)


def _lower_in_child(mutant: Mutant, workflows: Sequence[Workflow]) -> list[Lowered]:
    import signal

    signal.alarm(20)
    for name in [name for name in sys.modules if name.startswith(("dagconv.lower", "dagconv.language"))]:
        del sys.modules[name]
    name = mutant.module.removesuffix(".py").replace("/", ".")
    code = compile(damage(ast.parse((ROOT / mutant.module).read_text()), mutant), mutant.module, "exec")
    _Damaged.code = {name: code}
    sys.meta_path.insert(0, _Damaged())
    passes = importlib.import_module("dagconv.lower.passes")
    lowering = importlib.import_module("dagconv.lower.lowering")
    return lower_all(
        workflows, passes.lower, lambda workflow, _: lowering.Lowering(workflow, lowering.Options(now=NOW))
    )


class _Damaged:
    code: dict[str, Any] = {}

    def find_spec(self, name: str, *_: object) -> Any:
        if name not in self.code:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, origin=name)  # type: ignore[arg-type]

    def create_module(self, _: object) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(self.code[module.__name__], vars(module))  # noqa: S102  # our own module, damaged


class Witness:
    """Renders sources once, and each way in which a task is written once, whichever mutant wrote it."""

    def __init__(self, worker: Worker, only: Sequence[str] = ()) -> None:
        self.worker = worker
        loaded = load_source(worker, DAGS, DAGS.parent, LIMITS, NOW)
        self.sources = [dag.workflow for dag in loaded.dags if not only or dag.workflow.dag_id in only]
        self.right = lower_all(self.sources)
        refused = [made.workflow.dag_id for made in self.right if made.refused]
        assert not refused, f"not lowered: {refused}"
        self.plans = [_plan(made) for made in self.right]
        self.rendered = [render_source(worker, DAGS, DAGS.parent, LIMITS, NOW, plan).rendering for plan in self.plans]
        self.written: dict[tuple[int, str], tuple[Rendered, ...]] = {}

    def render(self, made: Sequence[tuple[int, Workflow]]) -> None:
        """Each way of writing a task that was not rendered yet; as many at a time as a DAG has tasks."""
        for at in range(len(self.sources)):
            waiting: dict[str, dict[str, Task]] = {}
            for workflow in (workflow for number, workflow in made if number == at):
                for task in workflow.tasks:
                    if (at, _key(task)) not in self.written:
                        waiting.setdefault(task.task_id, {})[_key(task)] = task
            while any(waiting.values()):
                chosen = {task_id: ways.pop(next(iter(ways))) for task_id, ways in waiting.items() if ways}
                self._render_round(at, chosen)

    def _render_round(self, at: int, chosen: dict[str, Task]) -> None:
        base = self.right[at].workflow
        tasks = tuple(chosen.get(task.task_id, task) for task in base.tasks)
        text = write_yaml(emit_document(base.with_tasks(tasks)))
        back = reload_definition(self.worker, text, "mutant.yaml", LIMITS, plan=self.plans[at])
        if back.rendering is None:  # one of them cannot be loaded at all
            for task_id, task in chosen.items():
                if len(chosen) == 1:
                    self.written[at, _key(task)] = ()
                else:
                    self._render_round(at, {task_id: task})
            return
        for task in chosen.values():
            found = tuple(field for field in back.rendering.fields if field.task_id == task.task_id)
            self.written[at, _key(task)] = found

    def catches(self, made: Sequence[Lowered]) -> bool:
        """A task that the engine cannot even load renders to nothing."""
        tasks = (
            (at, task) for at, lowered in enumerate(made) if not lowered.refused for task in lowered.workflow.tasks
        )
        if any(self.written.get((at, _key(task))) == () for at, task in tasks):
            return True
        return any(self._findings(at, lowered) for at, lowered in enumerate(made) if not lowered.refused)

    def _findings(self, at: int, made: Lowered) -> Sequence[object]:
        fields = [field for task in made.workflow.tasks for field in self.written.get((at, _key(task)), ())]
        told = Told(made.changes, made.divergences)
        return prove_rendering(self.sources[at], self.plans[at], told, self.rendered[at], Rendering(tuple(fields)))


def _plan(made: Lowered) -> RenderPlan:
    instances: dict[str, tuple[str, ...]] = {}
    for change in made.changes:
        if change.field == "task_id" and change.task_id is not None and isinstance(change.after, str):
            instances[change.after] = (*instances.get(change.after, ()), change.task_id)
    places = {name: (mapped, at) for mapped, names in instances.items() for at, name in enumerate(names)}
    names = [task.task_id for task in made.workflow.tasks]
    pairs = tuple(Pair(name, *places.get(name, (name, None))) for name in names)
    return RenderPlan(made.workflow.dag_id, made.runs, occasions(made.runs.schedule), pairs, tuple(instances.items()))


def _key(task: Task) -> str:
    return codec.canonical((task.task_id, task.arguments))


def judge(mutants: Sequence[Mutant], witness: Witness) -> dict[Mutant, str]:
    """What became of each: crashed, refused, same (nothing is written otherwise), caught or survived."""
    outcomes: dict[Mutant, str] = {}
    left: dict[Mutant, list[Lowered]] = {}
    known = {task.task_id for made in witness.right for task in made.workflow.tasks}
    for mutant in mutants:
        made = lower_damaged(mutant, witness.sources)
        if isinstance(made, str):
            outcomes[mutant] = "crashed"
            continue
        told = [(_texts(one), one.divergences) for one in made]
        other = [now != (_texts(right), right.divergences) for now, right in zip(told, witness.right, strict=True)]
        if not any(other):
            outcomes[mutant] = "refused" if any(one.refused for one in made) else "same"
        elif all(one.refused for one, differs in zip(made, other, strict=True) if differs):
            outcomes[mutant] = "refused"
        else:
            left[mutant] = made
    changed = [
        (at, one.workflow)
        for made in left.values()
        for at, one in enumerate(made)
        if not one.refused and {task.task_id for task in one.workflow.tasks} <= known
    ]
    witness.render([*enumerate(made.workflow for made in witness.right), *changed])
    for mutant, made in left.items():
        outcomes[mutant] = "caught" if witness.catches(made) else "survived"
    return outcomes


def _texts(made: Lowered) -> list[str]:
    return sorted(map(_key, made.workflow.tasks))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each n-th mutant")
    parser.add_argument("--first", type=int, default=0, help="from this one on")
    given = parser.parse_args()
    mutants = [mutant for module in MODULES for mutant in mutants_of(module)][given.first :: given.every]
    with Worker() as worker:
        outcomes = judge(mutants, Witness(worker))
    counts = collections.Counter(outcomes.values())
    print(f"{len(mutants)} mutants: " + ", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    reasons = read_reasons()
    unknown = [
        mutant for mutant, outcome in outcomes.items() if outcome == "survived" and reason_of(mutant, reasons) == ""
    ]
    for mutant, outcome in outcomes.items():
        if outcome == "survived":
            print(f"survived: {mutant.name}: {line_of(mutant)}: {reason_of(mutant, reasons) or 'no reason is given'}")
    sys.exit(1 if unknown else 0)


def line_of(mutant: Mutant) -> str:
    module, line, _ = mutant.place.split(":")
    return (ROOT / module).read_text().splitlines()[int(line) - 1].strip()


def read_reasons() -> dict[str, str]:
    found: dict[str, str] = json.loads(SURVIVORS.read_text())
    return found


def reason_of(mutant: Mutant, reasons: dict[str, str]) -> str:
    """Why it is equivalent. Reasons are given by module and the text of the line, which outlives its number."""
    return reasons.get(f"{mutant.module}: {line_of(mutant)}", "")


if __name__ == "__main__":
    main()
