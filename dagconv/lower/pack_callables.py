"""Turns tasks that run Python functions into PythonOperators that call entries of the code package.

An entry is the function itself where the task's arguments are plain; else it pulls outputs, which keep their types by
that, gives what YAML cannot say, and pushes what the service would not (contract 4). Texts that are rendered stay
arguments of the task.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dagconv.catalog.context import context_keys
from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir import codec
from dagconv.ir.code import Entry
from dagconv.ir.task import Task
from dagconv.ir.value import (
    CallableValue,
    EntryValue,
    ListValue,
    MapValue,
    ParameterValue,
    TupleValue,
    Value,
    XComValue,
)
from dagconv.language.literal import NoLiteralError, literal
from dagconv.language.names import free_name
from dagconv.lower.carry_code import PACKAGED_OPERATOR, PYTHON, function_class
from dagconv.lower.losses import show
from dagconv.lower.lowering import Fate, Lowering

_SOURCE = (ContractRule(46), Section("3.1"), Section("3.2"))

CARRIED = Rule(
    code="DC510",
    slug="function-in-package",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A task's Python function travels in the code package.",
    message="{value} is called from the code package as {name}",
    help="give the package to the workflow with the definition: both are written together",
    why="A definition holds no code. The service runs PythonOperator from the code package of the workflow.",
    example="PythonOperator(task_id='clean', python_callable=clean)",
    fix="Nothing to do.",
    source=_SOURCE,
)
NO_TEXT = Rule(
    code="DC511",
    slug="callable-without-text",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task calls something whose code is not in a file of the source.",
    message="{value} {reason}, so that no package can carry it",
    help="call a function that stands in the DAG file or in a module beside it",
    why="The package holds functions as they stand in the source's files.",
    example="PythonOperator(task_id='x', python_callable=client.run)",
    fix="def run(): client().run()",
    source=_SOURCE,
)
ASYNC = Rule(
    code="DC512",
    slug="async-callable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task's function is asynchronous.",
    message="{value} is asynchronous, which PythonOperator does not support under Airflow 3.0.6",
    help="call it from a plain function: asyncio.run({value}())",
    why="Tasks with async functions need Airflow 3.2; the service has 3.0.6.",
    example="@task\nasync def fetch(): ...",
    fix="@task\ndef fetch(): return asyncio.run(fetch_all())",
    source=(Section("3.2"),),
)
ARGUMENT = Rule(
    code="DC513",
    slug="argument-of-function-without-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task hands its function an argument that has no exact form.",
    message="{key} holds {value}, {reason}",
    help="hand over plain data and make the object in the function",
    why="Arguments of functions are written into the definition or the package as plain data.",
    example="load(client=boto3.client('s3'))",
    fix="def load(): client = boto3.client('s3')",
    source=_SOURCE,
)


def pack_callables(lowering: Lowering) -> None:
    if lowering.code is None:
        return
    lowering.map_tasks(lambda task: _pack(lowering, task))


def _pack(lowering: Lowering, task: Task) -> Task:
    if lowering.fates.get(task.task_id) is not Fate.CARRIED or function_class(task.operator) is None:
        return task
    target = _value(task, "python_callable")
    if task.mapping is not None:
        return task  # unrolling has said why it stands
    if not isinstance(target, CallableValue) or target.code is None:
        lowering.refuse(NO_TEXT, task, value=show(target), reason="has no text in the source")
        return task
    for trait, rule in (("async", ASYNC), ("bound", NO_TEXT)):
        if trait in target.code.traits:
            name = target.name or target.code.name
            lowering.refuse(rule, task, value=name, reason="is a method of an object")
            return task
    packer = _Packer(lowering, task, target)
    entry = packer.entry()
    if entry is None:
        lowering.fates[task.task_id] = Fate.REFUSED
        return task
    entry = lowering.add_entry(task.task_id, entry)
    lowering.report(
        CARRIED, task.task_id, "python_callable", value=show(target), name=f"{lowering.entry_module}.{entry.name}"
    )
    return _written(lowering, task, entry, packer)


def _value(task: Task, name: str) -> Value:
    argument = task.argument(name)
    return argument.value if argument else None


def _written(lowering: Lowering, task: Task, entry: Entry, packer: _Packer) -> Task:
    """The task as a PythonOperator, or a class of the package, with what the entry leaves to it."""
    path, wanted = task.operator.path, function_class(task.operator) or PYTHON
    if wanted not in (PYTHON, path):
        lowering.classes.add(wanted)
        shown = path.rpartition(".")[2].lstrip("_")
        wanted = f"{lowering.entry_module}.{wanted}"
        lowering.report(PACKAGED_OPERATOR, task.task_id, value=shown, name=wanted, severity=Severity.WARNING)
    if path != wanted:
        lowering.declare(CARRIED, task.task_id, "operator", path, wanted)
        bases = tuple(base for base in task.operator.bases if not base.endswith("DecoratedOperator"))
        task = replace(task, operator=replace(task.operator, path=wanted, target=wanted, bases=bases))
    call = EntryValue(f"{lowering.entry_module}.{entry.name}")
    task = lowering.set_argument(CARRIED, task, "python_callable", call)
    for name, value in (("op_args", packer.left_args), ("op_kwargs", packer.left_kwargs)):
        if value is None:
            task = lowering.drop_argument(CARRIED, task, name)
        elif not codec.same(value, _value(task, name)):
            task = lowering.set_argument(CARRIED, task, name, value)
    if _value(task, "multiple_outputs") is True:
        lowering.spreading.add(task.task_id)
    if isinstance(_value(task, "multiple_outputs"), bool):
        task = lowering.drop_argument(CARRIED, task, "multiple_outputs")
    if entry.quiet:
        task = lowering.drop_argument(CARRIED, task, "do_xcom_push")
    return task


@dataclass(slots=True)
class _Packer:
    """One task on its way to an entry; `left_args` and `left_kwargs` are what stays its own arguments."""

    lowering: Lowering
    task: Task
    target: CallableValue
    left_args: Value = None
    left_kwargs: Value = None
    texts: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    def entry(self) -> Entry | None:
        """None where an argument has no form, which is reported."""
        args, kwargs = _items(_value(self.task, "op_args")), _entries(_value(self.task, "op_kwargs"))
        if args is None or kwargs is None:
            self._refuse(
                "op_args" if args is None else "op_kwargs", "no list and mapping", "which a function cannot take"
            )
            return None
        for value in (*self.target.args, *(value for _, value in self.target.keywords)):
            self._check_literal("python_callable", value)
        if self.failed:
            return None
        plain = function_class(self.task.operator) == PYTHON  # others need what the function returns
        quiet = plain and _value(self.task, "do_xcom_push") is False
        spreads = _value(self.task, "multiple_outputs") is True and not quiet
        if all(_is_plain(value) for value in (*args, *(value for _, value in kwargs))) and not (spreads or quiet):
            self.left_args = ListValue(args) if args else None
            self.left_kwargs = MapValue(tuple(kwargs)) if kwargs else None
            return Entry(self._name(), self.target)
        bound = tuple(self._bind("op_args", value) for value in args)
        keywords = tuple((name, self._bind("op_kwargs", value)) for name, value in kwargs)
        if self.failed:
            return None
        passed = tuple(self._passed(len(args), {name for name, _ in kwargs}))
        self.left_kwargs = MapValue(tuple(self.texts.items())) if self.texts else None
        rest = self.target.code is not None and self.target.code.takes_any
        return Entry(self._name(), self.target, bound, keywords, (*passed, *self.texts), rest, spreads, quiet)

    def _name(self) -> str:
        return self.task.task_id.replace(".", "__")

    def _passed(self, positional: int, bound: set[str]) -> Iterator[str]:
        """Parameters of the function that Airflow fills in."""
        code = self.target.code
        assert code is not None
        for index, parameter in enumerate(code.parameters):
            by_position = index < positional and parameter.kind.startswith("POSITIONAL")
            is_name = parameter.kind in ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY")
            if is_name and not by_position and parameter.name not in bound and parameter.name in context_keys():
                if parameter.has_default and not _is_plain(parameter.default):
                    self._refuse("python_callable", f"the default of {parameter.name}", "which has no exact form")
                yield parameter.name

    def _bind(self, key: str, value: Value) -> Value:
        """The value as the entry gives it: rendered texts become parameters."""
        match value:
            case str() if is_rendered(value):
                name = free_name(f"text_{len(self.texts) + 1}", self._taken())
                self.texts[name] = value
                return ParameterValue(name)
            case ListValue(items):
                return ListValue(tuple(self._bind(key, item) for item in items))
            case TupleValue(items):
                return TupleValue(tuple(self._bind(key, item) for item in items))
            case MapValue(entries):
                for inner, _ in entries:
                    self._check_literal(key, inner)
                return MapValue(tuple((name, self._bind(key, item)) for name, item in entries))
            case XComValue():
                self._check_output(key, value)
            case _:
                self._check_literal(key, value)
        return value

    def _check_literal(self, key: str, value: Value) -> None:
        try:
            literal(value)
        except NoLiteralError as error:
            self._refuse(key, str(error), "which has no exact form")

    def _taken(self) -> set[str]:
        code = self.target.code
        return {*self.texts, *(p.name for p in code.parameters if code), *context_keys()} if code else set(self.texts)

    def _check_output(self, key: str, output: XComValue) -> None:
        source = self.lowering.workflow.task(output.task_id)
        if output.steps:
            self._refuse(
                key, f"the output of {output.task_id} through .{output.steps[-1]}()", "which runs code of its own"
            )
        elif source is None or source.mapping is not None:
            self._refuse(key, f"the outputs of the mapped task {output.task_id}", "which is a sequence of its own kind")

    def _refuse(self, key: str, value: str, reason: str) -> None:
        self.failed = True
        self.lowering.report(ARGUMENT, self.task.task_id, key, value=value, reason=reason)


def _items(value: Value) -> tuple[Value, ...] | None:
    match value:
        case None:
            return ()
        case ListValue(items) | TupleValue(items):
            return items
    return None


def _entries(value: Value) -> tuple[tuple[str, Value], ...] | None:
    match value:
        case None:
            return ()
        case MapValue(entries):
            named = tuple((name, item) for name, item in entries if isinstance(name, str) and name.isidentifier())
            return named if len(named) == len(entries) else None
    return None


def _is_plain(value: Value) -> bool:
    """Whether YAML says the value and its types as they are."""
    match value:
        case None | bool() | int() | float() | str():
            return True
        case ListValue(items):
            return all(map(_is_plain, items))
        case MapValue(entries):
            return all(isinstance(key, str) and _is_plain(item) for key, item in entries)
    return False


def is_rendered(text: str) -> bool:
    """Whether Airflow's rendering may give another text: a tag, or a line end that Jinja drops or rewrites."""
    return any(tag in text for tag in ("{{", "{%", "{#", "\r")) or text.endswith("\n")
