"""Reads the code package that `validate --code` is given and judges it by itself: size, layout, Python, marks."""

from __future__ import annotations

import dis
import functools
import hashlib
import importlib.util
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import CodeType

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Location, Rule, Section, Severity
from dagconv.language.archive import ForeignArchiveError, Mark, PackageFile, TooLargeArchiveError, open_archive
from dagconv.language.names import is_taken

UNREADABLE = Rule(
    code="DC535",
    slug="code-file-unreadable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The code package cannot be read.",
    message="the code package cannot be read: {reason}",
    help="give a .zip that Python's zipfile can read, or one .py or .sh file",
    why="The service takes one .py, one .sh or one .zip. A bad archive is found by the first run only.",
    example="dag-converter validate etl.yaml --code etl.tar.gz",
    fix="dag-converter validate etl.yaml --code etl.zip",
    source=(ContractRule(49), Section("3.2")),
)
TOO_LARGE = Rule(
    code="DC536",
    slug="code-above-limit",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The code package is larger than the service takes.",
    message="the code package has more than {limit} bytes {what}, which is the service's limit",
    help="leave out what no task needs; packages that the worker has need not be brought",
    why="The service takes at most 250 MB, packed and unpacked alike.",
    example="# a package that brings pandas, pyarrow and their data along",
    fix="Bundle only what the code imports.",
    source=(ContractRule(49), Section("3.2"), Section("1.10")),
)
LAYOUT = Rule(
    code="DC537",
    slug="code-layout",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A file of the code package is none that it may hold.",
    message="{file} in the code package {reason}",
    help="take it out and make the archive again",
    why="The archive is unpacked as it is; it holds sources and libraries for Python 3.12 on Linux x86_64 alone.",
    example="__pycache__/etl.cpython-311.pyc",
    fix="zip -r etl.zip . -x '*__pycache__*'",
    source=(ContractRule(49), Section("3.2")),
)
NOT_PYTHON = Rule(
    code="DC538",
    slug="code-not-python",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A module of the code package does not compile.",
    message="{file} in the code package does not compile under Python {version}: {reason}",
    help="correct it; the service's worker runs Python 3.12",
    why="A module that does not compile fails every task that imports it, at its first run.",
    example="def load(:",
    fix="def load():",
    source=(ContractRule(46), Section("3.3")),
)
TAKEN = Rule(
    code="DC539",
    slug="code-name-taken",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A module of the code package bears a name that the worker has already.",
    message="{name} at the root of the code package is never imported: the worker's own {name} wins",
    help="rename the module, or leave the copy of the package out",
    why="Modules of Python and of pre-installed packages are found before those of the code package.",
    example="yaml/__init__.py",
    fix="Leave it out; the worker has it.",
    source=(ContractRule(48), Section("3.2")),
)
EDITED = Rule(
    code="DC540",
    slug="code-edited",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The code package was changed after dagconv wrote it.",
    message="the code package was changed after dagconv wrote it: what was proved of it holds no more",
    help="change the source and convert again",
    why="A package is written after its code was proved equal to the source's; an edit is proved by nobody.",
    example="# etl.zip, repacked by hand",
    fix="dag-converter convert dags/etl.py --code-package -o definitions/",
    source=(Section("3.2"),),
)


WORKER_PYTHON = (3, 12)
_LIBRARY = re.compile(r"\.(so|pyd|dll|dylib)$")
_FOR_WORKER = re.compile(r"\.(cpython-312-x86_64-linux-gnu|abi3)\.so$")
# What may bind a name that the text does not show.
_BINDERS = frozenset({"globals", "exec", "setattr", "vars", "locals", "modules"})
_TAGGED = re.compile(r"\.(cpython-|pypy|cp3)[^/]*$")


@dataclass(frozen=True, slots=True, eq=False)
class CodeFile:
    """A code package: `files` by their paths in it, `findings` about itself. `sha256` is of its bytes, in hex."""

    path: str
    files: Mapping[str, PackageFile]
    sha256: str
    mark: Mark
    findings: tuple[Diagnostic, ...] = ()

    @property
    def is_readable(self) -> bool:
        return not any(found.rule in (UNREADABLE, TOO_LARGE) for found in self.findings)


@dataclass(frozen=True, slots=True)
class Names:
    """What a module binds at its top; `open` where an import of everything, or a function, may bind more."""

    bound: frozenset[str]
    open: bool = False


