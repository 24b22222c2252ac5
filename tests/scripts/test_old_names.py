"""The list of what older releases offered: by the rules of the script, and by another reading of the same wheels."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import old_names
import pytest

ROOT = Path(__file__).parents[2]
DATA = json.loads((ROOT / "schemas" / "old_names.json").read_bytes())
needs_wheels = pytest.mark.skipif("DAGCONV_TEST_FULL" not in os.environ, reason="downloads wheels: make old-names")
SHIM = '''
"""This module is deprecated. Please use :mod:`airflow.providers.amazon.aws.hooks.sns`."""
from airflow.providers.amazon.aws.hooks.sns import SnsHook as AwsSnsHook  # noqa
'''
OWN = '''
from airflow.models import BaseOperator
if True:
    class Copy(BaseOperator):
        """Deprecated: use `airflow.operators.new.Copy` instead."""
        def execute(self): ...
def _hidden(): ...
def start(): ...
'''
TABLE = """
__deprecated_classes: dict = {"bash_operator": {"BashOperator": "airflow.operators.bash.BashOperator"}}
__lazy_imports = {"DAG": "airflow.models.dag"}
"""


def test_a_module_that_defines_nothing_offers_what_comes_in():
    assert old_names.read_module(SHIM, package=False).taken == {
        "AwsSnsHook": "airflow.providers.amazon.aws.hooks.sns.SnsHook"
    }


def test_a_module_offers_what_it_defines_and_not_what_it_uses():
    made = old_names.read_module(OWN, package=False)
    assert (made.defined, made.taken) == ({"Copy", "start"}, {})
    assert made.advised["Copy"] == "airflow.operators.new.Copy"
    assert "BaseOperator" in old_names.read_module(OWN, package=True).taken


def test_tables_of_names_that_are_looked_up_are_followed():
    assert old_names.read_module(TABLE, package=True).taken == {
        "bash_operator.BashOperator": "airflow.operators.bash.BashOperator",
        "DAG": "airflow.models.dag.DAG",
    }


def test_the_names_of_which_users_asked_are_answered():
    assert DATA["gone"]["airflow.models.xcom.LazyXComAccess"] == ["apache-airflow==2.9.3", ""]
    assert DATA["gone"]["airflow.jobs.BaseJob"][0] == "apache-airflow==1.10.15"
    assert "airflow.utils.json.AirflowJsonEncoder" in DATA["gone"]


@pytest.mark.airflow
def test_no_name_of_the_lists_ends_in_a_bare_import_error():
    done = subprocess.run([sys.executable, "-c", RESOLVE], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout.splitlines()[-1])
    assert answers.keys() == DATA["moved"].keys() | DATA["gone"].keys()
    assert {path: answer for path, answer in answers.items() if answer not in ("found", "GoneNameError")} == {}
    assert {path for path in DATA["moved"] if answers[path] != "found"} == set()


RESOLVE = """
import json, logging, os, tempfile, warnings
os.environ.update({"AIRFLOW_HOME": tempfile.mkdtemp(), "_AIRFLOW__AS_LIBRARY": "1"})
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
from pathlib import Path
from dagconv.worker.compat import finder
data = json.loads(Path("schemas/old_names.json").read_bytes())
answers = {}
for path in [*data["moved"], *data["gone"]]:
    try:
        finder.resolve(path)
        answers[path] = "found"
    except BaseException as error:
        answers[path] = type(error).__name__
print(json.dumps(answers))
"""


@needs_wheels
def test_the_committed_list_is_what_the_rules_say():
    done = subprocess.run([sys.executable, "scripts/old_names.py", "--check"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]


@needs_wheels
def test_another_reading_finds_each_name_in_its_release_and_in_no_later_one():
    """Line by line over the text, where the script asks the syntax tree; by module, class or table of names."""
    order = DATA["releases"]
    texts = {release: _texts(old_names.download(release)) for release in order}
    wrong = []
    for path, (last, _) in [*DATA["moved"].items(), *DATA["gone"].items()]:
        package = last.partition("==")[0]
        later = [one for one in order[order.index(last) + 1 :] if one.startswith(package + "==")]
        if not _named(texts[last], path):
            wrong.append(f"{path} is not in {last}")
        wrong += [f"{path} is in {one}, after {last}" for one in later if _defined(texts[one], path)]
    assert wrong == []


def _texts(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".py")]
        return {
            name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): archive.read(name).decode()
            for name in names
        }


def _defined(texts: dict[str, str], path: str) -> bool:
    module, _, name = path.rpartition(".")
    return re.search(rf"^(class|def|async def) {name}\b", texts.get(module, ""), re.MULTILINE) is not None


def _named(texts: dict[str, str], path: str) -> bool:
    """In its module, or below it in the table of its package."""
    module, _, name = path.rpartition(".")
    package = module.rpartition(".")[0]
    return any(re.search(rf"\b{name}\b", texts.get(one, "")) for one in (module, package, package.rpartition(".")[0]))
