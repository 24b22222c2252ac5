"""Builds schemas/workflow.schema.json from the facts: a JSON Schema of definitions for editors; used by regen.py.

Keywords of draft-07 only, `$defs` aside, since that is what YAML editors know. One `$defs` entry per operator class
closes its arguments; a chain of if/then picks it by the class path, so that completion offers the right ones.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from dagconv.catalog.operators import OperatorClass, Parameter, Status, load_operators
from dagconv.catalog.service import KeyStatus, service
from dagconv.ir import codec
from dagconv.ir.value import TimedeltaValue
from dagconv.language.duration import shown

TEMPLATE = {"type": "string", "pattern": r"\{\{|\{%"}
CLOSED = (Status.PHANTOM, Status.ABSTRACT)
OFFERED = (Status.CONFIRMED, Status.CONFIRMED_BY_USE, Status.LIKELY, Status.UNCONFIRMED)
OWN_CODE = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$"
# Classes of these packages are on the service as they are, so a path that names none of them cannot work.
PREINSTALLED = r"^airflow\.(providers\.(amazon|standard|common\.sql)|operators|sensors)\."


def build() -> str:
    """The text of the file: compact JSON, one line per definition."""
    operators = load_operators()
    known = [operator for path in operators.paths() if (operator := operators.find(path)) is not None]
    open_classes = [operator for operator in known if operator.status not in CLOSED]
    described = [operator for operator in open_classes if not operator.open_arguments]
    defs: dict[str, Any] = {
        "workflow": workflow(),
        "defaultArgs": default_args(),
        "task": task(open_classes, described),
        "timedelta": timedelta(),
        "datetime": datetime(),
        "packaged": packaged(),
        **{f"common.{name}": schema for name, schema in common().items()},
        **{f"shared.{name}": argument(parameter) for name, parameter in shared().items()},
        **{f"class.{operator.path}": arguments(operator) for operator in described if not operator.defined_at},
    }
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:dagconv:workflow-definition",
        "title": "Amazon MWAA Serverless workflow definition",
        "description": "One workflow, keyed by its id. Generated from the facts in schemas/ of dagconv.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": {"pattern": service().patterns.dag_id},
        "additionalProperties": {"$ref": "#/$defs/workflow"},
    }
    lines = [f"{json.dumps(key)}: {_compact(item)}" for key, item in head.items()]
    body = ",\n".join(f"{json.dumps(name)}: {_compact(schema)}" for name, schema in defs.items())
    return "{\n" + ",\n".join([*lines, '"$defs": {\n' + body + "\n}"]) + "\n}\n"


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def workflow() -> dict[str, Any]:
    facts = service()
    text = {"type": "string"}
    forms: dict[str, Any] = {
        "tasks": {"type": "object", "propertyNames": {"pattern": facts.patterns.task_id},
                  "additionalProperties": {"$ref": "#/$defs/task"}},
        "schedule": schedule(),
        "start_date": {"anyOf": [{"type": "string", "pattern": r"^\s*\d{4}-\d\d?-\d\d?"}, _ref("datetime")]},
        "end_date": {"anyOf": [{"type": "string", "pattern": r"^\s*\d{4}-\d\d?-\d\d?"}, _ref("datetime")]},
        "params": {"type": "object"},
        "default_args": {"$ref": "#/$defs/defaultArgs"},
        "dag_id": {**text, "pattern": facts.patterns.dag_id},
        "description": text,
    }  # fmt: skip
    properties: dict[str, Any] = {}
    for name, key in facts.dag_keys.items():
        if key.status is KeyStatus.REJECTED or key.status is KeyStatus.UNPROVEN:
            continue
        said = key.summary or f"Ignored by the service. {key.fact.note}".strip()
        form = forms.get(name, {})
        properties[name] = {"allOf": [form], "description": said} if "$ref" in form else {**form, "description": said}
    return {"type": "object", "required": ["tasks"], "properties": properties, "additionalProperties": False}


def schedule() -> dict[str, Any]:
    field = r"[\w*/,#?-]+"
    return {
        "anyOf": [
            {"type": "null"},
            {"enum": [*service().schedule_presets, "None"]},
            {"type": "string", "pattern": rf"^\s*{field}(\s+{field}){{4}}\s*$"},
            {"type": "string", "pattern": r"^\s*rate\(\s*(1\s+(minute|hour|day)|\d+\s+(minutes|hours|days))\s*\)\s*$"},
            {"type": "string", "pattern": r"^\s*cron\((\s*\S+){6}\s*\)\s*$"},
        ]
    }


def default_args() -> dict[str, Any]:
    facts = service()
    properties = {}
    for name, key in facts.default_args_keys.items():
        if f"{name}" in common():
            properties[name] = _ref(f"common.{name}")
        else:
            note = "Accepted here, and ignored." if key.status is KeyStatus.IGNORED else key.fact.note
            properties[name] = {"description": note}
    return {"type": "object", "properties": properties, "additionalProperties": False}


@functools.cache
def common() -> dict[str, Any]:
    """Arguments of every task that the service heeds, within its limits."""
    limits, facts = service().limits, service()
    told = load_operators().find("airflow.providers.standard.operators.empty.EmptyOperator")
    assert told is not None
    forms: dict[str, Any] = {
        "retries": {"type": "integer", "minimum": 0, "maximum": limits.retries_max},
        "retry_delay": {
            "anyOf": [{"type": "number", "minimum": 0, "maximum": limits.retry_delay_max}, _ref("timedelta")]
        },
        "execution_timeout": {"allOf": [_ref("timedelta")]},
        "trigger_rule": {"enum": sorted(facts.trigger_rules)},
        "params": {"type": "object"},
    }
    return {name: {**form, "description": told.parameters[name].summary} for name, form in forms.items()}


def task(open_classes: list[OperatorClass], described: list[OperatorClass]) -> dict[str, Any]:
    structure = service().task_structure_keys
    choose = []
    for operator in described:
        # Editors offer a `const`; a class that is on no list is known by a pattern instead, and not offered.
        named = {"const": operator.path} if operator.status in OFFERED else {"pattern": f"^{re.escape(operator.path)}$"}
        condition = {"required": ["operator"], "properties": {"operator": named}}
        choose.append({"if": condition, "then": _ref(f"class.{operator.defined_at or operator.path}")})
    return {
        "type": "object",
        "required": ["operator"],
        "properties": {
            "operator": {
                "type": "string",
                "pattern": OWN_CODE,
                "description": structure["operator"].summary,
                "not": {
                    "allOf": [{"pattern": PREINSTALLED}, {"not": {"enum": [found.path for found in open_classes]}}]
                },
            },
            "dependencies": {
                "type": "array", "items": {"type": "string"}, "description": structure["dependencies"].summary
            },
            **{name: _ref(f"common.{name}") for name in common()},
        },
        "patternProperties": {
            f"^({'|'.join(service().ignored_task_keys)})$": {"description": "Ignored by the service."}
        },
        "allOf": choose,
    }  # fmt: skip


def timedelta() -> dict[str, Any]:
    units = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
    number = {"type": "number"}
    return {
        "type": "object",
        "required": ["__type__"],
        "properties": {
            "__type__": {"const": "datetime.timedelta"},
            **dict.fromkeys(units, number),
            "__args__": {"type": "array", "items": number},
        },
        "additionalProperties": False,
        "description": "A length of time: {__type__: datetime.timedelta, minutes: 5}.",
    }


def datetime() -> dict[str, Any]:
    units = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {
        "type": "object",
        "required": ["__type__"],
        "properties": {
            "__type__": {"const": "datetime.datetime"},
            **{unit: {"type": "integer"} for unit in units},
            "__args__": {"type": "array", "items": {"type": "integer"}},
        },
        "additionalProperties": False,
        "description": "A moment: {__type__: datetime.datetime, year: 2030, month: 1, day: 1}.",
    }


def packaged() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["__type__"],
        "properties": {"__type__": {"type": "string", "pattern": OWN_CODE, "not": {"pattern": r"^datetime\."}}},
        "description": "An object of a class of the code package, such as the output of another task.",
    }


def arguments(operator: OperatorClass) -> dict[str, Any]:
    """The closed set of what a task of this class may say. What every task has is described once, in `task`;
    ignored keys are let through but, standing in a pattern, not offered."""
    ignored = service().ignored_task_keys
    properties: dict[str, Any] = {"operator": {}, "dependencies": {}}
    passed: list[str] = []
    for name, parameter in operator.parameters.items():
        if parameter.level == "task" and name in common():
            properties[name] = {}
        elif parameter.level == "task":
            passed += [name] if name in ignored and name != "task_group" else []
        elif name in shared() and argument(parameter) == argument(shared()[name]):
            properties[name] = _ref(f"shared.{name}")
        else:
            properties[name] = argument(parameter)
    schema: dict[str, Any] = {
        "properties": properties,
        "patternProperties": {f"^({'|'.join(sorted(passed))})$": {}},
        "additionalProperties": False,
    }
    if operator.required:
        schema["required"] = list(operator.required)
    return schema


@functools.cache
def shared() -> dict[str, Parameter]:
    """Arguments of most classes, described once: those of sensors, of AWS classes, and of those that wait."""
    operators = load_operators()
    sensor = operators.find("airflow.providers.amazon.aws.sensors.s3.S3KeySensor")
    assert sensor is not None
    found = {name: row for name, row in sensor.parameters.items() if row.level in ("sensor", "aws")}
    return {**found, "deferrable": sensor.parameters["deferrable"]}


def argument(parameter: Parameter) -> dict[str, Any]:
    said = [parameter.summary]
    if parameter.needed_at_run:
        said.append(f"A run needs it: {parameter.needed_at_run}.")
    if parameter.default is not None and not parameter.required:
        default = plain(parameter.default)
        said.append(f"Default: {default}." if default else "")
    if parameter.templated:
        said.append("Templated.")
    form = value(parameter)
    return {**form, "description": " ".join(filter(None, said))}


def plain(default: object) -> str:
    match default:
        case TimedeltaValue():
            return shown(default.total_seconds)
        case bool() | int() | float() | str():
            return json.dumps(default)
        case _:
            return ""


def value(parameter: Parameter) -> dict[str, Any]:
    """What may stand there; numbers are not told apart, and a templated argument may always be a template."""
    if "any" in parameter.types:
        return {}
    if parameter.choices:
        allowed = [codec.encode(choice) for choice in parameter.choices]
        if "null" in parameter.types and None not in allowed:
            allowed.append(None)
        return {"anyOf": [{"enum": allowed}, TEMPLATE]} if parameter.templated else {"enum": allowed}
    plain_types = {
        {"integer": "number"}.get(kind, kind)
        for kind in parameter.types
        if kind in ("string", "integer", "number", "boolean", "array", "object", "null")
    }
    if plain_types and not parameter.required:
        plain_types.add("null")  # Python checks no annotation: None passes, and definitions carry it
    forms: list[dict[str, Any]] = []
    if parameter.name == "python_callable":
        forms.append({"type": "string", "pattern": OWN_CODE})
    if "timedelta" in parameter.types:
        forms.append(_ref("timedelta"))
    if "datetime" in parameter.types:
        forms.append(_ref("datetime"))
    if parameter.templated and "string" not in plain_types:
        forms.append(TEMPLATE)
    if parameter.templated and "object" not in plain_types:
        forms.append(_ref("packaged"))
    if plain_types:
        ordered = sorted(plain_types)
        forms.insert(0, {"type": ordered[0] if len(ordered) == 1 else ordered})
    if not forms:
        return {"type": "null"}
    return forms[0] if len(forms) == 1 and "$ref" not in forms[0] else {"anyOf": forms}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
