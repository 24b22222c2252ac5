"""A file of the source on its way into a package: what tasks need of it, and functions cut out of its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dagconv.ir.code import SourceModule
from dagconv.ir.value import CallableValue, Code, ListValue, MapValue, ObjectValue, SetValue, Value
from dagconv.language.literal import NoLiteralError, literal
from dagconv.language.names import free_name
from dagconv.package.cut_function import cut_function
from dagconv.package.obstacle import Obstacle
from dagconv.package.rules import CLOSURE_OVER_OBJECT
from dagconv.package.slice_module import DEFINITIONS, slice_module
from dagconv.package.statements import Module
from dagconv.package.write_slice import write_slice


@dataclass(slots=True)
class SourceFile:
    """A file of the source on its way into the package under the name `name`."""

    source: SourceModule
    name: str
    module: Module
    names: set[str] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)
    tail: list[str] = field(default_factory=list)
    cuts: dict[str, str] = field(default_factory=dict)
    imported: list[str] = field(default_factory=list)  # modules that it imports by their names alone
    restores: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it travels as it is: a module that makes nothing of a DAG when it is imported."""
        return bool(self.source.name) and not self.source.builders

    @property
    def bound(self) -> set[str]:
        """Every name that the module or the package's additions to it bind."""
        return (
            {name for leaf in self.module.leaves() for name in leaf.names.binds} | set(self.cuts.values()) | self.names
        )

    @property
    def tail_text(self) -> str:
        """What is added below the file's own statements."""
        return "".join(f"{line}\n" for line in (*(_RESTORE if self.restores else ()), *self.tail))

    def slice(self) -> str:
        """The statements that are needed, and what is added to them. Raises Obstacle."""
        cut = slice_module(self.module, self.source, self.names, self.lines)
        return write_slice(cut, Path(self.source.file).name) + self.tail_text

    def root(self, target: CallableValue) -> str:
        """The path of attributes in the module by which the package gives the function."""
        code = target.code
        assert code is not None
        if "." in code.owner:  # in a class
            self.names.add(code.owner.partition(".")[0])
            return code.owner
        if self.is_whole and code.owner:
            return f"{code.owner}.function" if code.owner in self.source.airflow else code.owner
        for leaf in self.module.leaves():
            if code.owner and leaf.first == code.line and isinstance(leaf.node, DEFINITIONS):
                self.lines.add(leaf.first)
                return code.owner
        return self._cut(code)

    def root_class(self, path: str) -> str:
        """As `root`, of a class by its path in the module."""
        if not self.is_whole:
            self.names.add(path.partition(".")[0])
        return path

    def _cut(self, code: Code) -> str:
        cut = cut_function(self.module, code.file, code.line, code.name, frozenset(self.source.makers))
        values = [self._free(code, name, dict(code.free).get(name)) for name in cut.free]
        key = repr((code.line, code.name, values))
        if key not in self.cuts:
            base = "lambda_1" if code.name == "<lambda>" else code.name
            self.cuts[key] = free_name(base, self.bound)
            self.names |= cut.reads
            self.tail += ["", "", f"# {Path(code.file).name}:{code.line}", *cut.write(self.cuts[key], values)]
        return self.cuts[key]

    def _free(self, code: Code, name: str, value: Value) -> str:
        """The expression of a value that a function keeps. Raises Obstacle."""
        match value:
            case CallableValue(module=module, kind="module"):
                return f'__import__("importlib").import_module({module!r})'
            case CallableValue(code=Code() as inner) if inner.file == code.file and value.kind != "partial":
                _refuse_shared(code, name, inner)
                return self.root(value)
            case CallableValue(module=module, name=path, code=None) if path and "<" not in path:
                return f'__import__("importlib").import_module({module!r}).{path}'
            case ObjectValue():
                return self._object(code, name, value)
            case ListValue(items):
                return f"[{', '.join(self._free(code, name, item) for item in items)}]"
            case SetValue(items, frozen) if items:
                kept = f"{{{', '.join(self._free(code, name, item) for item in items)}}}"
                return f"frozenset({kept})" if frozen else kept
            case MapValue(entries):
                rows = ((self._free(code, name, key), self._free(code, name, item)) for key, item in entries)
                return "{" + ", ".join(f"{key}: {item}" for key, item in rows) + "}"
        try:
            return literal(value)
        except NoLiteralError as error:
            raise Obstacle(CLOSURE_OVER_OBJECT, code.file, code.line, user=code.name, name=name, kind=error) from error

    def _object(self, code: Code, name: str, value: ObjectValue) -> str:
        """An object of a class of the user's, made anew from its attributes."""
        root = value.name.partition(".")[0]
        if value.file == self.source.file:
            self.names.add(root)
            cls = value.name
        elif value.module:
            cls = f'__import__("importlib").import_module({value.module!r}).{value.name}'
            self.imported.append(value.module)
        else:
            raise Obstacle(CLOSURE_OVER_OBJECT, code.file, code.line, user=code.name, name=name, kind="an object")
        self.restores = True
        state = ", ".join(f"{key!r}: {self._free(code, name, item)}" for key, item in value.attributes)
        return f"_restore({cls}, {{{state}}})"


_RESTORE = (
    "",
    "",
    "def _restore(cls, attributes):",
    '    """An object as it was kept by a function of the source: its class, and its attributes."""',
    "    made = object.__new__(cls)",
    "    made.__dict__.update(attributes)",
    "    return made",
)


def _refuse_shared(code: Code, name: str, inner: Code) -> None:
    """Two functions that keep one object and may change it see each other's changes; two copies would not."""
    ours = {key for key, value in code.free if isinstance(value, ListValue | MapValue | SetValue | ObjectValue)}
    shared = sorted(ours & {key for key, _ in inner.free})
    if shared or "nonlocal" in inner.traits:
        kind = "which another function keeps and may change too"
        raise Obstacle(CLOSURE_OVER_OBJECT, code.file, code.line, user=code.name, name=(shared or [name])[0], kind=kind)
