"""JUnit XML: one test suite, one test case per file, failing where the file has errors."""

from __future__ import annotations

from xml.etree import ElementTree

from dagconv.diagnostics.model import Severity
from dagconv.diagnostics.render import RenderOptions
from dagconv.diagnostics.render.terminal import safe
from dagconv.diagnostics.report import FileStatus, Report
from dagconv.diagnostics.rule import Diagnostic


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - one signature for all formats
    cases = [(file.path, file.status, file.diagnostics) for file in report.files]
    if report.diagnostics:
        cases.append(("(the call)", FileStatus.CONVERTED, report.diagnostics))
    failures = sum(1 for _, _, found in cases if _errors(found))
    skipped = sum(1 for _, status, found in cases if status is FileStatus.SKIPPED and not _errors(found))
    suite = ElementTree.Element(
        "testsuite",
        name="dagconv",
        tests=str(len(cases)),
        failures=str(failures),
        errors="0",
        skipped=str(skipped),
        time=f"{report.seconds:.3f}",
    )
    for path, status, found in cases:
        _add_case(suite, path, status, found)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add_case(suite: ElementTree.Element, path: str, status: FileStatus, found: tuple[Diagnostic, ...]) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname="dagconv", name=safe(path), file=safe(path))
    errors = _errors(found)
    rest = [one for one in found if one not in errors]
    if errors:
        failure = ElementTree.SubElement(case, "failure", type=errors[0].code, message=safe(errors[0].message))
        failure.text = _lines(errors)
    elif status is FileStatus.SKIPPED:
        ElementTree.SubElement(case, "skipped", message=safe(rest[0].message) if rest else "")
    if rest:
        ElementTree.SubElement(case, "system-out").text = _lines(rest)


def _errors(found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return sorted((one for one in found if one.severity is Severity.ERROR), key=Diagnostic.sort_key)


def _lines(found: list[Diagnostic]) -> str:
    return "\n".join(
        f"{safe(str(one.location)) + ': ' if one.location else ''}{one.code} {safe(one.message)}"
        + (f"\n  help: {safe(one.help)}" if one.help else "")
        for one in sorted(found, key=Diagnostic.sort_key)
    )
