"""`validate`: which files are judged, streams, exit codes, documents, ignores, fixes and speed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import jsonschema
import pytest

from dagconv.cli.main import run

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "report.schema.json").read_text())
EMPTY = "airflow.operators.empty.EmptyOperator"
GOOD = f"good:\n  tasks:\n    step: {{operator: {EMPTY}}}\n"
BAD = f"bad:\n  tasks:\n    step: {{operator: {EMPTY}, retries: 9}}\n"
WARNED = f"warned:\n  tasks:\n    step: {{operator: {EMPTY}, depends_on_past: true}}\n"
OTHER = "services:\n  web: {image: nginx}\n"


@pytest.fixture
def judge(tmp_path, monkeypatch, capsys):
    """Writes files into an empty folder, runs `validate` there and gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("DAGCONV_")]:
        monkeypatch.delenv(name)

    def judge(*arguments: str, stdin: str | None = None, **files: str) -> tuple[int, str, str]:
        for name, text in files.items():
            Path(f"{name}.yaml").write_bytes(text.encode())
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(stdin.encode())))
        code = run(["validate", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return judge


def test_a_good_definition_is_valid(judge):
    code, out, err = judge("a.yaml", a=GOOD)
    assert (code, out) == (0, "")
    assert "1 file: 1 valid; 0 errors, 0 warnings" in err


def test_an_error_is_shown_with_its_place_and_exits_1(judge):
    code, out, _ = judge("a.yaml", "--format", "concise", a=BAD)
    assert code == 1
    assert out.startswith("a.yaml:3:")
    assert "DC620" in out


def test_warnings_exit_1_only_with_strict(judge):
    assert judge("a.yaml", a=WARNED)[0] == 0
    assert judge("a.yaml", "--strict")[0] == 1
    assert judge("a.yaml", "--strict", "--ignore", "DC623")[0] == 0


def test_errors_cannot_be_ignored(judge):
    code, out, _ = judge("a.yaml", "--ignore", "DC620", a=BAD)
    assert code == 1
    assert "DC620" in out


def test_a_file_named_is_always_judged_and_one_in_a_folder_if_it_looks_like_one(judge):
    code, out, err = judge(".", a=GOOD, other=OTHER)
    assert code == 0
    assert "1 skipped, 1 valid" in err
    assert "other.yaml" not in out
    assert "other.yaml" in judge(".", "-v")[1]
    assert judge("other.yaml")[0] == 1
    assert judge("other.yaml", "--auto")[0] == 0
    assert judge(".", "--include", "oth*.yaml")[0] == 1
    assert judge(".", "--include", "oth*.yaml", "--exclude", "other.yaml")[0] == 0


def test_a_damaged_definition_in_a_folder_is_judged(judge):
    code, out, _ = judge(".", a=f"bad:\n  tasks:\n    step:\n      operator: {EMPTY}\n      x: [\n")
    assert code == 1
    assert "DC603" in out


def test_folders_leave_out_hidden_ones_and_other_names(judge):
    Path(".git").mkdir()
    Path(".git/x.yaml").write_text(BAD)
    Path("sub").mkdir()
    Path("sub/x.yml").write_text(BAD)
    Path("sub/x.txt").write_text(BAD)
    Path("sub/loop").symlink_to("..")
    code, out, _ = judge(".", "--format", "concise")
    assert code == 1
    assert out.count("DC620") == 1
    assert "sub/x.yml" in out


def test_standard_input_is_judged_under_the_name_given(judge):
    code, out, _ = judge("-", "--stdin-filename", "here.yaml", "--format", "concise", stdin=BAD)
    assert code == 1
    assert out.startswith("here.yaml:3:")


def test_a_missing_path_is_a_wrong_call(judge):
    code, _, err = judge("gone.yaml")
    assert code == 2
    assert "gone.yaml: no such file or folder" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a POSIX thing")
def test_what_is_no_regular_file_fails_without_waiting(judge):
    os.mkfifo("pipe.yaml")
    code, out, _ = judge("pipe.yaml", "--format", "concise")
    assert code == 1
    assert "DC695" in out


def test_a_huge_file_is_not_read(judge):
    with Path("big.yaml").open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    code, out, _ = judge("big.yaml", "--format", "concise")
    assert code == 1
    assert "DC602" in out


def test_two_files_with_one_dag_id_fail(judge):
    code, out, _ = judge(".", "--format", "concise", a=GOOD, b=GOOD)
    assert code == 1
    assert out.count("DC697") == 2


def test_the_document_is_that_of_convert(judge):
    code, out, _ = judge(".", "--format", "json", a=GOOD, b=BAD, other=OTHER)
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert code == 1
    statuses = {file["path"]: file["status"] for file in document["files"]}
    assert statuses == {"a.yaml": "valid", "b.yaml": "invalid", "other.yaml": "skipped"}


@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif", "github", "junit"])
def test_every_format_names_the_code(judge, form):
    code, out, _ = judge("a.yaml", "--format", form, a=BAD)
    assert code == 1
    assert "DC620" in out


def test_comments_ignore_what_is_no_error_and_are_reported_when_they_do_not(judge):
    text = WARNED.replace("true}", "true}  # dagconv: ignore[DC623]")
    assert judge("a.yaml", "--strict", a=text)[:2] == (0, "")
    above = f"warned:\n  tasks:\n    # dagconv: ignore[DC623]\n    step: {{operator: {EMPTY}, depends_on_past: true}}\n"
    assert judge("a.yaml", "--strict", a=above)[:2] == (0, "")
    code, out, _ = judge("a.yaml", "--format", "concise", a=GOOD.replace("}", "}  # dagconv: ignore[DC623, DC628]"))
    assert (code, out.count("DC690")) == (0, 2)
    code, out, _ = judge("a.yaml", "--format", "concise", a=BAD.replace("}", "}  # dagconv: ignore[DC620]"))
    assert (code, out.count("DC691"), out.count("DC620 error")) == (1, 1, 1)


def test_fix_rewrites_the_file_and_judges_what_is_left(judge):
    text = (
        f"# kept\nmy_dag:\n  schedule_interval: null\n  tasks:\n    a: {{operator: {EMPTY}, depends_on_past: true}}\n"
    )
    code, out, err = judge("a.yaml", "--fix", "--format", "concise", a=text)
    assert code == 0
    assert Path("a.yaml").read_text() == text.replace("schedule_interval", "schedule")
    assert "fixed a.yaml: DC254" in err
    assert "DC623" in out
    assert judge("a.yaml", "--fix", "--unsafe-fixes", "--strict")[0] == 0
    assert "depends_on_past" not in Path("a.yaml").read_text()


def test_fix_keeps_the_byte_order_mark_and_permissions(judge):
    Path("a.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("  tasks", "  schedule_interval: null\n  tasks").encode())
    Path("a.yaml").chmod(0o640)
    assert judge("a.yaml", "--fix")[0] == 0
    assert Path("a.yaml").read_bytes().startswith(b"\xef\xbb\xbfgood:\n  schedule: null\n")
    assert Path("a.yaml").stat().st_mode & 0o777 == 0o640


def test_diff_writes_nothing_and_exits_for_what_was_found(judge):
    text = GOOD.replace("  tasks", "  schedule_interval: null\n  tasks")
    code, out, err = judge("a.yaml", "--diff", a=text)
    assert code == 1
    assert "-  schedule_interval: null\n+  schedule: null\n" in out
    assert "DC254" in err
    assert Path("a.yaml").read_text() == text


def test_fixing_standard_input_writes_it_to_standard_output():
    text = GOOD.replace("  tasks", "  schedule_interval: null\n  tasks")
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "validate", "-", "--fix", "--stdin-filename", "x.yaml"],
        input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, text.replace("schedule_interval", "schedule"))


def test_neither_airflow_nor_aws_nor_schema_libraries_are_imported(judge, tmp_path):
    Path("a.yaml").write_text(BAD)
    program = (
        "import sys; from dagconv.cli.main import run; run(['validate', 'a.yaml']); "
        "print([name for name in ('airflow', 'dagfactory', 'boto3', 'jsonschema', 'ruamel.yaml', 'rich') "
        "if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.airflow
def test_deep_reports_what_only_the_engine_sees(judge):
    odd = f"odd:\n  tasks:\n    fine: {{operator: {EMPTY}}}\n    step: {{operator: {EMPTY}, pool_slots: 0}}\n"
    own = "own:\n  tasks:\n    step: {operator: mine.operators.Load}\n"
    assert judge(".", a=GOOD, odd=odd, own=own, bad=BAD)[1].count("DC124") == 0
    code, out, _ = judge(".", "--deep", "--format", "concise", "-v")
    assert code == 1
    assert out.count("DC124") == 1
    assert "odd.yaml:4:5: DC124 error" in out
    assert "pool slots" in out
    assert "own.yaml: DC698 info" in out or "own.yaml:1:1: DC698 info" in out


@pytest.mark.airflow
def test_safe_fixes_are_proved_with_deep(judge):
    one = f"one:\n  tasks:\n    first: {{operator: {EMPTY}}}\n    then: {{operator: {EMPTY}, dependencies: first}}\n"
    code, _, err = judge("one.yaml", "--fix", "--deep", one=one)
    assert (code, err.count("fixed one.yaml")) == (0, 1)
    assert "dependencies: [first]" in Path("one.yaml").read_text()


@pytest.mark.airflow
def test_a_fix_that_changes_the_meaning_is_not_written(judge, monkeypatch):
    import dagconv.judge
    from dagconv.fix.apply import Fixed

    def wrong(text, judge_text, *, unsafe):
        del judge_text, unsafe
        return Fixed(text.replace("retries: 1", "retries: 2"), {"DC999": 1})

    monkeypatch.setattr(dagconv.judge, "fix_text", wrong)
    text = f"one:\n  tasks:\n    first: {{operator: {EMPTY}, retries: 1}}\n"
    code, _, err = judge(".", "--fix", "--deep", one=text)
    assert code == 3
    assert "change what" in err
    assert Path("one.yaml").read_text() == text


def test_a_folder_without_a_definition_is_a_warning(judge, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/compose.yaml").write_text("services: {web: {image: nginx}}\n")
    for folder in ("empty", "other"):
        code, out, _ = judge(folder, "--format", "concise")
        assert (code, out) == (
            0,
            f"{folder}: DC699 warning the folder holds no file that looks like a definition, so nothing was judged\n",
        )
        assert judge(folder, "--strict")[0] == 1
    assert "DC699" not in judge(".", "--format", "concise", a=GOOD)[1]


def test_a_dag_file_is_sent_to_convert(judge, tmp_path):
    (tmp_path / "x.py").write_text("x = 1\n")
    code, _, err = judge("x.py")
    assert (code, "did you mean: dag-converter convert x.py" in err) == (2, True)
    assert judge("x.py", "--auto")[0] == 0


def test_a_definition_is_judged_with_its_package(judge):
    operator = "airflow.providers.standard.operators.python.PythonOperator"
    text = f"etl:\n  tasks:\n    one: {{operator: {operator}, python_callable: etl.load}}\n"
    Path("etl.py").write_text("def load(): ...\n")
    Path("other.py").write_text("def load(): ...\n")
    assert judge("a.yaml", "--code", "etl.py", a=text)[0] == 0
    code, out, _ = judge("a.yaml", "--code", "other.py", "--format", "concise", a=text)
    assert code == 1
    assert out.startswith("a.yaml:3:")
    assert "DC541" in out


def test_a_package_goes_with_one_definition(judge):
    Path("etl.py").write_text("")
    assert judge("a.yaml", "b.yaml", "--code", "etl.py", a=GOOD, b=WARNED)[0] == 2
    code, _, err = judge("a.yaml", "--code", "nothing.zip", a=GOOD)
    assert (code, "no such file" in err) == (2, True)


def test_fixes_are_judged_with_the_package_too(judge):
    operator = "airflow.providers.standard.operators.python.PythonOperator"
    text = f"etl:\n  tasks:\n    one: {{operator: {operator}, python_callable: etl.load}}\n"
    Path("etl.py").write_text("")
    code, out, _ = judge("a.yaml", "--code", "etl.py", "--fix", "--format", "concise", a=text)
    assert (code, "DC541" in out) == (1, True)
