"""What loading a file is recorded to have read, kind by kind, and what is not mistaken for it."""

from __future__ import annotations

import datetime
import textwrap
from dataclasses import fields

import pytest

from dagconv.load.process import Worker
from dagconv.load.source import load_source
from dagconv.wire.inputs import Inputs
from dagconv.wire.limits import Limits
from dagconv.wire.reads import MAX_READS, Reads, union

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.timezone.utc)
DAG = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("etl", schedule=None):
    BashOperator(task_id="t", bash_command={command!r})
"""

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def worker():
    with Worker() as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "dags").mkdir()
    return tmp_path / "dags"


@pytest.fixture
def reads(worker, folder):
    """What a file reads that begins with these lines; paths are told by their names below the folder of the test."""

    def load(lines="", command="true", path="etl.py", **inputs):
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(lines) + DAG.format(command=command))
        result = load_source(worker, file, folder, Limits(), NOW, inputs=Inputs(**inputs))
        assert [dag.workflow.dag_id for dag in result.dags] == ["etl"], result.diagnostics
        return shortened(result.reads, folder)

    return load


def shortened(reads, folder):
    found = {}
    for field in fields(Reads):
        value = getattr(reads, field.name)
        if isinstance(value, tuple):
            names = (name.removeprefix(f"{folder}/").replace(str(folder.parent), "..") for name in value)
            found[field.name] = tuple(name for name in names if not name.startswith("AIRFLOW__"))
        else:
            found[field.name] = value
    return found


def test_a_plain_file_reads_itself_only(reads):
    found = reads()
    stems = found.pop("stems")
    assert set(stems) <= {"airflow", "pytz", "slugify"}
    told = {name: value for name, value in found.items() if value}
    assert told == {"modules": ("etl.py",), "present": ("etl.py",)}
    assert Reads(**found).is_traced


def test_modules_and_where_they_were_searched_first(reads, folder):
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").write_text("")
    (folder / "package" / "inner.py").write_text("import csv")
    (folder / "space").mkdir()
    (folder / "space" / "part.py").write_text("")
    found = reads("""
        import package.inner, space.part
        try:
            import package.other
        except ImportError:
            pass
        try:
            import nothing
        except ImportError:
            pass
    """)
    assert set(found["modules"]) == {"etl.py", "package/__init__.py", "package/inner.py", "space/part.py"}
    assert {"nothing", "package/other"} <= set(found["stems"])
    assert not {"package", "space", "package/inner", "csv"} & set(found["stems"])
    assert {"package", "space", "package/__init__.py"} <= set(found["present"])


def test_a_module_of_the_library_that_stands_beside_is_looked_for(reads, folder):
    assert "json" in reads("import json")["stems"]
    (folder / "json.py").write_text("")
    assert "json.py" in reads("import json")["present"]


def test_byte_code_counts_as_its_source(reads, folder):
    import py_compile

    (folder / "mine.py").write_text("")
    py_compile.compile(str(folder / "mine.py"), doraise=True)
    found = reads("import mine")
    assert set(found["modules"]) == {"etl.py", "mine.py"}
    assert not any(".pyc" in name for name in (*found["files"], *found["absent"]))


def test_data_and_template_files(reads, folder):
    (folder / "data.json").write_text("{}")
    (folder / "run.sh").write_text("true")
    found = reads("open(__file__.replace('etl.py', 'data.json')).read()", "run.sh")
    assert found["files"] == ("data.json", "run.sh")
    assert "run.sh" in found["present"]
    assert found["stats"] == ()


def test_folders_that_were_listed(reads, folder):
    (folder / "sql").mkdir()
    found = reads("""
        import os, pathlib, glob
        here = pathlib.Path(__file__).parent
        os.listdir(here / "sql")
        list(here.iterdir())
        glob.glob(str(here.parent / "*.x"))
    """)
    assert found["folders"] == ("..", "../dags", "sql")


def test_paths_that_are_only_looked_for(reads, folder):
    (folder / "there").touch()
    found = reads("""
        import os, pathlib
        here = pathlib.Path(__file__).parent
        (here / "gone").exists(), os.path.isfile(here / "missing"), os.access(here / "no", os.R_OK)
        (here / "there").exists(), os.path.isfile(str(here / "there"))
        os.path.getmtime(here)
        try:
            open(here / "unopened")
        except OSError:
            pass
    """)
    assert found["absent"] == ("gone", "missing", "no", "unopened")
    assert "there" in found["present"]
    assert found["stats"] == ("../dags",)


def test_names_asked_for(reads):
    found = reads(
        """
        import os
        from airflow.models import Variable
        from airflow.hooks.base import BaseHook
        from airflow.configuration import conf
        os.environ.get("STAGE", "x"), "OTHER" in os.environ, os.getenv("THIRD", "x"), os.environb.get(b"FOURTH", b"")
        Variable.get("bucket", "x")
        BaseHook.get_connection("db").host
        conf.get("core", "parallelism")
        """,
        connections={"db": "mysql://host/x"},
    )
    assert found["environment"] == ("FOURTH", "OTHER", "STAGE", "THIRD")
    assert found["variables"] == ("bucket",)
    assert found["connections"] == ("db",)
    assert found["configuration"] == ("core.parallelism",)
    assert reads("import os\ndict(os.environ)")["environment"][0] == "*"


def test_distributions(reads):
    found = reads("import importlib.metadata as m\nm.version('boto3')")
    assert found["distributions"] == ("boto3",)
    assert reads("import importlib.metadata as m\nlist(m.distributions())")["distributions"] == ("*",)


@pytest.mark.parametrize(
    "lines",
    [
        "import time; time.time()",
        "import datetime; datetime.date.today()",
        "from datetime import datetime; datetime.now().year",
        "import pendulum; pendulum.now()",
        "import uuid; uuid.uuid1()",
        "from time import ctime; ctime()",
        "import time; time.asctime()",
    ],
)
def test_clocks(reads, lines):
    assert reads(lines)["clock"]
    assert not reads("import time; time.ctime(0); time.asctime((2026, 1, 1, 0, 0, 0, 0, 1, 0))")["clock"]


@pytest.mark.parametrize("lines", ["import random; random.random()", "import uuid; uuid.uuid4()"])
def test_random_numbers(reads, lines):
    assert reads(lines)["randomness"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("import subprocess; subprocess.run(['true'])", "starts a process"),
        ("import os; os.fork() or os._exit(0)", "starts a process"),
        ("import sqlite3; sqlite3.connect(':memory:')", "SQLite"),
        ("import ctypes; ctypes.CDLL(None)", "a native library"),
        ("open('/proc/self/stat').read()", "reads /proc/self/stat"),
        ("import socket; socket.gethostname()", "the machine's name"),
        ("import platform; platform.uname()", "facts of the machine"),
        ("import os; os.cpu_count()", "facts of the machine"),
    ],
)
def test_what_cannot_be_traced(reads, lines, told):
    found = reads(lines)
    assert told in found["untraceable"]
    assert not Reads(**found).is_traced


def test_what_is_written_is_untraceable_unless_it_is_in_the_throwaway_home(reads, tmp_path):
    assert reads("open('x', 'w').close(); open('x').read(); import os; os.path.exists('y')")["untraceable"] == ()
    found = reads(f"open({str(tmp_path / 'log')!r}, 'w').close()")
    assert found["untraceable"] == ("changes ../log",)


def test_reads_are_bounded(reads):
    found = reads(f"import os\nfor n in range({MAX_READS} + 9): os.path.exists('/nowhere/%d' % n)")
    assert found["overflow"]
    assert sum(len(value) for value in found.values() if isinstance(value, tuple)) <= MAX_READS
    assert not Reads(**found).is_traced


def test_a_load_that_does_not_end_is_not_traced(worker, folder):
    (folder / "etl.py").write_text("import os\nos._exit(3)")
    assert not load_source(worker, folder / "etl.py", folder, Limits(), NOW).reads.is_traced


def test_libraries_beside_the_dags_are_no_files_of_the_user(worker, tmp_path):
    """The source folder may hold the environment that dagconv runs in."""
    import sys
    from pathlib import Path

    file = tmp_path / "etl.py"
    file.write_text(DAG.format(command="true"))
    result = load_source(worker, file, Path(sys.prefix).parent, Limits(), NOW)
    assert [task.operator.path for task in result.dags[0].workflow.tasks] == [
        "airflow.providers.standard.operators.bash.BashOperator"
    ]
    assert result.reads.modules == (str(file),)


def test_reads_of_two_loads_are_put_together():
    one, two = Reads(files=("b", "a"), clock=True), Reads(files=("c", "a"), overflow=True)
    assert union((one, two)) == Reads(files=("a", "b", "c"), clock=True, overflow=True)
