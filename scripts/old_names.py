"""Lists what older releases of Airflow and of the Amazon provider offer to DAG files: schemas/old_names.json.

Wheels are downloaded by name from the package index into an ignored cache and read as syntax trees: nothing of them is
imported. A public name that the engine does not have, and that schemas/renames.json does not know, is written down with
the last release that had it and with what that release itself says of it: another path for the same thing, or words.

`--check` writes nothing and exits 1 when the file is stale.
"""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from refresh_renames import layout

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "schemas" / "old_names.json"
RENAMES = json.loads((ROOT / "schemas" / "renames.json").read_bytes())
WHEELS = ROOT / ".cache" / "wheels"
# The last of each minor (Airflow) or major (provider) release, oldest first, and the first of the engine's own major.
RELEASES = (
    *((f"apache-airflow=={one}") for one in ("1.10.15", "2.2.5", "2.3.4", "2.4.3", "2.5.3", "2.6.3", "2.7.3", "2.8.4")),
    *((f"apache-airflow=={one}") for one in ("2.9.3", "2.10.5", "2.11.0")),
    *((f"apache-airflow-providers-amazon=={one}") for one in ("1.4.0", "2.6.0", "3.4.0", "4.1.0", "5.1.0", "6.2.0")),
    *((f"apache-airflow-providers-amazon=={one}") for one in ("7.4.1", "8.29.0", "9.0.0")),
)
ROOMS = ("contrib", "decorators", "hooks", "jobs", "macros", "models", "operators", "sensors", "timetables", "triggers")
ABOUT = "What releases of Airflow and of its Amazon provider offered and the engine does not; by scripts/old_names.py."
_OFFERED = re.compile(rf"airflow\.(?:providers\.amazon\.aws\.)?(?:{'|'.join((*ROOMS, 'transfers', 'utils'))})\b")
_WORDS = re.compile(r"[Uu]se\s+:?(?:class:|mod:)?[`'\"]*(airflow(?:\.\w+){2,})")


@dataclass
class Module:
    """What one module offers: names that it defines, that it takes from elsewhere as they are (name -> path), and
    the words in which it gives them up (name -> path, "" for the module as a whole)."""

    defined: set[str] = field(default_factory=set)
    taken: dict[str, str] = field(default_factory=dict)
    advised: dict[str, str] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when the file is stale")
    check = parser.parse_args().check
    os.environ.update({"AIRFLOW_HOME": tempfile.mkdtemp(), "_AIRFLOW__AS_LIBRARY": "1"})
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    text = layout(collect({release: read_wheel(download(release)) for release in RELEASES}), 3) + "\n"
    stale = not FILE.exists() or FILE.read_text(encoding="utf-8") != text
    if stale and not check:
        FILE.write_text(text, encoding="utf-8")
    data = json.loads(text)
    print(
        f"{len(data['moved'])} names moved, {len(data['gone'])} are gone; the file was {'stale' if stale else 'right'}"
    )
    return 1 if stale and check else 0


def download(release: str) -> Path:
    """The wheel of `package==release`; from the cache where it is there."""
    package, _, number = release.partition("==")
    pattern = f"{package.replace('-', '_')}-{number}-*.whl"
    if not any(WHEELS.glob(pattern)):
        what = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--dest", str(WHEELS), release]
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", *what], check=True)
    return next(iter(WHEELS.glob(pattern)))


def read_wheel(path: Path) -> dict[str, Module]:
    """The modules of a wheel that DAG files import from, by their dotted names."""
    found = {}
    with zipfile.ZipFile(path) as wheel:
        for name in sorted(wheel.namelist()):
            module = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            hidden = any(part.startswith("_") for part in module.split("."))
            if name.endswith(".py") and _OFFERED.match(module) and not hidden and ".example_dags." not in module:
                found[module] = read_module(wheel.read(name).decode(), name.endswith("__init__.py"))
    return found


