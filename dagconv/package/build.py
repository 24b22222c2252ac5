"""Puts the package of a workflow together: slices of the files that its tasks' functions stand in, the modules that
these import, and the module of entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Location, Rule, Section, Severity
from dagconv.ir.code import Entry, SourceModule
from dagconv.ir.task import Operator
from dagconv.ir.value import CallableValue
from dagconv.language.archive import PackageFile, write_archive
from dagconv.language.names import free_name, is_taken
from dagconv.package.collect_files import Library, archive_path, imports_of, with_parents
from dagconv.package.judge_text import judge_text
from dagconv.package.needs import Need, find_needs, origin_lines
from dagconv.package.obstacle import Obstacle
from dagconv.package.rename_imports import Renamed, rename_imports
from dagconv.package.report_needs import report_needs
from dagconv.package.rules import FILE_MISSING, NAME_TAKEN, RENAMED, UNREADABLE
from dagconv.package.source_file import SourceFile
from dagconv.package.statements import UnreadableModuleError, read_module
from dagconv.package.write_entries import Place, write_entries


@dataclass(frozen=True, slots=True)
class Package:
    """A code package. `places` are the functions behind entries, `operators` the user's classes, by task id; `modules`
    all that can be imported."""

    content: bytes
    files: Mapping[str, PackageFile]
    modules: tuple[str, ...]
    places: Mapping[str, Place]
    operators: Mapping[str, Place]
    renamed: tuple[tuple[str, Renamed], ...]
    needs: tuple[Need, ...]
    origins: Mapping[str, SourceModule]

    def text_of(self, module: str) -> str:
        """Of a module at the root."""
        return self.files[f"{module}.py"].content.decode()

    def findings(self, dag_id: str, accept: Collection[str]) -> list[Diagnostic]:
        """What is said about code that is not as it was, and about what it needs where it runs."""
        renamed = [
            RENAMED.at(Location(file, change.line), dag_id=dag_id, old=change.old, new=change.new)
            for file, change in self.renamed
        ]
        return [*renamed, *report_needs(self.needs, dag_id, accept)]


ABOVE_LIMIT = Rule(
    code="DC544",
    slug="package-above-limit",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The code package of a DAG is larger than the service takes.",
    message="its code package has {size} bytes, more than the {limit} that the service takes; nothing is written",
    help="read large files from S3 instead of bringing them along",
    why="The service takes code packages of at most 250 MB, packed and unpacked alike.",
    example="BashOperator(task_id='run', bash_command='/usr/local/airflow/dags/model.sh ')  # 300 MB",
    fix="aws s3 cp s3://bucket/model.bin .",
    source=(ContractRule(49), Section("3.2"), Section("1.10")),
)

# A file may have changed since it was imported.
_NOT_PYTHON = (UnreadableModuleError, OSError, UnicodeDecodeError, SyntaxError)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a package is to hold. `entries` by task id, in the module `entry_module`; `spreading` tasks push each key of
    their result; `other_keys` of the context mean something else on the service; `scripts` are files of the DAGs
    folder, by their paths in it; with `outputs` arguments are outputs as objects; `classes` are operators of the
    package, and `operators` those of the user's by their names among the entries, which `users` are tasks of."""

    entries: Mapping[str, Entry]
    entry_module: str
    spreading: frozenset[str] = frozenset()
    other_keys: frozenset[str] = frozenset()
    scripts: Collection[str] = ()
    outputs: bool = False
    classes: Collection[str] = ()
    operators: Mapping[str, Operator] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)


def build_package(dag_id: str, contents: Contents, library: Library) -> Package:
    """Raises Obstacle."""
    return _Builder(library, contents).build(dag_id)


