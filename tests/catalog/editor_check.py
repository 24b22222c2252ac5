"""In an editor the schema marks what is wrong at its place and offers what the operator class takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from language_server import ROOT, LanguageServer

from dagconv.catalog.operators import Status, load_operators

HEAD = f"# yaml-language-server: $schema={(ROOT / 'schemas' / 'workflow.schema.json').as_uri()}\n"
GOOD = """\
my_dag:
  schedule: "@daily"
  default_args:
    retries: 1
  tasks:
    wait:
      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
      bucket_key: s3://bucket/key
      mode: reschedule
      pool: small
      execution_timeout: {__type__: datetime.timedelta, minutes: 5}
    own:
      operator: my_package.operators.OwnOperator
      anything: goes
      dependencies: [wait]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    running = LanguageServer()
    yield running
    running.close()


def written(folder: Path, text: str) -> Path:
    path = folder / "definition.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def place(path: Path, mark: str) -> tuple[int, int]:
    """Line and character, from 0, of the first place of a text."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
        if mark in line and number:
            return number, line.index(mark)
    raise AssertionError(mark)


def marked(found: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return sorted({(one["range"]["start"]["line"], one["range"]["start"]["character"]) for one in found})


def test_a_good_definition_has_no_mark(server: LanguageServer, tmp_path: Path):
    assert server.open(written(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "mark"),
    [
        ("bucket_key: s3://bucket/key", "bucket_key: s3://bucket/key\n      bukket: b", "bukket"),
        ("mode: reschedule", "mode: rescheduled", "rescheduled"),
        ("retries: 1", "retries: 4", "4"),
        ("retries: 1", "depends_on_past: true", "depends_on_past"),
        ('schedule: "@daily"', 'schedule_interval: "@daily"', "schedule_interval"),
        ('"@daily"', '"@once"', '"@once"'),
        ("{__type__: datetime.timedelta, minutes: 5}", "300", "300"),
        ("S3KeySensor", "S3KeySensr", "airflow.providers"),
        ("dependencies: [wait]", "dependencies: wait", "wait\n"),
    ],
)
def test_a_wrong_thing_is_marked_at_its_place(server: LanguageServer, tmp_path: Path, old: str, new: str, mark: str):
    path = written(tmp_path, GOOD.replace(old, new))
    line, character = place(path, new.split("\n")[-1].strip() if mark.endswith("\n") else mark)
    character += len("dependencies: ") if mark.endswith("\n") else 0
    assert (line, character) in marked(server.open(path))


def test_arguments_of_the_class_are_offered_and_no_others(server: LanguageServer, tmp_path: Path):
    path = written(tmp_path, GOOD.replace("      pool: small\n", "      \n"))
    server.open(path)
    line = path.read_text(encoding="utf-8").split("\n").index("      ")
    offered = server.complete(path, line, 6)
    sensor = load_operators().find("airflow.providers.amazon.aws.sensors.s3.S3KeySensor")
    assert sensor is not None
    own = {name for name, row in sensor.parameters.items() if row.level != "task"} - {"bucket_key", "mode"}
    assert own <= offered.keys()
    assert offered.keys() <= sensor.parameters.keys() | {"dependencies"}


def test_operator_classes_are_offered(server: LanguageServer, tmp_path: Path):
    path = written(tmp_path, "my_dag:\n  tasks:\n    first:\n      operator: \n")
    server.open(path)
    offered = {item["insertText"] for item in server.complete(path, 4, 16).values()}
    operators = load_operators()
    assert len(offered) > 200
    assert {operators.status(name) for name in offered} <= {
        Status.CONFIRMED, Status.CONFIRMED_BY_USE, Status.LIKELY, Status.UNCONFIRMED,
    }  # fmt: skip


def test_allowed_values_are_offered(server: LanguageServer, tmp_path: Path):
    path = written(tmp_path, GOOD.replace("mode: reschedule", "mode: "))
    server.open(path)
    line, character = place(path, "mode: ")
    assert set(server.complete(path, line, character + 6)) == {"poke", "reschedule"}


def test_hover_says_what_an_argument_is_for(server: LanguageServer, tmp_path: Path):
    path = written(tmp_path, GOOD)
    server.open(path)
    assert "Key or keys" in server.hover(path, *place(path, "bucket_key"))
    assert "Ignored by the service" in server.hover(path, *place(path, "pool"))
    assert "five-field cron" in server.hover(path, *place(path, "schedule"))
