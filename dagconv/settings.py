"""All settings of a call as one frozen value with origins: flag over environment over file over default."""

from __future__ import annotations

import enum
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagconv.errors import UsageError
from dagconv.wire.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT_PREFIX = "DAGCONV_"
_TEST_PREFIX = "DAGCONV_TEST_"
OWN_FILE, _PROJECT_FILE = "dagconv.toml", "pyproject.toml"


class Kind(enum.Enum):
    """What a setting holds, and so how its text in the environment is read."""

    TEXT = "text"
    NUMBER = "number"  # positive
    COUNT = "count"  # positive, whole
    FLAG = "flag"
    LIST = "list"  # separated by commas in the environment
    TABLE = "table"  # file pattern -> codes; in files only


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. `choices` is empty where any value is good."""

    name: str
    kind: Kind
    default: object
    summary: str
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.replace("-", "_").upper()


KEYS = (
    Key("output", Kind.TEXT, None, "folder for the definitions, - for standard output"),
    Key(
        "format",
        Kind.TEXT,
        "full",
        "form of the report",
        ("full", "concise", "json", "sarif", "github", "junit", "markdown"),
    ),
    Key("color", Kind.TEXT, "auto", "colours in the text formats", ("auto", "always", "never")),
    Key("schema-line", Kind.TEXT, None, "address of the JSON Schema for editors, written into each definition"),
    Key("strict", Kind.FLAG, False, "warnings, and files without a DAG, count as errors"),
    Key("jobs", Kind.COUNT, None, "files that are loaded at the same time; the number of processors when not set"),
    Key("timeout", Kind.NUMBER, DEFAULT_LIMITS.timeout, "seconds that loading one file may take"),
    Key("memory", Kind.COUNT, DEFAULT_LIMITS.memory_mb, "MB of memory that loading one file may take"),
    Key("cache", Kind.FLAG, True, "keep results of files, and use those whose reads have not changed since"),
    Key("thorough", Kind.FLAG, False, "load every file under a second hash seed too"),
    Key(
        "airflowignore",
        Kind.TEXT,
        None,
        "syntax of .airflowignore files; its Airflow's when not set",
        ("glob", "regexp"),
    ),
    Key("region", Kind.TEXT, None, "AWS Region that the workflows will run in"),
    Key("source-airflow", Kind.TEXT, None, "Airflow that the source was written for", ("1.10", "2", "3")),
    Key("source-provider", Kind.TEXT, None, "release of the Amazon provider that the source ran with"),
    Key("dst", Kind.TEXT, "refuse", "offset for crons of zones whose clocks change", ("refuse", "winter", "summer")),
    Key("code-package", Kind.FLAG, False, "carry the code of Python and Bash tasks in a package beside the definition"),
    Key("prove", Kind.TEXT, None, "run the tasks of both sides too, with services stood in for", ("run",)),
    Key(
        "template-variables",
        Kind.TEXT,
        "refuse",
        "Airflow Variables in templates: left to a secrets backend, or written in from --variables",
        ("refuse", "keep", "fold", "params"),
    ),
    Key("accept", Kind.LIST, (), "losses to take as warnings, such as interval-shift"),
    Key("variables", Kind.LIST, (), "file of Airflow Variables that DAG files read while they are imported"),
    Key("connections", Kind.LIST, (), "file of Airflow Connections that DAG files read while they are imported"),
    Key("env-file", Kind.LIST, (), "file of environment variables that DAG files read while they are imported"),
    Key("aws-replies", Kind.LIST, (), "file of replies to AWS calls that DAG files make while they are imported"),
    Key("airflow-config", Kind.TEXT, None, "airflow.cfg, or options by section.option, of the source's Airflow"),
    Key("dags-root", Kind.TEXT, None, "folder that stands for the environment's DAGs folder on sys.path"),
    Key("plugins", Kind.LIST, (), "folder of plugins, put on sys.path"),
    Key("requirements", Kind.LIST, (), "requirements.txt to install for the import, in a folder of its own"),
    Key("discovery", Kind.FLAG, True, "look beside the DAGs for inputs/ and for what requirements.txt pins"),
    Key("stub-missing", Kind.FLAG, False, "import inert modules in place of those that are not installed"),
    Key("select", Kind.LIST, (), "codes or beginnings of codes to report; all when empty"),
    Key("extend-select", Kind.LIST, (), "further codes to report"),
    Key("ignore", Kind.LIST, (), "codes or beginnings of codes not to report"),
    Key("per-file-ignores", Kind.TABLE, {}, "file pattern -> codes not to report there"),
    Key("baseline", Kind.TEXT, None, "file of known warnings, which are not reported and do not count"),
    Key("include", Kind.LIST, (), "file patterns that validate always judges in folders"),
    Key("exclude", Kind.LIST, (), "file patterns that are left out of folders"),
)
_BY_NAME = {key.name: key for key in KEYS}


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it comes from: `default`, a file, `environment NAME` or `command line`."""

    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Typed access by key; every value was checked when it was read."""

    values: Mapping[str, Setting] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        value = self.values[name].value
        assert value is None or isinstance(value, str)
        return value

    def choice(self, name: str) -> str:
        value = self.values[name].value
        assert isinstance(value, str)
        return value

    def count(self, name: str) -> int | None:
        value = self.values[name].value
        assert value is None or isinstance(value, int)
        return value

    def number(self, name: str) -> float:
        value = self.values[name].value
        assert isinstance(value, int | float)
        return float(value)

    @property
    def limits(self) -> Limits:
        """What loading one file may take."""
        return Limits(self.number("timeout"), self.count("memory") or 0)

    def flag(self, name: str) -> bool:
        return bool(self.values[name].value)

    def words(self, name: str) -> tuple[str, ...]:
        value = self.values[name].value
        assert isinstance(value, tuple)
        return value

    def table(self, name: str) -> Mapping[str, tuple[str, ...]]:
        value = self.values[name].value
        assert isinstance(value, Mapping)
        return value


def read_settings(
    flags: Mapping[str, object], environment: Mapping[str, str], folder: Path, file: Path | None = None
) -> Settings:
    """Settings of one call. `flags` holds what the command line said, None for what it left out.

    Without `file` the nearest dagconv.toml or pyproject.toml with [tool.dagconv] from `folder` upwards is read.
    Raises UsageError for an unknown key and for a value that its key cannot have.
    """
    values = {key.name: Setting(key.default, "default") for key in KEYS}
    path = file or _nearest_file(folder)
    if path is not None:
        values |= {name: Setting(value, str(path)) for name, value in _from_file(path).items()}
    return Settings(values | _from_environment(environment) | _given(flags, "command line"))


def given_settings(options: Mapping[str, object]) -> Settings:
    """Settings of a call from Python: what it gives, by the names of KEYS, and else the defaults; no file and no
    environment is read. Raises UsageError for an unknown name and for a value that its key cannot have."""
    for name in options:
        if name not in _BY_NAME:
            raise UsageError(f"unknown option {name.replace('-', '_')!r}{_hint(name)}")
    return Settings({key.name: Setting(key.default, "default") for key in KEYS} | _given(options, "the call"))


def _given(options: Mapping[str, object], origin: str) -> dict[str, Setting]:
    """The options of a call that say something."""
    said = {name: value for name, value in options.items() if value is not None and value != ()}
    return {name: Setting(_checked(_BY_NAME[name], value, origin), origin) for name, value in said.items()}


def settings_text(values: Mapping[str, tuple[object, str]]) -> str:
    """The text of a dagconv.toml that `read_settings` reads, each value with the reason given for it."""
    import json

    lines = ["# Settings of dagconv; `dag-converter config` lists all of them.", ""]
    for name, (value, reason) in values.items():
        assert name in _BY_NAME, name
        shown = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
        said = "".join(c for c in reason if c.isprintable())  # a file's name must not end the comment
        lines.append(f"{name} = {shown}{f'  # {said}' if said else ''}")
    return "\n".join(lines) + "\n"


def _nearest_file(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        if (place / OWN_FILE).is_file():
            return place / OWN_FILE
        project = place / _PROJECT_FILE
        if project.is_file() and _table_of(project) is not None:
            return project
    return None


def _table_of(path: Path) -> dict[str, Any] | None:
    """The table of settings in a file; None for a pyproject.toml without one."""
    if sys.version_info >= (3, 11):  # here, as the texts of options are wanted without it
        import tomllib
    else:
        import tomli as tomllib

    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if path.name != _PROJECT_FILE:
        return content
    table: object = content.get("tool", {}).get("dagconv")
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: tool.dagconv is not a table")
    return table


def _from_file(path: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in (_table_of(path) or {}).items():
        if name not in _BY_NAME:
            raise UsageError(f"{path}: unknown setting {name!r}{_hint(name)}")
        found[name] = _checked(_BY_NAME[name], value, str(path))
    return found


def _from_environment(environment: Mapping[str, str]) -> dict[str, Setting]:
    by_variable = {key.variable: key for key in KEYS if key.kind is not Kind.TABLE}
    found = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable.startswith(_TEST_PREFIX):
            continue
        if variable not in by_variable:
            name = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("_", "-")
            raise UsageError(f"unknown setting in the environment: {variable}{_hint(name)}")
        key, origin = by_variable[variable], f"environment {variable}"
        found[key.name] = Setting(_checked(key, _parsed(key, text), origin), origin)
    return found


def _parsed(key: Key, text: str) -> object:
    """The text of an environment variable as a value; text that is none stays text and fails the check."""
    match key.kind:
        case Kind.FLAG:
            return {"1": True, "true": True, "0": False, "false": False, "": False}.get(text.lower(), text)
        case Kind.LIST:
            return [word.strip() for word in text.split(",") if word.strip()]
        case Kind.COUNT | Kind.NUMBER:
            try:
                return int(text) if key.kind is Kind.COUNT else float(text)
            except ValueError:
                return text
        case _:
            return text


def _checked(key: Key, value: object, origin: str) -> object:
    good = False
    match key.kind:
        case Kind.TEXT:
            good = isinstance(value, str) and (not key.choices or value in key.choices)
        case Kind.COUNT:
            good = isinstance(value, int) and not isinstance(value, bool) and value > 0
        case Kind.NUMBER:
            good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
        case Kind.FLAG:
            good = isinstance(value, bool)
        case Kind.LIST:
            good = _is_words(value)
            value = tuple(value) if good and isinstance(value, list | tuple) else value
        case Kind.TABLE:
            good = isinstance(value, Mapping) and all(_is_words(codes) for codes in value.values())
            value = {k: tuple(v) for k, v in value.items()} if good and isinstance(value, Mapping) else value
    if not good:
        wanted = f"one of {', '.join(key.choices)}" if key.choices else _WANTED[key.kind]
        raise UsageError(f"{origin}: {key.name} = {value!r} is not {wanted}")
    return value


_WANTED = {
    Kind.TEXT: "text",
    Kind.COUNT: "a whole number above 0",
    Kind.NUMBER: "a number above 0",
    Kind.FLAG: "true or false",
    Kind.LIST: "a list of texts",
    Kind.TABLE: "a table of lists of codes",
}


def _is_words(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(word, str) for word in value)


def _hint(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, _BY_NAME, 1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(_BY_NAME))}"