class _Builder:
    def __init__(self, library: Library, contents: Contents) -> None:
        self.library, self.contents = library, contents
        self.scripts: dict[str, PackageFile] = {}
        self.origins: dict[str, str] = {}  # source files by path in the package
        self.files: dict[str, SourceFile] = {}
        self.texts: dict[str, str] = {}  # by path in the package
        self.modules: dict[str, str] = {}  # names by path
        self.renamed: list[tuple[str, Renamed]] = []

    def _add_scripts(self) -> None:
        """Takes files in as they are, with their run bit."""
        for name in sorted(self.contents.scripts):
            places = [Path(root) / name for root in self.library.roots]
            self.library.looked.update(map(str, places))
            file = next((path for path in places if path.is_file()), None)
            if file is None:
                raise Obstacle(FILE_MISSING, self.library.modules[0].file, 1, name=name)
            self.scripts[name] = PackageFile(name, file.read_bytes(), bool(file.stat().st_mode & 0o100))

    def build(self, dag_id: str) -> Package:
        self._add_scripts()
        entries = self.contents.entries
        places = {entry.name: self._place(entry.target) for entry in entries.values()}
        classes = {name: self._place_class(operator) for name, operator in self.contents.operators.items()}
        for file in list(self.files.values()):
            self._add_slice(file)
        for name in [name for file in self.files.values() for name in file.imported]:
            for inner in with_parents(name):
                found = self.library.find(inner)
                if found is not None and archive_path(found, inner) not in self.texts:
                    self._add_imported(found, inner)
        self._add_entries(dag_id, places, classes)
        files = {**self.scripts, **{path: PackageFile(path, text.encode()) for path, text in self.texts.items()}}
        by_task = {task_id: self._proved(entry, places[entry.name]) for task_id, entry in entries.items()}
        modules = tuple(sorted(self.modules.values()))
        own = {name.partition(".")[0] for name in modules}
        origins = {path: self.library.of_file(file) for path, file in self.origins.items()}
        needs = tuple(
            need for path, origin in self.origins.items() for need in find_needs(self.texts[path], origin, own)
        )
        content = write_archive(files)
        limit = service().limits.code_bytes
        if len(content) > limit:
            raise Obstacle(ABOVE_LIMIT, self.library.modules[0].file, 1, size=len(content), limit=limit)
        operators = {task_id: classes[name] for task_id, name in self.contents.users.items()}
        return Package(content, files, modules, by_task, operators, tuple(self.renamed), needs, origins)

    def _add_entries(self, dag_id: str, places: Mapping[str, Place], operators: Mapping[str, Place]) -> None:
        wanted = self.contents
        if not (wanted.entries or wanted.outputs or operators):
            return
        title = f"What the tasks of the workflow {dag_id} call. Written by dagconv from the DAG's source."
        unique = {entry.name: entry for entry in wanted.entries.values()}
        text = write_entries(
            title,
            tuple(unique[name] for name in sorted(unique)),
            places,
            wanted.spreading,
            outputs=wanted.outputs,
            classes=wanted.classes,
            operators=operators,
        )
        self._add(wanted.entry_module, f"{wanted.entry_module}.py", text)

    def _proved(self, entry: Entry, place: Place) -> Place:
        """Where the object stands that the source's task calls: a partial is made beside the entries."""
        if entry.target.kind != "partial":
            return place
        return Place(self.contents.entry_module, entry.name if entry.is_alias else f"_bound_{entry.name}")

    def _place(self, target: CallableValue) -> Place:
        """Where the function will be; what it needs is noted at its file."""
        assert target.code is not None
        file = self._file(target.code.file, target.code.line)
        return Place(file.name, file.root(target))

    def _place_class(self, operator: Operator) -> Place:
        """Where the user's class will be; what it needs is noted at its file."""
        file = self._file(operator.file, 1)
        source = self.library.of_file(operator.file)
        qualified = operator.path.removeprefix(f"{source.name or Path(operator.file).stem}.")
        return Place(file.name, file.root_class(qualified))

    def _file(self, path: str, line: int) -> SourceFile:
        if path not in self.files:
            source = self.library.of_file(path)
            taken = {module.name.partition(".")[0] for module in self.library.modules} | {self.contents.entry_module}
            name = source.name or free_name(Path(path).stem, taken, module=True)
            try:
                module = read_module(source_text(path))
            except _NOT_PYTHON as error:
                raise Obstacle(UNREADABLE, path, line, error=error) from error
            self.files[path] = SourceFile(source, name, module)
        return self.files[path]

    def _add_slice(self, file: SourceFile) -> None:
        if file.is_whole:
            self._add_whole(file.source, file.source.name, file.tail_text)
            return
        path = archive_path(file.source, file.name) if file.source.name else f"{file.name}.py"
        self._add(file.name, path, file.slice(), file.source.file)

    def _add_whole(self, source: SourceModule, name: str, tail: str = "") -> None:
        self.library.looked.add(source.file)
        try:
            text = source_text(source.file)
            read_module(text)
        except _NOT_PYTHON as error:
            raise Obstacle(UNREADABLE, source.file, 1, error=error) from error
        self._add(name, archive_path(source, name), text + tail, source.file)

    def _add(self, name: str, path: str, text: str, origin: str = "") -> None:
        """Takes a module's text into the package, and then what it imports of the user's."""
        if path in self.texts:
            return
        root = name.partition(".")[0]
        if is_taken(root):
            raise Obstacle(NAME_TAKEN, origin, 1, name=root)
        self.texts[path] = text  # before its imports, which may come back to it
        if origin:
            renamed, changes = rename_imports(text, origin)
            self.texts[path] = text = renamed
            self.renamed += [(origin, change) for change in changes]
            self.origins[path] = origin
            for rule, line, what in judge_text(text, self.contents.other_keys):
                raise Obstacle(rule, origin, origin_lines(text)[line - 1], name=what)
        self.modules[path] = name
        parents = [name.rpartition(".")[0]] if "." in name else []
        for wanted in (*parents, *_wanted_modules(text, name, path.endswith("/__init__.py"))):
            for inner in with_parents(wanted):
                found = self.library.find(inner)
                if found is not None and found.name and archive_path(found, inner) not in self.texts:
                    self._add_imported(found, inner)

    def _add_imported(self, found: SourceModule, name: str) -> None:
        """A module of the user's as it is; one that builds a DAG is left to the proof, which refuses it by name."""
        if found.file not in self.files:
            self._add_whole(found, name)


def _wanted_modules(text: str, name: str, is_package: bool) -> Iterator[str]:
    for wanted in imports_of(text, name, is_package):
        yield wanted.module


def source_text(path: str) -> str:
    """The text of a file of Python. Raises OSError, UnicodeDecodeError or SyntaxError."""
    import tokenize

    with tokenize.open(path) as file:  # as Python reads it: by its coding line
        return file.read()
