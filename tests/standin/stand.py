"""The stand-in as one process for the session, and the real command line run against it, for conftest files."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import logging
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ROOT = Path(__file__).resolve().parents[2]
DEFINITION = """\
{dag_id}:
  schedule: "{schedule}"
  tasks:
    list_keys:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: data
      retries: 0
    wait:
      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
      bucket_key: s3://data/{marker}
      retries: 0
      dependencies: [list_keys]
"""


@dataclass(frozen=True)
class Ran:
    """How a call of the command line ended; a negative code is the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@functools.cache
def _client(url: str, service: str, region: str) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="somebody",
        aws_secret_access_key="else",
        config=Config(s3={"addressing_style": "path"}, inject_host_prefix=False, retries={"total_max_attempts": 1}),
    )


class Stand:
    """One stand-in process, reset before every test. `verbs` is the group whose verbs `cli` runs."""

    def __init__(self, variables: dict[str, str], folder: Path, verbs: str = "migrate") -> None:
        self.verbs = verbs
        self.url = variables["AWS_ENDPOINT_URL"]
        self.variables = variables
        self.folder = folder
        self.bucket = "mwaa-rehearsal"
        self.role = "arn:aws:iam::123456789012:role/Prod-execution-role"

    def post(self, path: str, **body: Any) -> Any:
        request = urllib.request.Request(self.url + path, data=json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def open(self, **options: Any) -> None:
        self.post("/_open", **{"name": "Prod", **options})

    def fault(self, call: str, action: str, **options: Any) -> None:
        self.post("/_fault", call=call, action=action, **options)

    def set(self, **knobs: Any) -> None:
        self.post("/_set", **knobs)

    def set_dags(self, *dag_ids: str, paused: bool = False) -> None:
        """The DAGs that the old environment knows."""
        self.post("/_set", dags=dict.fromkeys(dag_ids, paused))

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.post("/_state")
        return found

    def workflows(self) -> dict[str, dict[str, Any]]:
        """By name; asserts that no name is there twice."""
        listed = [w for w in self.state()["workflows"] if not w["deleting"]]
        assert len({w["name"] for w in listed}) == len(listed), "a workflow was made twice"
        return {w["name"]: w for w in listed}

    def calls(self, name: str) -> int:
        return sum(1 for call in self.state()["calls"] if call == name)

    def define(self, *dag_ids: str, schedule: str = "0 5 * * *", marker: str = "x", folder: str = "defs") -> Path:
        target = self.folder / folder
        target.mkdir(exist_ok=True)
        for dag_id in dag_ids:
            text = DEFINITION.format(dag_id=dag_id, schedule=schedule, marker=marker)
            (target / f"{dag_id}.yaml").write_text(text)
        return target

    def cli(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        kill_after: float | None = None,
        kill_at: tuple[Callable[[], bool], int] | None = None,
    ) -> Ran:
        """Runs `dag-converter migrate ...`, or another group, in a forked process of its own.

        `kill_at` is a condition and the signal that the process gets as soon as it holds.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                self._be_the_command(arguments, env or {}, out.fileno(), err.fileno())
            if kill_after is not None:
                time.sleep(kill_after)
                os.kill(child, signal.SIGINT)
            status = _signal_when(child, *kill_at) if kill_at else os.waitpid(child, 0)[1]
            out.seek(0)
            err.seek(0)
            return Ran(os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode())

    def process(self, *arguments: str, env: dict[str, str] | None = None) -> Ran:
        """The same as a fresh interpreter, as a user starts it; only loopback can be reached."""
        guard = str(Path(__file__).parent / "guard")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": guard,
            **self.variables,
            **(env or {}),
        }
        done = subprocess.run(
            [sys.executable, "-m", "dagconv", self.verbs, *arguments],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    def plan(self, *options: str) -> Ran:
        return self.cli("plan", "--environment", "Prod", "--definitions", "defs", "--out", "plan.json", *options)

    def apply(self, *options: str, env: dict[str, str] | None = None) -> Ran:
        return self.cli("apply", "plan.json", "--auto-approve", *options, env=env)

    def deploy(self, *dag_ids: str, plan: tuple[str, ...] = (), **define: Any) -> None:
        """Definitions made, planned and applied, which must succeed."""
        self.define(*dag_ids, **define)
        planned = self.plan(*plan)
        assert planned.code == 0, planned.text
        done = self.apply()
        assert done.code == 0, done.text

    def aws(self, service: str, region: str = "us-east-2") -> Any:
        """A client that talks to the stand-in directly, as somebody else would."""
        return _client(self.url, service, region)

    def trust(self) -> dict[str, Any]:
        document: dict[str, Any] = self.aws("iam").get_role(RoleName="Prod-execution-role")["Role"][
            "AssumeRolePolicyDocument"
        ]
        return document

    def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """The fields of all records, or of those of the kinds, each with its kind."""
        (path,) = self.folder.glob(".dagconv/*/journal.jsonl")
        bodies = [json.loads(line.split(" ", 2)[2]) for line in path.read_text().splitlines()]
        found = [{"kind": kind, **fields} for body in bodies for kind, fields in body.items()]
        return [record for record in found if not kinds or record["kind"] in kinds]

    def _be_the_command(self, arguments: tuple[str, ...], env: dict[str, str], out: int, err: int) -> None:
        code = 99
        try:
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for name in [n for n in os.environ if n.startswith(("AWS_", "DAGCONV_"))]:
                del os.environ[name]
            os.environ.update(self.variables, **env)
            os.chdir(self.folder)
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w", buffering=1), open(2, "w", buffering=1)  # noqa: SIM115
            signal.signal(signal.SIGINT, signal.default_int_handler)
            # Another test may have imported Airflow, which has all loggers speak on standard output.
            logging.root.handlers.clear()
            logging.root.setLevel(logging.WARNING)
            from dagconv.cli.main import run

            code = run([self.verbs, *arguments])
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:  # noqa: BLE001  # whatever it is must not reach the parent's code
            traceback.print_exc()
        finally:
            os._exit(code)


def _signal_when(child: int, holds: Callable[[], bool], sign: int) -> int:
    """The status of a process that gets the signal, unless it ends before."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if holds():
            os.kill(child, sign)
            return os.waitpid(child, 0)[1]
        time.sleep(0.02)


def _warm_up() -> None:
    """Imports and models are read once here, so that forked calls start fast."""
    import boto3
    from botocore import hooks

    import dagconv.cli.migrate
    import dagconv.cli.workflow
    import dagconv.migrate
    import dagconv.operate
    from dagconv.aws import shapes
    from dagconv.catalog.operators import load_operators
    from dagconv.check.definition import check_definition

    # What botocore finds out anew for each session about its own handlers and names of events.
    names: dict[str, str] = {}
    hooks.accepts_kwargs = functools.cache(hooks.accepts_kwargs)
    hooks.EventAliaser._alias_name_cache = property(lambda _: names, lambda *_: None)  # type: ignore[attr-defined]
    for room in (dagconv.cli.migrate, dagconv.cli.workflow, dagconv.migrate, dagconv.operate):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    load_operators()
    check_definition(DEFINITION.format(dag_id="warm", schedule="0 5 * * *", marker="up"), "warm.yaml")
    for service in ("sts", "mwaa-serverless", "mwaa", "s3", "iam", "logs", "kms"):
        shapes.service_model(service)
        session = boto3.Session(botocore_session=shapes.new_session(), region_name="us-east-2")
        session.client(service, aws_access_key_id="warm", aws_secret_access_key="up")
    gc.freeze()  # what is there stays, and no forked call looks through it again


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, str]]:
    """The stand-in; it ends when its standard input is closed."""
    _warm_up()

    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "DAGCONV_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "dagconv.standin"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def bare(server: dict[str, str], tmp_path: Path) -> Iterator[Stand]:
    """A fresh account without an environment. Every exchange must fit the service's model."""
    stand = Stand(server, tmp_path)
    stand.post("/_reset")
    yield stand
    assert stand.state()["broken"] == []


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test that takes this room's fixtures reaches another machine, whatever an endpoint says."""
    connect: Callable[..., None] = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that a stand-in of the service answers takes seconds."""
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
