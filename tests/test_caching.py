"""A kept result is what a conversion would give: equal to the byte, and not used once anything that it rests on has
changed. Whether it is used shows in that nothing is loaded."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import outcomes
import pytest
from cases import FIXTURES

import dagconv.cache.tool
import dagconv.caching
from dagconv.cache.folder import open_cache
from dagconv.caching import Cache
from dagconv.diagnostics.render import RenderOptions, renderer
from dagconv.discover import discover
from dagconv.discover.source import SourceFile
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, Compiler, compiler
from dagconv.wire.inputs import Inputs

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.timezone.utc)
DAG = """
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
with DAG("etl", schedule="@daily", start_date=datetime(2024, 1, 1), catchup=False):
    S3ListOperator(task_id="list", bucket=str({value}))
"""


@pytest.fixture(scope="module")
def running():
    with compiler(CompileOptions(Options(now=NOW))) as shared:
        yield shared


class Project:
    """A DAGs folder with its cache, converted by a compiler that counts what it loads."""

    def __init__(self, running, place):
        self.dags, self.running, self.loaded = place / "dags", running, []
        self.dags.mkdir(parents=True)
        self.cache = Cache(open_cache(place / "cache"), running.spool)
        self.options = running.options

    def write(self, name, text):
        path = self.dags / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(textwrap.dedent(text))
        return path

    def dag(self, lines="", value="1", name="etl.py"):
        return self.write(name, textwrap.dedent(lines) + DAG.format(value=value))

    def settle(self):
        """Lets the clock of the file system go on, so that all that stands there is older than the next call."""
        time.sleep(0.1)

    def convert(self, now=None):
        options = self.options
        if now is not None:
            options = replace(options, lowering=replace(options.lowering, now=now))
        before = self.cache.kept
        files = discover((str(self.dags),)).files
        loads = len(LOADS)
        result = replace(self.running, options=options, cache=self.cache).convert(files)
        self.loaded = LOADS[loads:]
        self.kept = self.cache.kept - before
        texts = {one.dag_id: (one.text, one.companions) for one in result.definitions}
        return replace(result.report, seconds=0), texts


LOADS: list[str] = []


@pytest.fixture(autouse=True)
def _loads(monkeypatch):
    original = Compiler.convert_file

    def convert_file(self, file, airflow, trail):
        LOADS.append(Path(file.path).name)
        return original(self, file, airflow, trail)

    monkeypatch.setattr(Compiler, "convert_file", convert_file)


@pytest.fixture
def project(running, tmp_path):
    return Project(running, tmp_path)


def is_used_until(project, change, again=1):
    """The result is kept and used; after the change the file is loaded, and the result is that of a fresh call."""
    project.settle()
    cold = project.convert()
    assert (project.loaded, project.kept) == (["etl.py"], 1)
    assert project.convert() == cold
    assert project.loaded == []
    change()
    project.settle()
    warm = project.convert()
    assert project.loaded == ["etl.py"] * again
    shutil.rmtree(project.cache.folder.path)
    project.cache = Cache(open_cache(project.cache.folder.path), project.running.spool)
    assert project.convert() == warm
    return cold, warm


def text_of(result):
    return result[1]["etl"][0]


def test_the_file_itself(project):
    file = project.dag()
    status = file.stat()

    def as_long_and_as_old():
        file.write_text(file.read_text().replace("str(1)", "str(2)"))
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    cold, warm = is_used_until(project, as_long_and_as_old)
    assert text_of(cold) != text_of(warm)


def test_a_former_text_is_known_again(project):
    file = project.dag()
    first = file.read_text()
    project.settle()
    cold = project.convert()
    project.dag(value="2")
    project.settle()
    project.convert()
    file.write_text(first)
    assert project.convert() == cold
    assert project.loaded == []


HELPER = "from helper import NAME"


@pytest.mark.parametrize(
    "change",
    [
        lambda dags: (dags / "lib" / "helper.py").write_text("NAME = 'new'"),
        lambda dags: (dags / "lib" / "helper.py").unlink(),
        lambda dags: (dags / "helper.py").write_text("NAME = 'shadow'"),
        lambda dags: [(dags / "helper").mkdir(), (dags / "helper" / "__init__.py").write_text("NAME = 'package'")],
        lambda dags: [(dags / "lib" / "helper.py").unlink(), (dags / "lib" / "helper.py").symlink_to("other.py")],
    ],
    ids=["edited", "deleted", "shadowed by a module", "shadowed by a package", "replaced by a link"],
)
def test_a_helper_module(project, change):
    project.write("lib/helper.py", "NAME = 'old'")
    project.write("lib/other.py", "NAME = 'linked'")
    project.dag("import sys, os; sys.path.append(os.path.dirname(__file__) + '/lib')\n" + HELPER, "NAME")
    cold, warm = is_used_until(project, lambda: change(project.dags))
    assert cold != warm


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("import json, pathlib", "json.loads((pathlib.Path(__file__).parent / 'conf.json').read_text())"),
        ("import os", "os.path.getsize(os.path.dirname(__file__) + '/conf.json')"),
        ("import os", "int(os.stat(os.path.dirname(__file__) + '/conf.json').st_mtime)"),
        ("import glob, os", "sum(map(os.path.getsize, glob.glob(os.path.dirname(__file__) + '/*.json')))"),
        ("import os", "[e.stat().st_size for e in os.scandir(os.path.dirname(__file__)) if e.name == 'conf.json']"),
    ],
)
def test_a_file_that_is_read(project, lines, value):
    file = project.write("conf.json", "11")
    os.utime(file, (1, 1))
    project.dag(lines, value)
    cold, warm = is_used_until(project, lambda: project.write("conf.json", "2222"))
    assert cold != warm


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("import glob, os", "sorted(map(os.path.basename, glob.glob(os.path.dirname(__file__) + '/*.json')))"),
        ("import os", "sorted(os.listdir(os.path.dirname(__file__)))"),
        ("import pathlib", "len(list(pathlib.Path(__file__).parent.rglob('*.json')))"),
        ("import os", "os.path.exists(os.path.dirname(__file__) + '/new.json')"),
        ("import pathlib", "(pathlib.Path(__file__).parent / 'new.json').is_file()"),
        ("try:\n    import new_module\nexcept ImportError:\n    new_module = None", "new_module is None"),
    ],
)
def test_a_file_that_appears(project, lines, value):
    project.dag(lines, value)

    def appear():
        project.write("new.json", "1")
        project.write("new_module.py", "")

    cold, warm = is_used_until(project, appear)
    assert text_of(cold) != text_of(warm)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"variables": {"a": "1"}}, {"variables": {"a": "2"}}),
        ({"environment": {"a": "1"}}, {"environment": {"a": "2"}}),
        ({"environment": {"a": "1"}}, {}),
        ({"folders": ()}, {"stub_missing": True}),
    ],
)
def test_inputs(project, before, after):
    project.dag("import os\nfrom airflow.sdk import Variable", "Variable.get('a', '0') + os.environ.get('a', '0')")
    project.options = replace(project.options, inputs=Inputs(**before))

    def change():
        project.options = replace(project.options, inputs=Inputs(**after))

    is_used_until(project, change)


@pytest.mark.parametrize(
    "change",
    [
        {"region": "us-east-1"},
        {"dst": "winter"},
        {"accept": frozenset({"interval-shift"})},
        {"source_airflow": "2"},
        {"source_provider": "8.0.0"},
        {"configuration": {"core.default_timezone": "Europe/Vienna"}},
        {"template_variables": "fold"},
        {"variables": {"a": "1"}},
        {"secrets": {"hunter2": "the Variable a"}},
        {"code_package": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_options(project, change):
    """Each field of Options that means something, so that a new one is not forgotten."""
    project.dag()

    def apply():
        project.options = replace(project.options, lowering=replace(project.options.lowering, **change))

    is_used_until(project, apply)


def test_the_options_above_are_all():
    tested = next(mark for mark in test_options.pytestmark if mark.name == "parametrize").args[1]
    assert {*(name for change in tested for name in change), "now", "root"} == set(Options.__slots__)


def test_other_options_do_not_matter_but_limits_do(project):
    project.dag()
    project.settle()
    project.convert()
    project.options = replace(project.options, jobs=3)
    project.convert()
    assert project.loaded == []
    project.options = replace(project.options, limits=replace(project.options.limits, memory_mb=1024))
    project.convert()
    assert project.loaded == ["etl.py"]


def test_what_the_other_files_say_about_the_release(project):
    project.dag()

    def change():
        (project.dags / "requirements.txt").write_text("apache-airflow==2.7.3\n")

    is_used_until(project, change)


def test_the_tool(project, monkeypatch):
    project.dag()
    is_used_until(project, lambda: monkeypatch.setattr(dagconv.caching, "tool_digest", lambda _: "another"))


def test_without_knowing_the_tool_nothing_is_kept(project, monkeypatch):
    monkeypatch.setattr(dagconv.caching, "tool_digest", lambda _: None)
    project.dag()
    project.settle()
    project.convert()
    assert project.kept == 0


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("import datetime as d", "d.datetime.now().year > 2000"),
        ("import time", "time.time() > 5"),
        ("import pendulum", "pendulum.today().year > 2000"),
        ("import random", "random.random() < 2"),
        ("import uuid", "len(str(uuid.uuid4()))"),
        ("import subprocess", "subprocess.run(['true']).returncode"),
        ("import socket", "len(socket.gethostname()) > 0"),
        ("import platform", "len(platform.node()) > 0"),
        ("open('/proc/self/stat').read()", "1"),
    ],
)
def test_what_cannot_be_traced_is_not_kept(project, lines, value):
    project.dag(lines, value)
    project.settle()
    cold = project.convert()
    assert project.kept == 0
    assert project.convert() == cold
    assert project.loaded == ["etl.py"]


def test_a_load_that_was_stopped_is_not_kept(project):
    project.options = replace(project.options, limits=replace(project.options.limits, timeout=1.0))
    project.dag("while True: pass")
    project.settle()
    (file,) = project.convert()[0].files
    assert (file.diagnostics[0].code, project.kept) == ("DC107", 0)


def test_a_bug_is_not_kept(project, monkeypatch):
    def broken(*_, **__):
        raise AssertionError

    monkeypatch.setattr(Compiler, "convert_dag", broken)
    project.dag()
    project.settle()
    assert project.convert()[0].files[0].diagnostics[0].code == "DC180"
    assert project.kept == 0


def test_refusals_and_faults_are_kept_too(project):
    project.dag("import missing_module")
    is_used_until(project, lambda: project.write("missing_module.py", ""))


def test_midnight_where_the_day_counts(project):
    project.write("etl.py", DAG.format(value=1).replace("datetime(2024, 1, 1)", "datetime(2026, 12, 1)"))
    project.settle()
    before, after = (datetime.datetime(2026, 11, day, 12, tzinfo=datetime.timezone.utc) for day in (23, 29))
    project.convert(before)
    project.convert(before + datetime.timedelta(days=1))
    assert project.loaded == []
    project.convert(before - datetime.timedelta(days=1))
    assert project.loaded == ["etl.py"]
    project.convert(after)
    assert project.loaded == ["etl.py"]
    late = project.convert(datetime.datetime(2026, 12, 24, tzinfo=datetime.timezone.utc))
    assert project.loaded == ["etl.py"]
    assert "DC220" in {one.code for one in late[0].files[0].diagnostics}


def test_a_file_replaced_while_it_is_converted(project, monkeypatch):
    file = project.dag()
    project.settle()
    original = Compiler.convert_dag

    def convert_dag(self, *args, **kwargs):
        found = original(self, *args, **kwargs)
        file.write_text(file.read_text().replace("str(1)", "str(2)"))
        return found

    monkeypatch.setattr(Compiler, "convert_dag", convert_dag)
    project.convert()
    assert project.kept == 0
    monkeypatch.undo()
    assert "'2'" in text_of(project.convert())


def test_what_packaging_reads(project):
    project.options = replace(project.options, lowering=replace(project.options.lowering, code_package=True))
    project.write("late.py", "def value():\n    return 1\n")
    project.write(
        "etl.py",
        """
        from datetime import datetime
        from airflow.sdk import DAG, task
        with DAG("etl", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):
            @task
            def work():
                import late
                return late.value()
            work()
        """,
    )
    cold, warm = is_used_until(project, lambda: project.write("late.py", "def value():\n    return 2\n"))
    assert cold[1]["etl"][1] != warm[1]["etl"][1]


def test_ids_defined_twice_are_settled_in_each_call(project):
    project.dag()
    project.settle()
    project.convert()
    second = project.dag(name="second.py")
    project.settle()
    report, texts = project.convert()
    assert (project.loaded, texts) == (["second.py"], {})
    assert {one.code for file in report.files for one in file.diagnostics} >= {"DC119"}
    second.unlink()
    assert "etl" in project.convert()[1]
    assert project.loaded == []


def test_two_projects_with_the_same_names(running, tmp_path):
    first, second = Project(running, tmp_path / "first"), Project(running, tmp_path / "second")
    second.cache = first.cache
    for project in (first, second):
        project.dag("import helper", "helper.NAME")
        project.write("helper.py", f"NAME = '{project.dags.parent.name}'")
        project.settle()
        assert project.dags.parent.name in text_of(project.convert())
    assert first.dags.parent.name in text_of(first.convert())
    assert first.loaded == []


def test_no_secret_stands_in_the_cache(project):
    secret = "hunter2-correct-horse"
    inputs = Inputs({"a": secret}, {"c": f"aws://k:{secret}@h"}, {"e": secret}, {"core.fernet_key": secret})
    project.options = replace(
        project.options, inputs=inputs, lowering=replace(project.options.lowering, variables={"a": secret})
    )
    project.dag(
        "import os\nfrom airflow.sdk import Variable, Connection",
        "len(Variable.get('a') + os.environ['e'] + Connection.get('c').password)",
    )
    project.settle()
    project.convert()
    assert project.kept == 1
    for path in project.cache.folder.path.iterdir():
        assert secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("kept", [True, False])
def test_what_a_secret_would_stand_in_is_not_kept(project, kept):
    """A finding shows the value of an argument that the service ignores; masked only when all is told."""
    secrets = {"other": "the Variable b"} if kept else {"hunter2": "the Variable a"}
    project.options = replace(project.options, lowering=replace(project.options.lowering, secrets=secrets))
    project.dag("import os", "1), owner=('hunter2'")
    project.settle()
    project.convert()
    assert project.kept == kept


def test_nothing_that_was_run_is_kept(project):
    project.options = replace(project.options, run=True)
    project.dag()
    project.settle()
    project.convert()
    assert project.kept == 0


def test_a_cache_that_takes_nothing_in_changes_nothing(project, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    project.dag()
    project.settle()
    cold = project.convert()
    project.dag("import missing_module")
    project.settle()
    monkeypatch.setattr(type(project.cache.folder), "write", full)
    assert project.convert()[0].files[0].status.value == "failed"
    assert project.cache.failures == ["No space left on device"]
    project.dag()
    assert project.convert() == cold


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: {**data, "reads": {"modules": 5}},
        lambda data: {**data, "rules": dict.fromkeys(data["rules"], "os")},
        lambda data: {**data, "rules": dict.fromkeys(data["rules"], "dagconv.no_such_module")},
        lambda data: {**data, "rules": {}},
        lambda data: {**data, "outcome": []},
        lambda data: {**data, "until": "tomorrow"},
        lambda data: {**data, "made": data["made"][:10]},
        lambda data: {key: value for key, value in data.items() if key != "state"},
        lambda data: [],
    ],
)
def test_results_of_another_form_are_ignored(project, damage):
    """Even where they are signed, as those of another release are."""
    project.dag()
    project.settle()
    cold = project.convert()
    (name,) = (path.stem for path in project.cache.folder.path.glob("*.result"))
    data = json.loads(project.cache.folder.read(name))
    project.cache.folder.write(name, json.dumps(damage(data)).encode())
    assert project.convert() == cold
    assert project.loaded == ["etl.py"]


CASES = outcomes.CONVERTED if os.environ.get("DAGCONV_TEST_FULL") else outcomes.CONVERTED[::12]


def test_every_fixture_comes_to_the_same_from_the_cache(running, tmp_path):
    cache = Cache(open_cache(tmp_path / "cache"), running.spool)

    def converted():
        def run(case):
            using = replace(running, options=outcomes.options_of(case), cache=cache)
            result = using.convert((SourceFile(f"{case}/dag.py", case, explicit=True),))
            report = replace(result.report, seconds=0)
            files = [(one.dag_id, one.text, one.companions, one.source_path) for one in result.definitions]
            return renderer("full")(report, RenderOptions(lambda _: None, "0")), report, files

        with outcomes._inside(FIXTURES), ThreadPoolExecutor(2) as pool:
            return dict(zip(CASES, pool.map(run, CASES), strict=True))

    cold = converted()
    before = len(LOADS)
    assert cache.kept > len(CASES) * 0.8
    assert converted() == cold
    assert len(LOADS) - before < len(CASES) * 0.2
