"""Proves schemas/renames.json by importing every name in it under the engine; writes the current defaults anew.

`--check` writes nothing and exits 1 when a default is stale. A name that is wrong is never repaired by itself: it is
printed, and the exit code is 1. Run it with the pinned engine (`pip install 'dagconv[airflow]'`).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import inspect
import json
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "schemas" / "renames.json"
BASE = "airflow.sdk.BaseOperator"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a default is stale")
    check = parser.parse_args().check
    os.environ.update({"AIRFLOW_HOME": tempfile.mkdtemp(), "_AIRFLOW__AS_LIBRARY": "1"})
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    data = json.loads(FILE.read_bytes())
    wrong = [*wrong_names(data), *wrong_arguments(data)]
    for line in wrong:
        print(line, file=sys.stderr)
    before = layout(data, 3) + "\n"
    refresh(data)
    after = layout(data, 3) + "\n"
    stale = FILE.read_text(encoding="utf-8") != after
    if stale and not check:
        FILE.write_text(after, encoding="utf-8")
    changed = "changed" if before != after else "as they were"
    print(f"{sum(len(data[table]) for table in ('names', 'absent', 'newer'))} names, defaults {changed}")
    if stale and check:
        print("stale: schemas/renames.json; run scripts/refresh_renames.py", file=sys.stderr)
    return 1 if wrong or (stale and check) else 0


def find(path: str) -> Any:
    """The object, or None where there is none."""
    module, _, name = path.rpartition(".")
    for attempt in (lambda: getattr(importlib.import_module(module), name), lambda: importlib.import_module(path)):
        try:
            return attempt()
        except (ImportError, AttributeError):
            continue
    return None


def wrong_names(data: dict[str, Any]) -> Iterator[str]:
    for table in ("names", "newer", "importable"):
        for old, new in data[table].items():
            if find(new) is None:
                yield f"{table}: {new}, for {old}, does not import"
    for table in ("names", "absent", "newer", "adapted", "gone"):
        yield from (f"{table}: {old} does import" for old in data[table] if find(old) is not None)
    for old, (new, provider) in data["absent"].items():
        if find(new) is not None:
            yield f"absent: {new}, for {old} of {provider}, does import"
    yield from (f"importable: {old} does not import" for old in data["importable"] if find(old) is None)
    yield from (
        f"adapted: {row['class']} does not import" for row in data["adapted"].values() if find(row["class"]) is None
    )


def wrong_arguments(data: dict[str, Any]) -> Iterator[str]:
    for table in ("arguments", "adapted_arguments", "lost_arguments", "changed_values"):
        for path, arguments in data[table].items():
            cls = find(path)
            if cls is None:
                continue  # its module needs a provider that the service does not have
            accepted = parameters(cls)
            for old, new in arguments.items():
                if table != "changed_values" and old in accepted:
                    yield f"{table}: {path} takes {old} itself"
                if table == "arguments" and new is not None and new not in accepted:
                    yield f"{table}: {path} takes no {new}"


def parameters(cls: type) -> dict[str, Any]:
    """Names and defaults over the `__init__`s as far as each passes keywords on."""
    found: dict[str, Any] = {}
    for owner in cls.__mro__:
        init = owner.__dict__.get("__init__")
        if init is None or owner is object:
            continue
        signature = inspect.signature(inspect.unwrap(init)).parameters.values()
        for parameter in signature:
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                found.setdefault(parameter.name, parameter.default)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature):
            break
    return found


def refresh(data: dict[str, Any]) -> None:
    """The engine's versions, and the last row of each history of a default."""
    data["engine"] = {name: importlib.metadata.version(name) for name in data["engine"]}
    release = data["engine"]["apache-airflow-providers-amazon"]
    for path, arguments in data["defaults"].items():
        cls = find(path)
        accepted = parameters(cls) if cls is not None else {}
        for name, history in arguments.items():
            if name in accepted:
                history[-1] = [release, plain(accepted[name])]


def plain(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value))
    except TypeError:
        return {"expression": type(value).__name__}


def layout(value: Any, depth: int, indent: int = 0) -> str:
    """One entry a line."""
    pad = " " * indent
    if isinstance(value, dict) and depth > 0 and value:
        rows = (f"{pad} {json.dumps(key)}: {layout(item, depth - 1, indent + 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(rows) + f"\n{pad}}}"
    if isinstance(value, list) and depth > 1 and value and indent == 1:
        return "[\n" + ",\n".join(f"{pad} {json.dumps(item)}" for item in value) + f"\n{pad}]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
