"""Turns values into what YAML carries where that is exact, and refuses by name what has no form in a definition."""

from __future__ import annotations

from dataclasses import replace

from dagconv.catalog.rendering import is_rendered
from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Engine, Means, Page, Remedy, Rule, Section, Severity
from dagconv.ir import codec
from dagconv.ir.change import Case
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import (
    CallableValue,
    ContainerValue,
    DatetimeValue,
    EntryValue,
    EnumValue,
    FloatValue,
    ListValue,
    MapValue,
    OpaqueValue,
    OutputValue,
    ParamReference,
    PathValue,
    SetValue,
    TemplateFileValue,
    TimedeltaValue,
    TupleValue,
    Value,
    XComValue,
)
from dagconv.lower.losses import show
from dagconv.lower.lowering import Fate, Lowering, given
from dagconv.lower.unroll_mapping import is_mapped_argument

HOLDS_CODE = Rule(
    code="DC400",
    slug="argument-holds-code",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument is a function or a class.",
    message="{key} holds {value}, Python code that a definition cannot carry",
    help="leave the argument out, or move what the function does into a task of its own",
    why="A definition is data. The function stays behind in the DAG file.",
    example="S3KeySensor(task_id='wait', bucket_key='s3://b/k', check_fn=is_big)",
    fix="Do the check in the job that reads the data, or in a Lambda function.",
    source=(ContractRule(53), Section("3.6")),
)
NO_FORM = Rule(
    code="DC401",
    slug="argument-without-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument holds an object that a definition cannot carry.",
    message="{key} holds {value}, which has no form in a definition",
    help="{advice}",
    why="A definition carries text, numbers, booleans, lists, mappings, timedeltas and naive datetimes, no others.",
    example="SqsPublishOperator(..., message_content=b'\\x00')",
    fix="Say the value as text, number, list or mapping.",
    source=(ContractRule(41), Section("1.8")),
)
STAND_IN = Rule(
    code="DC408",
    slug="argument-of-missing-module",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument is a value of a module that is not installed.",
    message="{key} holds a value of a module that is not installed, so what it is cannot be known",
    help="give the environment's packages with --requirements FILE",
    why="With --stub-missing inert modules stand in for what is missing; they have no values.",
    example="S3ListOperator(task_id='list', bucket=acme_tools.BUCKET)  # with --stub-missing",
    fix="dagconv convert --requirements requirements.txt dags/",
    source=(Page("docs/isolation.md", "What happens"),),
    remedy=Remedy(Means.PACKAGES, "package"),
)
RESERVED_KEY = Rule(
    code="DC402",
    slug="reserved-key-in-data",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A mapping has a key that means something to the loader of definitions.",
    message="{key} holds a mapping with the key {value}, which the service's loader would act on",
    help="rename the key, or put the mapping into the argument as JSON text where the operator takes text",
    why="dag-factory takes __type__, __args__, __join__, __and__ and __or__ in any mapping as its own.",
    example="conf={'__type__': 'invoice'}",
    fix="Rename the key.",
    source=(ContractRule(41), Section("1.8")),
)
KEY_NOT_TEXT = Rule(
    code="DC403",
    slug="mapping-key-not-text",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A mapping in an argument has a key that is neither text nor a whole number.",
    message="{key} holds a mapping with the key {value}, which is neither text nor a whole number",
    help="write the key as text if the operator takes that too",
    why="Keys of a definition are text or whole numbers; AWS requests have text keys only.",
    example="tags={(1, 2): 'a'}",
    fix="Write the key as text.",
    source=(Section("1.8"), Engine("dagfactory.utils", "cast_with_type")),
)
TUPLE = Rule(
    code="DC404",
    slug="tuple-as-list",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A tuple is written as a list.",
    message="a tuple in {key} is written as a list",
    help="no step is needed unless the operator tells tuples from lists",
    why="YAML has one kind of sequence. AWS requests take tuples and lists alike.",
    example="S3DeleteObjectsOperator(..., keys=('a', 'b'))",
    fix="Nothing to do.",
    source=(Section("1.8"),),
)
SET = Rule(
    code="DC405",
    slug="set-as-sorted-list",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A set is written as a sorted list.",
    message="a set in {key} is written as a list, in sorted order",
    help="use a list in the source, so that the order is yours",
    why="A set has no order and no form in YAML; AWS requests take lists only. Templates in it that render alike are "
    "one item of the set and two of the list.",
    example="S3DeleteObjectsOperator(..., keys={'a', 'b'})",
    fix="Use a list.",
    source=(Section("1.8"),),
)
CONTAINER = Rule(
    code="DC398",
    slug="container-as-plain-one",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A container of another class of Python's library is written as a plain list or mapping.",
    message="{value} in {key} is written as a plain {shown}",
    help="no step is needed unless the operator tells the two apart",
    why="YAML has one kind of sequence and one of mapping. What is asked of a request is what stands in them; that a "
    "defaultdict makes up missing keys, and that JSON takes no range, is lost.",
    example="GlueJobOperator(..., script_args=Counter(tables))",
    fix="Nothing to do.",
    source=(Section("1.8"),),
)
ENUM = Rule(
    code="DC406",
    slug="enum-as-its-text",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A member of an enum of texts is written as its text.",
    message="{value} in {key} is written as its text",
    help="no step is needed",
    why="A member of an enum that is also a str equals its text; so do states of EKS and ECS to their sensors.",
    example="trigger_rule=TriggerRule.ALL_DONE",
    fix="Nothing to do.",
    source=(Section("1.8"),),
)
PRINTED = Rule(
    code="DC497",
    slug="enum-as-it-renders",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A member of an enum stands in a rendered argument, and rendering gives another text than its value.",
    message="{value} in {key} is written as {shown}, which is what Airflow renders it to",
    help="use its value in the source, {value}.value, if that is what is meant",
    why="Jinja renders the member as str() shows it, which for most enums is class and name.",
    example="class Kind(str, Enum): SMALL = 'small'  # and script_args={'--kind': Kind.SMALL}",
    fix="script_args={'--kind': Kind.SMALL.value}",
    source=(Engine("airflow.sdk.definitions._internal.templater", "Templater"),),
)
PATH = Rule(
    code="DC407",
    slug="path-as-text",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A pathlib path is written as text.",
    message="the path {value} in {key} is written as text",
    help="make sure that the path exists on the service's worker; files of the source's machine do not",
    why="A path has no form of its own in YAML.",
    example="LocalFilesystemToS3Operator(..., filename=Path('/tmp/report'))",
    fix="Use text.",
    source=(Section("1.8"),),
)
PARAMETER = Rule(
    code="DC396",
    slug="dag-parameter-as-template",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A parameter of a DAG function stands for an argument, and is written as the template that reads it.",
    message="the parameter {value} in {key} is written as {shown}",
    help="no step is needed where runs give text for it; what is no text is rendered to text",
    why="A definition has no objects of Airflow; a template gives the value of the run, as text.",
    example="@dag\ndef flow(env='dev'): S3ListOperator(task_id='list', bucket=env)",
    fix="Nothing to do.",
    source=(Section("5"), Engine("airflow.sdk.definitions.param", "DagParam")),
)

