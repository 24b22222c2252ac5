"""The house rules that a machine can hold: imports, names, sizes, codes, and what a fresh install needs."""

from __future__ import annotations

import ast
import functools
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import dagconv
from dagconv import __version__
from dagconv.rules import catalogue

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dagconv"
MODULES = sorted(PACKAGE.rglob("*.py"))
RULES = list(catalogue())
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}
# Lines of code: blank lines, docstrings and the texts of rules are read differently.
SIZE_LIMIT = 250
LARGER = {
    "dagconv/language/jinja.py": 270,  # one walk over Jinja's own tree
    "dagconv/standin/workflows.py": 350,  # one service, operation by operation
}

NOT_PORTABLE = re.compile(r"(?<![\w.$])/(?:root|home/\w+|Users/\w+|opt)/\w|://[^ \"]*/simple\b|index-url")

# First digits of codes, and the packages that may use them (house rules: diagnostics).
CODES = {
    "diagnostics": "6",
    "discover": "19",
    "load": "19",
    "lower": "2345",
    "package": "5",
    "emit": "4",
    "check": "23456",
    "prove": "7",
    "deploy": "8",
    "migrate": "8",
    "write": "9",
    "cli": "9",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@functools.cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(path)))


def test_the_import_contracts_are_kept():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_every_room_stands_under_the_import_contracts():
    """A new package or module at the top has to be put into its layer."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = set(re.findall(r"dagconv\.(\w+)", " ".join(settings[0]["layers"])))
    rooms = {
        path.stem if path.is_file() else path.name
        for path in PACKAGE.iterdir()
        if not path.name.startswith(("_", "py.typed"))
    }
    assert rooms - layered == {"worker"}
    alone = next(contract for contract in settings if contract["name"].startswith("Airflow"))
    named = {name.removeprefix("dagconv.") for name in alone["source_modules"]}
    assert rooms - {"worker", "errors", "version"} == named


def test_the_public_names_are_there():
    for name in dagconv.__all__:
        assert getattr(dagconv, name) is not None
    with pytest.raises(AttributeError):
        dagconv.nothing  # noqa: B018


def test_modules_are_small_and_say_what_they_do():
    for path in MODULES:
        name = name_of(path)
        assert path.stem not in FORBIDDEN_NAMES, name
        assert lines_of_code(path) <= LARGER.get(name, SIZE_LIMIT), name
        assert not tree_of(path).body or ast.get_docstring(tree_of(path)), f"{name} does not open with a sentence"


def lines_of_code(path: Path) -> int:
    lines = path.read_text("utf-8").splitlines()
    passed: set[int] = set()
    for node in nodes_of(path):
        is_rule = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rule"
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if (is_rule or is_docstring) and isinstance(node, ast.expr | ast.stmt):
            passed.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(1 for number, line in enumerate(lines, 1) if line.strip() and number not in passed)


def test_packages_are_not_named_after_nothing():
    assert not {path.name for path in PACKAGE.rglob("*") if path.is_dir()} & FORBIDDEN_NAMES


# Rooms that are tested through others, and by which.
TESTED_ELSEWHERE = {"operate": "migrate"}
# Each module of these has a test that imports it; one that only holds constants is tested by those who use them.
MIRRORED = ("ir", "language", "lower", "prove")


def rooms_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("_")}


def test_tests_mirror_the_package():
    tested = {room for room in rooms_of(ROOT / "tests") if any((ROOT / "tests" / room).rglob("test_*.py"))}
    assert tested - {"scripts", "editor"} <= rooms_of(PACKAGE)
    assert rooms_of(PACKAGE) - tested <= TESTED_ELSEWHERE.keys()
    assert set(TESTED_ELSEWHERE.values()) <= tested


@pytest.mark.parametrize("room", MIRRORED)
def test_each_module_has_a_test_of_its_room(room):
    files = [path for path in (PACKAGE / room).rglob("*.py") if path.name != "__init__.py"]
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files if _does_something(path)}
    imported = {name for path in (ROOT / "tests" / room).rglob("*.py") for name in _imported_names(path)}
    assert len(modules) > 3
    assert not modules - imported, f"import it in a test in tests/{room}"


def _does_something(path: Path) -> bool:
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree_of(path).body)


def _imported_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            names.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    return names


def test_codes_have_the_digit_of_their_place():
    wrong = []
    for room, digits in CODES.items():
        for path in (PACKAGE / room).rglob("*.py"):
            codes = re.findall(r"\bDC(\d)\d\d\b", " ".join(_rule_codes(path)))
            wrong += [f"{name_of(path)}: DC{digit}.." for digit in codes if digit not in digits]
    assert not wrong


@functools.cache
def _rule_codes(path: Path) -> list[str]:
    found: list[str] = []
    for node in nodes_of(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rule":
            found += [
                str(k.value.value) for k in node.keywords if k.arg == "code" and isinstance(k.value, ast.Constant)
            ]
    return found


def test_every_rule_constant_is_in_the_catalogue():
    written = Counter(code for path in MODULES for code in _rule_codes(path))
    assert {code for code, count in written.items() if count > 1} == set()
    assert set(written) == {rule.code for rule in RULES}


def test_a_rule_says_all_that_is_to_be_said():
    for rule in RULES:
        for part in ("summary", "message", "why", "example", "fix"):
            assert getattr(rule, part).strip(), f"{part} of {rule.code} is empty"
        assert rule.source, rule.code
        assert "\n" not in rule.message + rule.summary, rule.code
        assert rule.message != rule.summary, rule.code


def test_no_module_prints_or_imports_everything():
    for path in MODULES:
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom):
                assert all(alias.name != "*" for alias in node.names), name_of(path)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and path.name != "__main__.py":
                assert node.func.id not in {"print", "eval", "exec"}, name_of(path)


def test_no_file_names_a_machine_or_an_index():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    names = listed.stdout.splitlines() or [name_of(path) for path in MODULES]
    found = []
    for name in names:
        path = ROOT / name
        if not path.is_file() or path.suffix in {".json", ".lock"}:
            continue
        text = path.read_text("utf-8", "replace")
        found += [f"{name}: {match}" for match in NOT_PORTABLE.findall(text)]
    found = [one for one in found if not one.startswith("tests/test_house.py")]
    assert not found


def test_the_lock_has_versions_only():
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(lines, key=lambda line: line.split("==")[0])
    for line in lines:
        assert re.fullmatch(r'[a-z0-9-]+==[\w.+!]+(; python_version >= "3\.1\d")?', line)


def test_the_lock_holds_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    wanted += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    locked = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines()}
    names = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-").replace(".", "-") for line in wanted}
    assert names - locked <= {"tomli"}  # needed by Python 3.10 alone


def test_one_version_everywhere():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_schemas_are_json():
    for path in (ROOT / "schemas").rglob("*.json"):
        json.loads(path.read_text("utf-8"))
