"""docs/faults.md names tests that exist; the commands of docs/migration.md and of the README's chapter are run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Stand

ROOT = Path(__file__).parents[2]
ROWS = range(1, 56)


def test_every_fault_has_a_row_and_every_test_named_exists() -> None:
    found = re.findall(r"^\| ([CHM]?\d+) \|.*\| ([^|]*) \|$", (ROOT / "docs/faults.md").read_text(), re.MULTILINE)
    rows = dict(found)
    assert len(rows) == len(found), "a row stands there twice"
    assert [int(number) for number in rows if number.isdigit()] == list(ROWS)
    assert all(re.findall(r"`test_\w+`", cell) for number, cell in rows.items() if not number.isdigit())
    sources = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"^def (test_\w+)", sources, re.MULTILINE))
    named = {number: set(re.findall(r"`(test_\w+)`", cell)) for number, cell in rows.items()}
    assert set().union(*named.values()) <= defined
    assert sum(bool(tests) for tests in named.values()) >= 45


def commands(document: str) -> list[list[str]]:
    """The words after `dag-converter migrate` of each such line in the document's code blocks."""
    found: list[list[str]] = []
    inside = False
    for line in (ROOT / document).read_text("utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside and line.startswith("dag-converter migrate "):
            found.append(shlex.split(line, comments=True)[2:])
    return found


DOCUMENTS = ["docs/migration.md", *(["README.md"] if commands("README.md") else [])]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_commands_of_the_documents_work_as_they_stand(stand: Stand, document: str) -> None:
    given = commands(document)
    assert given, f"{document} shows no migration"
    stand.set(environment={"Name": "Prod"})
    stand.define("nightly", "hourly", folder="definitions")
    stand.set_dags("nightly", "hourly")
    (stand.folder / "helpers.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    for words in given:
        if words[0] == "rehearse":
            continue  # tried by test_rehearse.py: it brings its own stand-in
        automatic = ("--auto-approve",) if words[0] not in ("plan", "status") and "--auto-approve" not in words else ()
        definitions = ("--definitions", "definitions") if words[0] == "plan" and "--definitions" not in words else ()
        ran = stand.cli(*words, *definitions, *automatic)
        assert ran.code == 0, f"{shlex.join(words)}\n{ran.text}"
