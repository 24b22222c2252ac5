"""The command as a process: start-up, imports, signals, pipes and what each verb's help promises."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib import metadata

import pytest

from dagconv.cli.main import VERBS

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "dagconv"]


def run(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, **options)


def test_help_imports_neither_airflow_nor_boto3():
    script = (
        "import sys, dagconv.cli.main as main\n"
        "for verb in ['--help', *main.VERBS]:\n"
        "    assert main.run([verb, '--help'] if verb != '--help' else [verb]) == 0, verb\n"
        "heavy = {'airflow', 'boto3', 'botocore', 'dagfactory', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_imports_nothing_heavy():
    script = (
        "import sys, dagconv\n"
        "assert dagconv.__version__\n"
        "assert not {'click', 'yaml', 'jsonschema', 'ruamel', 'boto3', 'airflow'} & set(sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


def test_help_starts_in_at_most_twice_the_time_of_click():
    """Best of several, the two in turn: a busy machine slows both."""

    def best(command):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started

    ours, click = [], []
    for _ in range(7):
        click.append(best([sys.executable, "-c", "import click"]))
        ours.append(best([*COMMAND, "--help"]))
    assert min(ours) < 2 * min(click)


def test_the_help_of_convert_imports_what_its_texts_need():
    """Each further module would be waited for by whoever reads it: settings and options, and no stage."""
    script = (
        "import sys, dagconv.cli.main as main\n"
        "main.run(['convert', '--help'])\n"
        "own = {name.split('.')[1] for name in sys.modules if name.startswith('dagconv.')}\n"
        "assert own == {'cli', 'errors', 'settings', 'version', 'wire'}, own\n"
        "assert not {'json', 'tomllib'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_help_has_examples_and_exit_codes(call, verb):
    code, out, _ = call(verb, "--help")
    assert code == 0
    assert "Examples:" in out
    assert "Exit codes:" in out


def test_the_version_names_the_engine(call):
    lines = call("--version")[1].splitlines()
    assert lines[0].startswith("dagconv ")
    named = ("apache-airflow", "apache-airflow-providers-amazon", "dag-factory", "boto3")
    assert lines[1:] == [f"{name} {metadata.version(name)}" for name in named]


def test_the_version_of_what_pip_did_not_place(call, tmp_path, monkeypatch):
    """An egg's metadata, and no folder that names the release."""
    (tmp_path / "boto3.egg-info").mkdir()
    (tmp_path / "boto3.egg-info" / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: boto3\nVersion: 9.9\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert call("--version")[1].splitlines()[3:] == ["dag-factory not installed", "boto3 9.9"]


def test_no_verb_and_an_unknown_verb_are_wrong_calls():
    assert run().returncode == 2
    done = run("convrt")
    assert done.returncode == 2
    assert "convrt" in done.stderr


def test_a_broken_pipe_is_no_error_message():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        done = subprocess.run(
            [*COMMAND, "explain", "--all"], stdout=pipe, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_have_their_exit_codes(sent, code):
    """`validate -` waits for its input, which never comes."""
    script = (
        "import os, sys, threading\n"
        "from dagconv.cli.main import run\n"
        "import dagconv.cli.validate\n"
        f"threading.Timer(0.2, os.kill, (os.getpid(), {int(sent)})).start()\n"
        "sys.exit(run(['validate', '-']))\n"
    )
    reader, writer = os.pipe()
    try:
        done = subprocess.run([sys.executable, "-c", script], stdin=reader, capture_output=True, text=True, timeout=60)
    finally:
        os.close(reader)
        os.close(writer)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"HOME": "/nonexistent"}])
def test_any_locale_will_do(environment, tmp_path):
    name = tmp_path / "dä\udcffg.py"
    name.write_text("x = 1\n")
    done = subprocess.run(
        [*COMMAND, "convert", str(tmp_path), "-o", str(tmp_path / "out"), "--format", "concise", "-v"],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert b"DC194" in done.stderr


@pytest.mark.parametrize(("word", "meant"), [("conver", "convert"), ("validat", "validate"), ("explian", "explain")])
def test_a_misspelt_command_gets_a_proposal(call, word, meant):
    code, _, err = call(word, "x")
    assert (code, f"No such command {word!r}. Did you mean {meant!r}?" in err) == (2, True)
    assert "Did you mean" not in call("nothing-like-it")[2]


def test_an_interrupt_inside_of_generated_code_ends_with_130_too(tmp_path):
    """CPython 3.11 ends a module by the signal where an interrupt met the exec() of a text, though it was handled."""
    early = "import dagconv.__main__, dagconv.cli.main\n"
    early += "dagconv.cli.main.run = lambda arguments: exec('raise KeyboardInterrupt')\n"
    (tmp_path / "early.py").write_text(early + "dagconv.__main__.main()\n")
    ended = subprocess.run([sys.executable, "-m", "early"], cwd=tmp_path, check=False)
    assert ended.returncode == 130