# Enums of the provider whose operators take a member and its text as equals (eks.py, ecs.py of 9.32.0).
TAKEN_AS_TEXT = frozenset(
    f"airflow.providers.amazon.aws.hooks.{name}"
    for name in (
        *("eks.ClusterStates", "eks.FargateProfileStates", "eks.NodegroupStates"),
        *("ecs.EcsClusterStates", "ecs.EcsTaskDefinitionStates", "ecs.EcsTaskStates"),
    )
)
_TEXT_ADVICE = "write it as text, number, list or mapping if the operator takes that"
_ADVICE: dict[str, str] = {
    "DatetimeValue": "write it as ISO text if the operator takes that; a time zone has no form in a definition",
    "DateValue": "write it as ISO text if the operator takes that",
    "BytesValue": "write it as text if it is text: .decode()",
}


def lower_values(lowering: Lowering) -> None:
    lowering.map_tasks(lambda task: _lower_task(lowering, task))


def _lower_task(lowering: Lowering, task: Task) -> Task:
    for argument in task.arguments:
        if given(task, argument.name) is None:
            continue
        walk = _Walk(lowering, task, argument)
        value = walk.lower(argument.value)
        if walk.reported:
            lowering.declare(walk.reported[0], task.task_id, argument.name, argument.value, value)
        if not codec.same(value, argument.value):
            task = task.with_argument(replace(argument, value=value))
    return task


