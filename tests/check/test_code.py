"""A definition judged with its code package: what the package lacks or may not hold is told, and nothing else."""

from __future__ import annotations

import hashlib
import io
import re
import sys
import zipfile

import pytest
from cases import FIXTURES, cases_with

from dagconv.check.batch import check_files
from dagconv.check.code_file import UncompiledError, names_of, read_code_file
from dagconv.check.files import Candidate
from dagconv.language.archive import PackageFile, write_archive

PYTHON = "airflow.providers.standard.operators.python.PythonOperator"
BASH = "airflow.providers.standard.operators.bash.BashOperator"


def zipped(files: dict[str, bytes], *, mode: int = 0o644, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """As another tool makes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, method
            archive.writestr(info, content)
    return buffer.getvalue()


def task(operator: str, **arguments: str) -> str:
    lines = "".join(f"\n      {name}: {value}" for name, value in arguments.items())
    return f"etl:\n  tasks:\n    one:\n      operator: {operator}{lines}\n"


CALLS_LOAD = task(PYTHON, python_callable="etl.load")


@pytest.fixture
def judge(tmp_path):
    def judge(content: bytes, definition: str = CALLS_LOAD, name: str = "etl.zip") -> dict[str, str]:
        """Codes with their messages."""
        (tmp_path / "etl.yaml").write_text(definition)
        (tmp_path / name).write_bytes(content)
        code = read_code_file(str(tmp_path / name))
        (judged,) = check_files([Candidate(str(tmp_path / "etl.yaml"), True)], None, code)
        return {one.code: one.message for one in judged.report.diagnostics}

    return judge


GOOD = {"etl.py": b"def load():\n    return 1\n"}


def test_a_package_that_has_all_leaves_nothing_to_say(judge):
    assert judge(zipped(GOOD)) == {}
    assert judge(GOOD["etl.py"], name="etl.py") == {}


@pytest.mark.parametrize(
    ("module", "is_there"),
    [
        (b"def load(): ...", True),
        (b"from x import load", True),
        (b"from x import other as load", True),
        (b"from x import load as other", False),
        (b"from x import *", True),
        (b"import load.deep", True),
        (b"import deep.load", False),
        (b"load = lambda: 1", True),
        (b"load: object", False),
        (b"class load: ...", True),
        (b"if 1:\n    def load(): ...\nelse:\n    load = None", True),
        (b"try:\n    from x import load\nexcept ImportError:\n    load = None", True),
        (b"for load in (): pass", True),
        (b"with open('x') as load: pass", True),
        (b"[load := 1 for _ in (1,)]", True),
        (b"[load for load in (1,)]", False),
        (b"def f():\n    def load(): ...", False),
        (b"class A:\n    def load(self): ...", False),
        (b"def f():\n    global load\n    load = 1\nf()", True),
        (b"globals()['load'] = 1", True),
        (b"def f(n): globals()[n] = 1\nf('load')", True),
        (b"def __getattr__(name): ...", True),
        (b"import sys\nsys.modules[__name__] = object()", True),
        (b"# load\n'load'\nLOAD = 1", False),
        (b"", False),
    ],
)
def test_what_a_module_binds_is_what_python_binds(judge, module, is_there):
    assert judge(zipped({"etl.py": module})).keys() == (set() if is_there else {"DC541"})


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "it has no etl.py"),
        ({"other.py": b""}, "it has no etl.py"),
        ({"dags/etl.py": b"def load(): ..."}, "it has dags/etl.py, and modules are found at its root only"),
        ({"etl.py": b"def laod(): ..."}, "etl.py binds no load; did you mean laod?"),
        ({"etl/__init__.py": b"", "etl.py": b"def load(): ..."}, "etl/__init__.py binds no load"),
    ],
)
def test_why_a_name_is_not_there_is_told(judge, files, reason):
    assert reason in judge(zipped(files))["DC541"]


@pytest.mark.parametrize(
    "files",
    [
        {"etl/__init__.py": b"def load(): ..."},
        {"etl/__init__.py": b"", "etl/load.py": b""},
        {"etl.cpython-312-x86_64-linux-gnu.so": b""},
        {"etl.abi3.so": b""},
    ],
)
def test_other_forms_of_a_module_are_taken(judge, files):
    assert judge(zipped(files)) == {}


def test_modules_of_the_worker_are_not_looked_up_in_the_package(judge):
    found = judge(zipped({"json.py": b"def load(): ..."}), task(PYTHON, python_callable="json.load"))
    assert found.keys() == {"DC539", "DC541"}
    assert "the worker's own module json is imported" in found["DC541"]


def test_own_and_foreign_operators_are_looked_up(judge):
    own = task("mine.Load")
    assert "it has no mine.py" in judge(zipped(GOOD), own)["DC541"]
    assert judge(zipped({"mine.py": b"class Load: ..."}), own) == {}
    path = "airflow.providers.snowflake.operators.snowflake.SnowflakeOperator"
    place = "airflow/providers/snowflake/operators/snowflake.py"
    assert "DC541" in judge(zipped(GOOD), task(path, sql="select 1"))
    assert judge(zipped({place: b"class SnowflakeOperator: ..."}), task(path, sql="select 1")) == {}


def test_an_operator_of_the_package_and_its_function_are_both_looked_up(judge):
    definition = task("mine.Branch", python_callable="mine.choose")
    assert judge(zipped({"mine.py": b"class Branch: ..."}), definition)["DC541"].startswith("'mine.choose'")
    assert judge(zipped({"mine.py": b"class Branch: ...\ndef choose(): ..."}), definition) == {}


def test_a_function_in_default_args_is_looked_up(judge):
    definition = (
        f"etl:\n  default_args:\n    python_callable: etl.nothing\n  tasks:\n    one:\n      operator: {PYTHON}\n"
    )
    assert "DC541" in judge(zipped(GOOD), definition)


def test_an_ignored_note_does_not_hide_what_is_missing(judge):
    definition = CALLS_LOAD.replace(PYTHON, f"{PYTHON}  # dagconv: ignore[DC363]")
    assert "DC541" in judge(zipped({}), definition)


@pytest.mark.parametrize(
    ("command", "files", "mode", "reason"),
    [
        ("'./x.sh '", {}, 0o755, "is not in the package"),
        ("'./x.sh '", {"x.sh": b""}, 0o644, "has no executable bit"),
        ("'./x.sh '", {"x.sh": b""}, 0o755, None),
        ("./x.sh", {"x.sh": b""}, 0o644, None),  # read as a template, not executed
        ("bash ./x.sh --all", {"x.sh": b""}, 0o644, None),
        ("cd a && ./b/x.sh --all", {"b/x.sh": b""}, 0o644, "has no executable bit"),
        ("./a.sh && ./b.sh --all", {"a.sh": b""}, 0o755, "is not in the package"),
        ("/usr/local/airflow/dags/x.sh --all", {"x.sh": b""}, 0o755, None),
        ("echo done", {}, 0o644, None),
    ],
)
def test_scripts_are_there_and_may_be_run(judge, command, files, mode, reason):
    found = judge(zipped(files, mode=mode), task(BASH, bash_command=command))
    assert (reason in found["DC542"]) if reason else ("DC542" not in found and "DC373" not in found)


@pytest.mark.parametrize(
    ("name", "is_wrong"),
    [
        ("__pycache__/etl.cpython-312.pyc", True),
        ("a/__pycache__/x.txt", True),
        ("../x.txt", True),
        ("/etc/x", True),
        ("a\\b.txt", True),
        ("pandas-2.whl", True),
        ("x.cpython-311-x86_64-linux-gnu.so", True),
        ("x.cpython-312-darwin.so", True),
        ("x.cpython-312-aarch64-linux-gnu.so", True),
        ("x.pyd", True),
        ("x.cpython-312-x86_64-linux-gnu.so", False),
        ("x.abi3.so", False),
        ("numpy.libs/libopenblas.so", False),
        ("a..b/x.txt", False),
        ("pycache.txt", False),
    ],
)
def test_files_that_a_package_may_not_hold(judge, name, is_wrong):
    assert ("DC537" in judge(zipped({**GOOD, name: b""}))) is is_wrong


def test_a_folder_by_itself_is_no_file(judge):
    assert judge(zipped({**GOOD, "a/": b""})) == {}


@pytest.mark.parametrize("text", [b"def load(:", b"return 1", b"x\0y", b"# coding: nothing\n", b"\xff"])
def test_what_does_not_compile_is_told_once(judge, text):
    assert judge(zipped({"etl.py": text})).keys() == {"DC538"}


def test_what_this_python_cannot_judge_is_a_warning_only(judge, monkeypatch, tmp_path):
    (tmp_path / "etl.zip").write_bytes(zipped({"etl.py": b"def load(:"}))
    for version, severity in (((3, 11), "warning"), ((3, 12), "error")):
        monkeypatch.setattr("dagconv.check.code_file.sys.version_info", version)
        (found,) = read_code_file(str(tmp_path / "etl.zip")).findings
        assert found.severity.value == severity


def test_texts_with_odd_escapes_and_deep_nesting_do_not_disturb():
    assert "x" in names_of(b'x = "\\d"').bound
    with pytest.raises(UncompiledError):
        names_of(b"x = " + b"(" * 5000 + b")" * 5000)


def test_nothing_of_the_package_is_run(judge, tmp_path):
    mark = tmp_path / "ran"
    assert judge(zipped({"etl.py": f"open({str(mark)!r}, 'w')\ndef load(): ...".encode()})) == {}
    assert not mark.exists()
    assert "etl" not in sys.modules


def test_names_of_the_worker_are_told(judge):
    assert "DC539" in judge(zipped({**GOOD, "yaml/__init__.py": b""}))
    assert "DC539" in judge(zipped({**GOOD, "airflow/__init__.py": b""}))
    assert judge(zipped({**GOOD, "airflow/providers/x/__init__.py": b"", "yaml-1.dist-info/RECORD": b""})) == {}


@pytest.mark.parametrize("damage", range(0, 400, 7))
def test_damaged_archives_are_findings_and_never_crashes(judge, damage):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        data = bytearray(zipped({**GOOD, "b.py": b"x = 1\n" * 40}, method=method))
        data[damage % len(data)] ^= 0xFF
        judge(bytes(data))


def test_what_is_no_archive_is_told_and_nothing_else(judge):
    for data in (b"", b"PK\x03\x04", b"no zip", zipped(GOOD)[:-10]):
        assert judge(data).keys() == {"DC535"}


def test_sizes_are_limited(judge, monkeypatch, tmp_path):
    from dagconv.language import archive

    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    assert "unpacked" in judge(zipped(GOOD))["DC536"]
    huge = tmp_path / "huge.zip"
    with huge.open("wb") as file:
        file.truncate(262144001)  # a hole: nothing is stored, and nothing may be read
    assert [one.code for one in read_code_file(str(huge)).findings] == ["DC536"]


def test_an_edited_package_is_told(judge):
    data = write_archive({name: PackageFile(name, content) for name, content in GOOD.items()})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        comment = archive.comment
    repacked = io.BytesIO(zipped({"etl.py": b"def load():\n    return 2\n"}))
    with zipfile.ZipFile(repacked, "a") as archive:
        archive.comment = comment
    assert judge(data) == {}
    assert judge(repacked.getvalue()).keys() == {"DC540"}


def test_a_package_of_another_state_is_told(judge):
    data = zipped(GOOD)
    own, other = hashlib.sha256(data).hexdigest(), "0" * 64
    for digest, codes in ((own, set()), (other, {"DC543"})):
        line = f"# Generated by dagconv from x.py\n# Its tasks run the code of etl.zip, sha256:{digest}\n"
        assert judge(data, line + CALLS_LOAD).keys() == codes


def test_objects_of_outputs_are_taken_from_own_packages_only(judge):
    entries = b'"""What the tasks of the workflow etl call."""\nclass Output: ...\ndef load(): ...\n'
    output = "{__type__: etl_tasks.Output, task_id: a}"
    definition = task("airflow.providers.amazon.aws.operators.sns.SnsPublishOperator", target_arn="x", message=output)
    assert "DC450" not in judge(write_archive({"etl_tasks.py": PackageFile("etl_tasks.py", entries)}), definition)
    assert "DC450" in judge(zipped({"etl_tasks.py": entries}), definition)
    other = definition.replace("etl_tasks.Output", "os.getcwd")
    assert "DC450" in judge(write_archive({"etl_tasks.py": PackageFile("etl_tasks.py", entries)}), other)


# A DAG file with two DAGs has two definitions, each with a package of its own.
PACKED = [
    case
    for case in cases_with("want.package.txt")
    if (FIXTURES / case / "want.yaml").is_file() and "\n---\n" not in (FIXTURES / case / "want.yaml").read_text("utf-8")
]


def files_of(case: str) -> dict[str, PackageFile]:
    parts = re.split(r"^===== (\S+)(.*)\n", (FIXTURES / case / "want.package.txt").read_text("utf-8"), flags=re.M)
    rows = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return {name: PackageFile(name, text.encode(), bool(rest.strip())) for name, rest, text in rows}


@pytest.mark.parametrize("case", PACKED)
def test_each_fixture_goes_with_its_package_and_not_without_a_module(judge, case):
    definition, files = (FIXTURES / case / "want.yaml").read_text("utf-8"), files_of(case)
    assert files
    assert not judge(write_archive(files), definition).keys() & {f"DC{code}" for code in range(535, 545)}
    named = set(re.findall(r"python_callable: (\w+)\.", definition))
    for module in named & {name.removesuffix(".py") for name in files}:
        rest = {name: file for name, file in files.items() if name != f"{module}.py"}
        assert "DC541" in judge(write_archive(rest), definition)


def test_there_are_fixtures_with_packages():
    assert len(PACKED) >= 20