def read_module(source: str, package: bool) -> Module:
    """Names in modules that define nothing themselves, and in packages, are offered also where they only come in."""
    made = Module()
    tree = ast.parse(source)
    brought: dict[str, str] = {}
    made.advised[""] = _advice(tree.body)
    for node in _top(tree.body):
        match node:
            case ast.ClassDef(name=name, body=body) | ast.FunctionDef(name=name, body=body):
                made.defined.add(name)
                made.advised[name] = _advice(body)
            case ast.ImportFrom(module=str(source_module), names=names, level=0) if source_module.startswith("airflow"):
                brought.update({alias.asname or alias.name: f"{source_module}.{alias.name}" for alias in names})
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as table)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() as table)
            ) if "deprecated" in name or "lazy" in name:
                made.taken.update(_redirected(ast.literal_eval(table)))
            case _:
                pass
    if package or not made.defined:
        made.taken.update({name: path for name, path in brought.items() if name != "*"})
    made.defined = {name for name in made.defined if not name.startswith("_")}
    made.taken = {name: path for name, path in made.taken.items() if not name.startswith("_")}
    return made


def _top(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module, those below its conditions too."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            yield from _top(
                [*node.body, *node.orelse, *(one for each in getattr(node, "handlers", ()) for one in each.body)]
            )


def _advice(body: Iterable[ast.stmt]) -> str:
    """The path that a warning of deprecation, or the docstring's, tells to use instead; the last one of several."""
    found = ""
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name != "__init__":
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and "eprecated" in inner.value:
                found = "".join(_WORDS.findall(inner.value)[-1:]) or found
    return found


def _redirected(table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """A table of names that are looked up when asked for: name -> path or module, or that for each submodule."""
    for name, target in table.items():
        if isinstance(target, str):
            yield (
                name,
                target
                if target.endswith(f".{name}") or target.rpartition(".")[2][:1].isupper()
                else f"{target}.{name}",
            )
        elif isinstance(target, tuple):
            yield name, ".".join(target).rstrip(".")
        elif isinstance(target, dict):
            yield from ((f"{name}.{inner}", path) for inner, path in _redirected(target))


def collect(read: Mapping[str, Mapping[str, Module]]) -> dict[str, object]:
    """The file's content, from what each release offers, oldest first."""
    last: dict[str, tuple[str, str, str]] = {}
    for release, modules in read.items():
        for module, made in modules.items():
            for name in {*made.defined, *made.taken}:
                advice = made.advised.get(name) or made.advised.get("", "")
                last[f"{module}.{name}"] = release, made.taken.get(name, ""), advice
    moved, gone = {}, {}
    known = {old for table in ("names", "absent", "newer", "adapted", "emulated", "gone") for old in RENAMES[table]}
    for path, (release, _, advice) in sorted(last.items()):
        if path in known or path.rpartition(".")[2].startswith("_") or find(path) or _has_lost_its_place(path):
            continue
        target = _target(path, last)
        if target is None:
            gone[path] = [release, advice]
        else:
            moved[path] = [release, target]
    return {"about": ABOUT, "releases": list(read), "moved": moved, "gone": gone}


@functools.cache
def find(path: str) -> bool:
    """Whether the engine has it. A module that needs a provider that is not there has its names all the same."""
    module, _, name = path.rpartition(".")
    try:
        if hasattr(importlib.import_module(module), name):
            return True
        importlib.import_module(path)
    except ModuleNotFoundError as error:
        return not f"{path}.".startswith(f"{error.name}.")
    except ImportError:
        return False
    except Exception as error:  # noqa: BLE001  # among others Airflow's own for a provider that is not there
        return "OptionalProvider" in type(error).__name__
    return True


def _has_lost_its_place(path: str) -> bool:
    """Where the module lay, the engine has a function: to serve the module would hide that from everybody."""
    module = path.rpartition(".")[0]
    package, _, name = module.rpartition(".")
    there = getattr(importlib.import_module(package), name, None) if find(package) else None
    return there is not None and not isinstance(there, ModuleType)


def _of_absent_provider(path: str) -> bool:
    parts = path.split(".")
    return parts[:2] == ["airflow", "providers"] and not find(".".join(parts[:3]))


def _target(path: str, last: Mapping[str, tuple[str, str, str]]) -> str | None:
    """Where the engine has the same thing, followed from release to release; None where that leads to nothing."""
    seen = set()
    while path and path not in seen:
        seen.add(path)
        if find(path) or _of_absent_provider(path):
            return path
        if path in RENAMES["names"]:
            return str(RENAMES["names"][path])
        if path in RENAMES["absent"]:
            return str(RENAMES["absent"][path][0])
        _, path, _ = last.get(path, ("", "", ""))
    return None


if __name__ == "__main__":
    sys.exit(main())
