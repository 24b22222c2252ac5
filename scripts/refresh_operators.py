"""Writes schemas/operators/ from the installed providers and the lists in _sources.json; `--check` proves it fresh.

Run it with the pinned engine (`pip install 'dagconv[airflow]'`): the signatures are those of the service's versions.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import inspect
import json
import os
import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from signatures import import_class, read_parameters, signature_rows

FOLDER = Path(__file__).resolve().parent.parent / "schemas" / "operators"
HAND_WRITTEN = ("_sources.json", "_renamed.json", "_runtime.json", "_words.json")
AMAZON = "airflow.providers.amazon.aws"
PACKAGES = (
    *(f"{AMAZON}.{kind}" for kind in ("operators", "sensors", "transfers")),
    *(f"airflow.providers.{name}.{kind}" for name in ("standard", "common.sql") for kind in ("operators", "sensors")),
)
# One file per AWS service; a module that is not named here belongs to the service of its own name.
SERVICES = {
    "cloud_formation": "cloudformation",
    "glue_catalog": "glue",
    "glue_catalog_partition": "glue",
    "glue_crawler": "glue",
    "glue_databrew": "databrew",
    "lambda_function": "lambda",
    "neptune_analytics": "neptune",
    "redshift_cluster": "redshift",
    "redshift_data": "redshift",
    "sagemaker_unified_studio_notebook": "sagemaker_unified_studio",
    "step_function": "stepfunctions",
    "base_aws": "aws",
    "base": "aws",
    "base_sensor": "aws",
    "s3_to_redshift": "redshift",
    "redshift_to_s3": "redshift",
    "s3_to_dynamodb": "dynamodb",
    "dynamodb_to_s3": "dynamodb",
    "hive_to_dynamodb": "dynamodb",
    "glacier_to_gcs": "glacier",
}
AWS_LEVEL = ("aws_conn_id", "region_name", "verify", "botocore_config")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a file is stale")
    check = parser.parse_args().check
    wanted = {FOLDER / name: text for name, text in build().items()}
    written = {path for path in FOLDER.glob("*.json") if path.name not in HAND_WRITTEN}
    stale = sorted(path.name for path in wanted.keys() | written if _read(path) != wanted.get(path))
    if check:
        for name in stale:
            print(f"stale: schemas/operators/{name}; run scripts/refresh_operators.py", file=sys.stderr)
        return 1 if stale else 0
    for path in written - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(wanted)} files, {len(stale)} changed")
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def build() -> dict[str, str]:
    """Every generated file as name -> text."""
    os.environ.update({"AIRFLOW_HOME": tempfile.mkdtemp(), "_AIRFLOW__AS_LIBRARY": "1"})
    listed = json.loads((FOLDER / "_sources.json").read_bytes())["classes"]
    reviewed = json.loads((FOLDER / "_runtime.json").read_bytes())
    levels = {
        level: {name: {**row, **reviewed["levels"].get(level, {}).get(name, {})} for name, row in rows.items()}
        for level, rows in read_levels().items()
    }
    files: dict[str, dict[str, Any]] = {}
    classes = dict(provider_classes())
    unknown = reviewed["classes"].keys() - classes.keys() - listed.keys()
    if unknown:
        raise SystemExit(f"_runtime.json names unknown classes: {sorted(unknown)}")
    for path in sorted(classes.keys() | listed.keys()):
        cls = classes[path] if path in classes else import_class(path)
        row = class_row(path, cls, listed.get(path))
        if cls is not None:
            row.update(argument_rows(path, cls, levels, reviewed))
        files.setdefault(service_of(path), {})[path] = row
    out = {f"{service}.json": layout({"service": service, "classes": rows}, 4) for service, rows in files.items()}
    out["_airflow.json"] = layout({"levels": levels}, 3)
    out["_index.json"] = layout({"services": index(files)}, 3)
    return out


def index(files: dict[str, dict[str, Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """service -> module -> class -> status: enough to find a file and to name what is near."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for service in sorted(files):
        for path, row in files[service].items():
            module, name = path.rsplit(".", 1)
            found.setdefault(service, {}).setdefault(module, {})[name] = row["status"]
    return found


def provider_classes() -> Iterator[tuple[str, type | None]]:
    """Operator, sensor and transfer classes by defining path; None where the module needs another provider."""
    from airflow.sdk import BaseOperator

    for package_name in PACKAGES:
        package = importlib.import_module(package_name)
        for info in pkgutil.iter_modules(package.__path__):
            name = f"{package_name}.{info.name}"
            try:
                module = importlib.import_module(name)
            except Exception:  # noqa: BLE001  # providers raise classes of their own for a missing dependency
                yield from ((f"{name}.{found}", None) for found in _class_names(Path(package.__path__[0]), info.name))
                continue
            for found, value in vars(module).items():
                if not inspect.isclass(value) or not issubclass(value, BaseOperator) or value.__module__ != name:
                    continue
                if not found.startswith("_") and found == value.__name__:
                    yield f"{name}.{found}", value


def _class_names(folder: Path, stem: str) -> list[str]:
    tree = ast.parse((folder / f"{stem}.py").read_text(encoding="utf-8"))
    return [n.name for n in tree.body if isinstance(n, ast.ClassDef) and n.name.endswith(("Operator", "Sensor"))]