def read_code_file(path: str) -> CodeFile:
    """Raises OSError."""
    limits, place = service().limits, Location(path)
    if Path(path).stat().st_size > limits.code_bytes:
        found = TOO_LARGE.at(place, limit=limits.code_bytes, what="packed")
        return CodeFile(path, {}, "", Mark.FOREIGN, (found,))
    data = Path(path).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    if path.endswith((".py", ".sh")):
        name = Path(path).name
        files, mark = {name: PackageFile(name, data, True)}, Mark.FOREIGN
    else:
        try:
            files, mark = open_archive(data)
        except TooLargeArchiveError:
            found = TOO_LARGE.at(place, limit=limits.code_unpacked_bytes, what="unpacked")
            return CodeFile(path, {}, sha256, Mark.FOREIGN, (found,))
        except ForeignArchiveError as error:
            return CodeFile(path, {}, sha256, Mark.FOREIGN, (UNREADABLE.at(place, reason=error),))
    files = {name: file for name, file in files.items() if not name.endswith("/")}
    return CodeFile(path, files, sha256, mark, tuple(_judge(place, files, mark)))


def _judge(place: Location, files: Mapping[str, PackageFile], mark: Mark) -> Iterator[Diagnostic]:
    if mark is Mark.CHANGED:
        yield EDITED.at(place)
    for name in sorted(files):
        reason = _misplaced(name)
        if reason:
            yield LAYOUT.at(place, file=name, reason=reason)
        elif name.endswith(".py"):
            yield from _compiled(place, files[name])
    for root in sorted({name.partition("/")[0] for name in files}):
        stem = root.removesuffix(".py")
        if stem.isidentifier() and is_taken(stem) and not _is_provider(files, root):
            yield TAKEN.at(place, name=stem)


def _misplaced(name: str) -> str:
    """Why a file of this name may not be in a package, or nothing."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        return "lies outside of it"
    if "__pycache__" in path.parts or name.endswith((".pyc", ".pyo")):
        return "is compiled for one Python; the service refuses __pycache__"
    if name.endswith((".whl", ".egg")):
        return "is a wheel that nothing unpacks; its content belongs at the root"
    library = _LIBRARY.search(name)
    if library and (library[1] != "so" or (_TAGGED.search(name) and not _FOR_WORKER.search(name))):
        return "is a library for another Python or system than the worker's, CPython 3.12 on Linux x86_64"
    return ""


def _is_provider(files: Mapping[str, PackageFile], root: str) -> bool:
    """Whether it is Airflow's namespace of providers, to which a package may add one."""
    inside = [name for name in files if name.startswith(f"{root}/")]
    return root == "airflow" and bool(inside) and all(name.startswith("airflow/providers/") for name in inside)


def _compiled(place: Location, file: PackageFile) -> Iterator[Diagnostic]:
    try:
        names_of(file.content)
    except UncompiledError as error:
        # What is newer than the Python that judges here may be right on the worker.
        severity = Severity.ERROR if sys.version_info[:2] >= WORKER_PYTHON else Severity.WARNING
        version = ".".join(map(str, sys.version_info[:2]))
        yield NOT_PYTHON.at(place, severity=severity, file=file.path, version=version, reason=error)


class UncompiledError(ValueError):
    """The bytes are no Python of the version that runs here."""


@functools.lru_cache(maxsize=256)
def names_of(content: bytes) -> Names:
    """The names of a module, by Python's own compiler; nothing of it is run. Raises UncompiledError."""
    try:
        text = importlib.util.decode_source(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in texts, which are no concern of the package
            code = compile(text, "<module>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UncompiledError(f"line {error.lineno}: {error.msg}") from error
    except (ValueError, LookupError, RecursionError, MemoryError, OverflowError) as error:
        raise UncompiledError(str(error) or "too deeply nested") from error
    bound, used, is_open = set(_stored(code)), set(code.co_names), False
    for one in _inside(code):
        bound.update(part.argval for part in dis.get_instructions(one) if part.opname == "STORE_GLOBAL")
        used.update(one.co_names)
        is_open |= ("*",) in one.co_consts  # the names that an import of everything asks for
    return Names(frozenset(bound), is_open or "__getattr__" in bound or bool(used & _BINDERS))


def _stored(code: CodeType) -> Iterator[str]:
    return (part.argval for part in dis.get_instructions(code) if part.opname == "STORE_NAME")


def _inside(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _inside(constant)