class _Walk:
    """One argument: `reported` are the rules of what was changed; the first declares the change of the whole."""

    def __init__(self, lowering: Lowering, task: Task, argument: Argument) -> None:
        self.lowering, self.task, self.argument = lowering, task, argument
        self.reported: list[Rule] = []

    def lower(self, value: Value) -> Value:
        match value:
            case None | bool() | int() | float() | str() | FloatValue() | TimedeltaValue():
                return value
            case ListValue(items):
                return ListValue(tuple(self.lower(item) for item in items))
            case TupleValue() | SetValue() | ContainerValue():
                return self._lower_container(value)
            case MapValue(entries):
                return MapValue(tuple((self._key(key), self.lower(item)) for key, item in entries))
            case EnumValue(text=True, printed=str(printed)) if is_rendered(self.task, self.argument.name):
                return self._changed(PRINTED, value, printed)
            case EnumValue(text=True, value=inner):
                if self.argument.name == "trigger_rule":  # Airflow makes a member of either
                    return inner
                return self._changed(ENUM, value, inner)
            case EnumValue(path, value=str() as inner) if path in TAKEN_AS_TEXT:
                return self._changed(ENUM, value, inner)
            case PathValue(text):
                return self._changed(PATH, value, text)
            case ParamReference(name, str()) if is_rendered(self.task, self.argument.name):
                text = f"{{{{ params[{name!r}] }}}}"
                how = "text, whatever the run gives"
                self.lowering.diverge(PARAMETER, self.task.task_id, self.argument.name, Case.OTHER_PARAM, how)
                return self._changed(PARAMETER, value, text, name)
            case _:
                return self._refuse(value)

    def _lower_container(self, value: TupleValue | SetValue | ContainerValue) -> Value:
        match value:
            case TupleValue(items):
                return self._changed(TUPLE, value, ListValue(tuple(self.lower(item) for item in items)))
            case SetValue(items):
                ordered = sorted((self.lower(item) for item in items), key=codec.canonical)
                return self._changed(SET, value, ListValue(tuple(ordered)))
            case ContainerValue(path, plain) if self._is_data:
                written = self.lower(plain)
                name, kind = path.rpartition(".")[2], "mapping" if isinstance(written, MapValue) else "list"
                return self._changed(CONTAINER, value, written, f"the {name} {show(plain)}", kind)
            case _:
                return self._refuse(value)

    @property
    def _is_data(self) -> bool:
        """Whether it is no code of the user's that takes the value."""
        return not self.task.operator.file and self.argument.name not in ("op_args", "op_kwargs")

    def _changed(self, rule: Rule, before: Value, after: Value, called: str = "", shown: str = "") -> Value:
        if rule not in self.reported:
            name = called or (before.name if isinstance(before, EnumValue) else show(before))
            # What code of the user's makes of the other type is not known.
            is_own = self.task.operator.file and rule.severity is Severity.INFO
            self._report(rule, value=name, shown=shown or show(after), severity=Severity.WARNING if is_own else None)
            self.reported.append(rule)
        return after

    def _key(self, key: Value) -> Value:
        if type(key) is int:
            return key
        if not isinstance(key, str):
            self._report(KEY_NOT_TEXT, value=show(key))
        elif key in service().reserved_yaml_keys:
            self._report(RESERVED_KEY, value=key)
        return key

    def _goes_into_package(self) -> bool:
        carried = self.lowering.fates.get(self.task.task_id) is Fate.CARRIED
        return carried and self.argument.name == "python_callable"

    def _refuse(self, value: Value) -> Value:
        match value:
            case DatetimeValue(text, fold=True):
                advice = f"{_ADVICE['DatetimeValue']}, nor has fold=1"
                self._report(NO_FORM, value=f"the datetime {text} with fold=1", advice=advice)
            case DatetimeValue(text) if not _is_aware(text):
                return value
            case ContainerValue(path):
                self._report(NO_FORM, value=f"an object of {path}", advice="give your own code a plain list or dict")
            case EntryValue() | OutputValue():
                pass
            case CallableValue() if self._goes_into_package():
                pass  # it goes into the package, or that was refused
            case CallableValue():
                self._report(HOLDS_CODE, value=show(value))
            case XComValue() | TemplateFileValue():
                pass  # other passes say what becomes of these
            case OpaqueValue() if is_mapped_argument(value):
                pass  # the mapped group has been refused
            case ParamReference(name, default) if is_rendered(self.task, self.argument.name):
                shown = f"the parameter {name}, whose default {show(default)} is no text"
                self._report(NO_FORM, value=shown, advice=f'write "{{{{ params.{name} }}}}" if text will do')
            case ParamReference(name):
                shown = f"the parameter {name}, which Airflow does not render there"
                self._report(NO_FORM, value=shown, advice="give the argument a value of its own")
            case OpaqueValue("dagconv.worker.compat.stubs.Stub"):
                self._report(STAND_IN)
            case OpaqueValue(path, reason):
                shown = f"an object of {path}" + (f" ({reason})" if reason else "")
                self._report(NO_FORM, value=shown, advice=_TEXT_ADVICE)
            case _:
                kind = type(value).__name__
                shown = f"{_KINDS.get(kind, kind)} {show(value)}"
                self._report(NO_FORM, value=shown, advice=_ADVICE.get(kind, _TEXT_ADVICE))
        return value

    def _report(self, rule: Rule, **params: object) -> None:
        self.lowering.report(rule, self.task.task_id, self.argument.name, **params)


_KINDS = {
    "DatetimeValue": "the datetime with time zone",
    "DateValue": "the date",
    "TimeValue": "the time",
    "BytesValue": "bytes",
    "DecimalValue": "the Decimal",
    "EnumValue": "the enum member",
}


def _is_aware(text: str) -> bool:
    """Whether an ISO text ends in an offset: only after the time can a sign stand."""
    return text.endswith("Z") or "+" in text or "-" in text.partition("T")[2]