def service_of(path: str) -> str:
    stem = path.rsplit(".", 2)[1]
    if path.startswith(("airflow.operators.", "airflow.providers.standard.")):
        return "standard"
    if path.startswith("airflow.providers.common.sql."):
        return "sql"
    if stem in ("operators", "sensors"):
        return "aws"
    return SERVICES.get(stem, "s3" if ".transfers." in path else stem)


def read_levels() -> dict[str, Any]:
    """The arguments that every task, every sensor and every AWS class has, each once."""
    from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator
    from airflow.sdk import BaseOperator
    from airflow.sdk.bases.sensor import BaseSensorOperator

    aws = read_parameters(AwsBaseOperator, ())
    return {
        "task": read_parameters(BaseOperator, ()),
        "sensor": {name: row for name, row, variadic in signature_rows(BaseSensorOperator) if not variadic},
        "aws": {name: aws[name] for name in AWS_LEVEL},
        "region": {"region": aws["region"]},
    }


def class_row(path: str, cls: type | None, listed: dict[str, Any] | None) -> dict[str, Any]:
    """What is said of the class as a whole."""
    from airflow.sdk.bases.sensor import BaseSensorOperator

    row: dict[str, Any] = {"status": listed["status"] if listed else "unlisted"}
    if listed:
        row["sources"] = listed["sources"]
        row.update({key: listed[key] for key in ("note", "needs_code") if key in listed})
    if cls is None:
        if row["status"] != "phantom":
            row["note"] = "Its module does not import on the service: it needs another provider or a newer Airflow."
        return row
    if not listed and (inspect.isabstract(cls) or "Base" in cls.__name__):
        row["status"] = "abstract"
    defining = f"{cls.__module__}.{cls.__qualname__}"
    if defining != path:
        row["defined_at"] = defining
    if issubclass(cls, BaseSensorOperator):
        row["sensor"] = True
    return row


def argument_rows(path: str, cls: type, levels: dict[str, Any], reviewed: dict[str, Any]) -> dict[str, Any]:
    """What is said of the arguments: those that differ from the inherited levels, and the reviewed facts."""
    fields = tuple(getattr(cls, "template_fields", ()))
    found = read_parameters(cls, fields)
    inherited = [level for level in ("task", "sensor", "aws", "region") if levels[level].keys() <= found.keys()]
    facts = reviewed["classes"].get(path, {})
    own: dict[str, Any] = {}
    for name, row in found.items():
        for level in inherited:
            row = {**row, **reviewed["levels"].get(level, {}).get(name, {})}
        if name in facts.get("needed_at_run", {}):
            row["needed_at_run"] = facts["needed_at_run"][name]["reason"]
            row.update({"needed_unless": facts["needed_at_run"][name].get("unless", [])})
        row.update(facts.get("arguments", {}).get(name, {}))
        common = next((levels[level][name] for level in inherited if name in levels[level]), None)
        if {key: item for key, item in row.items() if key != "templated"} != common:
            own[name] = row
    named = {*facts.get("needed_at_run", {}), *facts.get("arguments", {})}
    named.update(name for group in facts.get("exclusive", ()) for name in group)
    named.update(name for group in facts.get("one_of", ()) for name in group["arguments"])
    required = {name for name in facts.get("needed_at_run", {}) if found.get(name, {}).get("required")}
    if named - found.keys() or required:
        raise SystemExit(f"_runtime.json: {path} has no optional argument {sorted(named - found.keys() | required)}")
    rows: dict[str, Any] = {"levels": inherited, "template_fields": sorted(fields), "parameters": own}
    if landings := rendered_as(cls, fields, found):
        rows["rendered_as"] = landings
    return {**rows, **{key: facts[key] for key in ("exclusive", "one_of") if key in facts}}


def rendered_as(cls: type, fields: tuple[str, ...], found: dict[str, Any]) -> dict[str, str]:
    """Arguments that land in a rendered attribute of another name, asked of objects made with texts of our own."""
    elsewhere = sorted(set(fields) - found.keys())
    if not elsewhere:
        return {}
    required = {name: f"dagconv-{name}" for name, row in found.items() if row.get("required")}
    landings: dict[str, str] = {}
    for name in sorted(found.keys() - {"task_id", "dag", "task_group"}):
        with contextlib.suppress(Exception):  # an argument that takes no text cannot be a template
            task = cls(**{**required, "task_id": "task", name: f"dagconv-{name}"})
            landings |= {name: field for field in elsewhere if getattr(task, field, None) == f"dagconv-{name}"}  # noqa: B035
    return landings


def layout(data: Any, depth: int, indent: int = 0) -> str:
    """JSON with one line for whatever lies `depth` levels down: small files, readable differences."""
    if depth == 0 or not isinstance(data, dict) or not data:
        return json.dumps(data, ensure_ascii=False) + ("\n" if indent == 0 else "")
    pad = " " * (indent + 1)
    body = ",\n".join(f"{pad}{json.dumps(key)}: {layout(item, depth - 1, indent + 1)}" for key, item in data.items())
    return "{\n" + body + "\n" + " " * indent + "}" + ("\n" if indent == 0 else "")


if __name__ == "__main__":
    sys.exit(main())
