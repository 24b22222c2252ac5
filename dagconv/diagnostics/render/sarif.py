"""SARIF 2.1.0, which code scanning services read; each rule that was found is described from its own constant."""

from __future__ import annotations

import json
from urllib.parse import quote

from dagconv.diagnostics.folding import group_name
from dagconv.diagnostics.model import Effect, Location, Severity
from dagconv.diagnostics.render import RenderOptions, ordered, place
from dagconv.diagnostics.report import Report
from dagconv.diagnostics.rule import Diagnostic, Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report, options: RenderOptions) -> str:
    found = list(ordered(report))
    rules = sorted({one.code: one.rule for _, one in found}.values(), key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    driver = {"name": "dagconv", "version": options.version, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, file.path if file else "", place(file, one), index[one.code]) for file, one in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.slug.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.fix}\n\nSource: {'; '.join(map(str, rule.source))}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"slug": rule.slug, "effect": rule.effect.value},
    }


def _result(found: Diagnostic, path: str, where: Location | None, index: int) -> dict[str, object]:
    text = f"{found.message}\n{found.help}" if found.help else found.message
    named = {"dag_id": found.dag_id, "task_id": found.task_id, "key": found.key}
    names = {name: value for name, value in named.items() if value is not None}
    result: dict[str, object] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": {"text": text},
        "properties": {"effect": found.effect.value, "group": group_name(path, found), **names},
    }
    if found.effect is Effect.NOTED and found.severity is Severity.INFO:
        result["kind"] = "informational"
        result["level"] = "none"  # what SARIF asks for with this kind
    if where is not None:
        result["locations"] = [_location(where)]
    if found.related:
        result["relatedLocations"] = [_location(other) for other in found.related]
    return result


def _location(where: Location) -> dict[str, object]:
    region = {
        "startLine": where.line,
        "startColumn": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }
    known = {name: value for name, value in region.items() if value is not None}
    physical: dict[str, object] = {"artifactLocation": {"uri": _address(where.file)}}
    if where.line is not None:
        physical["region"] = known
    return {"physicalLocation": physical}


def _address(path: str) -> str:
    try:
        data = path.encode("utf-8", "surrogateescape")  # a name that is no text, as the system gives it
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data, safe="/")
