"""Reduces DAG params to plain values: the service takes name and value, no schema (contract 1.7, rule 33)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.task import Missing
from dagconv.ir.value import FloatValue, ListValue, MapValue, SetValue, TupleValue, Value, walk
from dagconv.ir.workflow import Param
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering

SCHEMA_LOST = Rule(
    code="DC216",
    slug="param-schema",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A param has a type, limits or a description.",
    message="param {value} is written as its plain value: {lost} is lost, so any value given to a run is taken",
    help="check the value where it is used, or in what starts the runs",
    why="The service takes params as names and values and does not validate overrides.",
    example="params={'size': Param(3, type='integer', minimum=1)}",
    fix="Validate in the tool that calls StartWorkflowRun, or in the job that gets the value.",
    source=(ContractRule(33), Section("1.7")),
)
REQUIRED = Rule(
    code="DC217",
    slug="param-required",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A param has no default, so every run must supply it.",
    message="param {value} has no default and is left out: a run that does not supply it fails where it is used",
    help="start each run with OverrideParameters that hold {value}, or give the param a default",
    why="A definition has no word for a required param. Left out, a template that uses it fails, as it should.",
    example="params={'day': Param(type='string')}",
    fix="Give the param a default, or always pass it to StartWorkflowRun.",
    source=(ContractRule(33), Section("1.7"), Engine("airflow.sdk.definitions.dag", "DAG.template_undefined")),
)
NOT_TEXT = Rule(
    code="DC218",
    slug="param-not-text",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A param's value is not text; only text is proven on the service.",
    message="param {value} is {kind}; params of published definitions are text, others are likely to work",
    help="write it as text if the service complains, and convert it in the template",
    why="Every published example uses text. The service's engine itself accepts any JSON value.",
    example="params={'size': 3}",
    fix="Use text where you can.",
    source=(ContractRule(33), Section("1.7")),
)
NOT_JSON = Rule(
    code="DC219",
    slug="source-param-not-json",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A param's value is not plain JSON data.",
    message="param {value} holds {kind}, which is not plain JSON data",
    help="write it as text, number, list or mapping",
    why="Params are stored and overridden as JSON.",
    example="params={'day': datetime.date(2024, 1, 1)}",
    fix="Write the value as text.",
    source=(ContractRule(33), Section("1.7")),
)
_KINDS = {bool: "a boolean", int: "a number", float: "a number", ListValue: "a list", MapValue: "a mapping"}


_OTHERS = {TupleValue: "a tuple", FloatValue: "a number that JSON has no word for", SetValue: "a set"}
_NO_SCHEMA = MapValue(())


def lower_params(lowering: Lowering) -> None:
    for param in lowering.workflow.params:
        said = says_more(param)
        if said:
            lowering.report(SCHEMA_LOST, None, "params", value=param.name, lost=said)
        _replace(lowering, SCHEMA_LOST, param, Param(param.name, param.default, None, _NO_SCHEMA))
        if isinstance(param.default, Missing):
            lowering.report(REQUIRED, None, "params", value=param.name)
            _replace(lowering, REQUIRED, param, None)
        else:
            _check_value(lowering, param.name, param.default)


def _replace(lowering: Lowering, rule: Rule, old: Param, new: Param | None) -> None:
    params = (new if param.name == old.name else param for param in lowering.workflow.params)
    lowering.set_params(rule, (param for param in params if param is not None))


def says_more(param: Param) -> str:
    """What is known of a param besides its value, for a message; empty for a plain value."""
    parts: list[str] = []
    if isinstance(param.schema, MapValue):
        parts = [f"{show(key).strip(chr(39))} {show(item)}" for key, item in param.schema.entries]
    if param.description is not None:
        parts.append("its description")
    return ", ".join(parts)


def _check_value(lowering: Lowering, name: str, value: Value) -> None:
    for _, part in walk(value):
        if not isinstance(part, (str, bool, int, float, ListValue, MapValue, type(None))):
            lowering.report(NOT_JSON, None, "params", value=name, kind=_OTHERS.get(type(part), "an object"))
            return
    if value is not None and not isinstance(value, str):
        lowering.report(NOT_TEXT, None, "params", value=name, kind=_KINDS[type(value)])
