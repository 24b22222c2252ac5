"""Judges a definition with its code package (`validate --code`): whether what its tasks name is in there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace

from dagconv.catalog.operators import load_operators
from dagconv.catalog.service import Service, service
from dagconv.check.code_file import CodeFile, UncompiledError, names_of
from dagconv.check.definition import check_document
from dagconv.check.document import Document
from dagconv.check.nearest import Hints
from dagconv.check.node import text_of
from dagconv.check.rules.argument.bash_script import SCRIPT, SCRIPT_PATH, check_bash_script
from dagconv.check.rules.operator.needs_code import RULE as NEEDS_CODE
from dagconv.check.rules.operator.needs_code import check_needs_code
from dagconv.check.subject import Place, Subject, TaskNode, read_subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.language.archive import ENTRIES, Mark
from dagconv.language.names import is_taken

LACKS = Rule(
    code="DC541",
    slug="code-lacks-name",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A function or class that a task names is not in the code package.",
    message="'{address}' is not in the code package: {reason}",
    help="put it there, or name what is there",
    why="The loader imports the functions and classes of all tasks in each task, so that one missing fails them all.",
    example="python_callable: etl.laod",
    fix="python_callable: etl.load",
    source=(ContractRule(46), Section("3.1"), Section("3.2")),
)
LACKS_SCRIPT = Rule(
    code="DC542",
    slug="code-lacks-script",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A script that a command names is not in the code package, or may not be run.",
    message="bash_command names {name}, which {reason}",
    help="put it at that path in the package, with the executable bit set",
    why="Commands start in the folder where the package is unpacked; a script without its run bit is not executed.",
    example="bash_command: './load.sh '  # not in the package",
    fix="chmod +x load.sh && zip etl.zip load.sh",
    source=(ContractRule(50), Section("3.2")),
)
STALE = Rule(
    code="DC543",
    slug="code-of-another-state",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The code package is not the one that the definition was written with.",
    message="the definition was written with the package sha256:{wanted}, this one is sha256:{found}",
    help="convert again, which writes both, or give the package that belongs to the definition",
    why="Definition and package were proved together; each alone says nothing of the other.",
    example="dag-converter validate etl.yaml --code yesterday/etl.zip",
    fix="dag-converter validate etl.yaml --code etl.zip",
    source=(Section("3.2"),),
)


_NAMED = re.compile(r"^# Its tasks run the code of .+, sha256:([0-9a-f]{64})$", re.M)
_FOLDERS = ("./", "/usr/local/airflow/dags/")
_SHOWN = 12
# Python takes a folder with an __init__.py before a module, and a library before its source.
_FORMS = ("{}/__init__.py", "{}.cpython-312-x86_64-linux-gnu.so", "{}.abi3.so", "{}.so", "{}.py")


def check_with_code(document: Document, code: CodeFile) -> list[Diagnostic]:
    """As check_document, with the package at hand: instead of asking for one, it says what this one lacks."""
    known = _with_outputs(service(), code)
    kept = [one for one in check_document(document, service=known) if one.rule not in (NEEDS_CODE, SCRIPT)]
    subject = read_subject(document, load_operators(), known, datetime.datetime.now(datetime.timezone.utc))
    own = list(code.findings)
    if subject is not None and code.is_readable:
        own += _stale(document, subject, code)
        for task in subject.tasks:
            if any(one.rule is NEEDS_CODE for one in check_needs_code(subject, task)):
                own += _lacking(subject, task, code)
            if any(one.rule is SCRIPT for one in check_bash_script(subject, task)):
                own += _scripts(subject, task, code)
    return sorted([*kept, *own], key=Diagnostic.sort_key)


def _with_outputs(known: Service, code: CodeFile) -> Service:
    """The service's facts with the class of outputs that dagconv's own packages bring, where this is such a one."""
    if code.mark is not Mark.INTACT:
        return known
    accepted = known.allowed_type_objects["datetime.timedelta"]
    modules = [path.removesuffix(".py") for path, file in code.files.items() if ENTRIES in file.content[:200]]
    own = {f"{name}.Output": accepted for name in modules if not missing(code, f"{name}.Output")}
    return replace(known, allowed_type_objects={**known.allowed_type_objects, **own})


def _stale(document: Document, subject: Subject, code: CodeFile) -> Iterator[Diagnostic]:
    named = _NAMED.search(document.text[:4096])
    if named and named[1] != code.sha256:
        yield subject.at(STALE, subject.key, wanted=named[1][:_SHOWN], found=code.sha256[:_SHOWN])


def _lacking(subject: Subject, task: TaskNode, code: CodeFile) -> Iterator[Diagnostic]:
    places: list[tuple[str, Place, str | None]] = []
    if task.known is None and task.operator:
        places.append(("operator", task.class_place, task.operator))
    function = subject.effective(task, "python_callable")
    if function is not None:
        places.append(("python_callable", function, text_of(function)))
    for key, place, address in places:
        if address is not None and "." in address and (reason := missing(code, address)):
            yield subject.at(LACKS, place, task, key, address=address, reason=reason)


def missing(code: CodeFile, address: str) -> str:
    """Why `module.name` is not in the package, or nothing; what does not compile is told apart."""
    module, _, name = address.rpartition(".")
    root = module.partition(".")[0]
    if root != "airflow" and is_taken(root):
        return f"the worker's own module {root} is imported"
    stem = module.replace(".", "/")
    path = next((path for form in _FORMS if (path := form.format(stem)) in code.files), None)
    if path is None:
        ends = (f"/{stem}.py", f"/{stem}/__init__.py")
        below = next((other for other in sorted(code.files) if other.endswith(ends)), "")
        return f"it has {below}, and modules are found at its root only" if below else f"it has no {stem}.py"
    if not path.endswith(".py"):
        return ""
    try:
        names = names_of(code.files[path].content)
    except UncompiledError:
        return ""
    if names.open or name in names.bound or f"{stem}/{name}.py" in code.files:
        return ""
    near = Hints().nearest(name, names.bound)
    return f"{path} binds no {name}" + (f"; did you mean {near[0]}?" if near else "")


def _scripts(subject: Subject, task: TaskNode, code: CodeFile) -> Iterator[Diagnostic]:
    node = task.argument("bash_command")
    text = text_of(node) or ""
    assert node is not None
    for match in SCRIPT_PATH.finditer(text):
        name = match[1]
        for folder in _FOLDERS:
            name = name.removeprefix(folder)
        file = code.files.get(name)
        if file is None:
            yield subject.at(LACKS_SCRIPT, node, task, "bash_command", name=match[1], reason="is not in the package")
        elif not file.executable and _is_executed(text, match):
            reason = "has no executable bit in the package"
            yield subject.at(LACKS_SCRIPT, node, task, "bash_command", name=match[1], reason=reason)


def _is_executed(text: str, match: re.Match[str]) -> bool:
    """Whether the shell runs the file itself: not as a program's argument, and not read as a template by Airflow."""
    before = text[: match.start(1)].rstrip(" \t")
    return (not before or before[-1] in ";&|\n(") and not text.endswith((".sh", ".bash"))
