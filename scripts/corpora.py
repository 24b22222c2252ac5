"""The corpora of `make corpus`, and the record of what became of their files the last time (`corpus.py --record`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

RECORD = Path(__file__).with_name("corpora.json")


class Recorded(TypedDict):
    """What became of a file, and the lines of each of its errors by code."""

    status: str
    errors: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of DAG files inside a source distribution. `root` is what stands on sys.path, `folder` what is read."""

    name: str
    requirement: str
    root: str
    folder: str
    files: int
    pattern: str = "example_*.py"
    index_arguments: tuple[str, ...] = ("--no-binary", ":all:")
    requirements: tuple[str, ...] = ()  # what the files import beside Airflow


CORPORA = (
    Corpus(
        "system-tests",
        "apache-airflow-providers-amazon==9.32.0",
        "tests",
        "tests/system/amazon/aws",
        84,
        requirements=("pymongo", "opensearch-py"),
    ),
    Corpus(
        "amazon-2.4.0",
        "apache-airflow-providers-amazon==2.4.0",
        "airflow/providers/amazon/aws/example_dags",
        "airflow/providers/amazon/aws/example_dags",
        26,
    ),
    # Wheels, since building the metadata of a source distribution of 1.10 needs a Python of its time.
    Corpus(
        "airflow-1.10",
        "apache-airflow==1.10.15",
        "airflow/example_dags",
        "airflow/example_dags",
        24,
        "[a-z]*.py",
        index_arguments=(),
    ),
    Corpus(
        "airflow-1.10-contrib",
        "apache-airflow==1.10.15",
        "airflow/contrib/example_dags",
        "airflow/contrib/example_dags",
        35,
        "[a-z]*.py",
        index_arguments=(),
        requirements=("future", "google-api-core"),
    ),
    Corpus(
        "airflow-3.0.6",
        "apache-airflow-core==3.0.6",
        "airflow/example_dags",
        "airflow/example_dags",
        39,
        "[a-z]*.py",
        index_arguments=(),
    ),
    Corpus(
        "standard-1.21.0",
        "apache-airflow-providers-standard==1.21.0",
        "airflow/providers/standard/example_dags",
        "airflow/providers/standard/example_dags",
        20,
        "[a-z]*.py",
        index_arguments=(),
    ),
)


def read_record() -> dict[str, dict[str, Recorded]]:
    """By corpus and file."""
    record: dict[str, dict[str, Recorded]] = json.loads(RECORD.read_text("utf-8"))
    return record


def write_record(record: Mapping[str, Mapping[str, Recorded]]) -> None:
    """A line for each file, so that a difference can be read."""
    parts = [
        f" {_json(name)}: {{\n" + ",\n".join(f"  {_json(file)}: {_json(files[file])}" for file in files) + "\n }"
        for name, files in record.items()
    ]
    RECORD.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def _json(value: Any) -> str:
    return json.dumps(value)
