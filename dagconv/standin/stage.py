"""Sets the stage of a rehearsal: moto, our services, one bucket, role and old environment, and a control door."""

from __future__ import annotations

import json
import logging
import os
import threading
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

from moto.server import ThreadedMotoServer

from dagconv.aws.clock import REHEARSAL_CLOCK
from dagconv.standin.answer import Answer, Refusal, as_json
from dagconv.standin.backing import ACCOUNT, CREDENTIALS, Backing
from dagconv.standin.environment import DagRun, OldEnvironment
from dagconv.standin.faults import Faults
from dagconv.standin.front import Front
from dagconv.standin.judge import Judge, judge
from dagconv.standin.simulation import simulate
from dagconv.standin.ticker import Ticker
from dagconv.standin.workflows import Workflows

REGION = "us-east-2"
_TRUST_LIMIT = 2048  # characters without white space; moto takes any length (C3)


class Stage:
    """Everything that plays AWS, in one process. Use as a context manager."""

    def __init__(self, region: str = REGION, *, judge_definition: Judge = judge, port: int = 0) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        # moto's own reads must never find credentials of the user's
        os.environ.update(
            {name.upper(): value for name, value in CREDENTIALS.items()}, AWS_EC2_METADATA_DISABLED="true"
        )
        self.region = region
        self._moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._moto.start()
        host, moto_port = self._moto.get_host_and_port()
        self.moto_url = f"http://{host}:{moto_port}"
        self.ticker = Ticker()
        self.faults = Faults()
        self.backing = Backing(self.moto_url, region, self.ticker)
        self.workflows = Workflows(self.backing, self.ticker, judge_definition)
        self.environment = OldEnvironment(self.ticker)
        self.foreign_buckets: set[str] = set()
        self.front = Front(self, port)
        self._thread = threading.Thread(target=self.front.serve_forever, daemon=True, name="rehearsal")
        self._thread.start()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.front.shutdown()
        self.front.server_close()
        self._moto.stop()

    def wait(self) -> None:
        """Until Ctrl-C."""
        try:
            self._thread.join()
        except KeyboardInterrupt:
            return

    def variables(self) -> dict[str, str]:
        """The environment in which a process meets this stage, and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.front.url,
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
            REHEARSAL_CLOCK: f"{self.front.url}/_clock",
        }

    def reset(self) -> None:
        """A fresh account, clock and script."""
        fresh = urllib.request.Request(f"{self.moto_url}/moto-api/reset", method="POST")  # noqa: S310  # loopback
        urllib.request.urlopen(fresh, timeout=30).close()  # noqa: S310  # loopback
        self.faults.clear()
        self.backing.forget()
        self.workflows.forget()
        self.environment.forget()
        self.foreign_buckets.clear()
        self.ticker.waited, self.ticker.waits = 0.0, 0
        self.front.calls, self.front.requests, self.front.broken = [], [], []

    def open_environment(
        self,
        name: str,
        dags: Path | None = None,
        *,
        bucket: str = "mwaa-rehearsal",
        versioning: str | None = "Enabled",
        airflow_version: str = "2.10.3",
        trust: Any = None,
        status: str = "AVAILABLE",
        dag_ids: tuple[str, ...] = (),
    ) -> dict[str, str]:
        """An environment with its bucket, role and DAG files; says the names that were made."""
        role = f"{name}-execution-role"
        document = trust or {"Version": "2012-10-17", "Statement": [_airflow_statement()]}
        self.backing.iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(document))
        role_arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        own = _log_policy(f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:airflow-{name}-*")
        self.backing.iam.put_role_policy(RoleName=role, PolicyName="MWAA-execution", PolicyDocument=own)
        self.backing.trust_known(role_arn)
        self._open_bucket(bucket, versioning)
        for path in sorted(p for p in dags.rglob("*") if p.is_file()) if dags else ():
            self.backing.s3.upload_file(str(path), bucket, f"dags/{path.relative_to(dags).as_posix()}")  # type: ignore[arg-type]
        self.environment.paused = dict.fromkeys(dag_ids, False)
        self.environment.settings = {
            "Name": name,
            "Status": status,
            "Arn": f"arn:aws:airflow:{self.region}:{ACCOUNT}:environment/{name}",
            "AirflowVersion": airflow_version,
            "ExecutionRoleArn": role_arn,
            "SourceBucketArn": f"arn:aws:s3:::{bucket}",
            "DagS3Path": "dags",
            "AirflowConfigurationOptions": {"core.default_timezone": "utc"},
            "NetworkConfiguration": {"SubnetIds": ["subnet-0aa1", "subnet-0bb2"], "SecurityGroupIds": ["sg-0cc3"]},
            "WebserverAccessMode": "PUBLIC_ONLY",
        }
        return {"bucket": bucket, "role": role_arn, "environment": name}

    def control(self, path: str, body: dict[str, Any]) -> Answer:
        """The door for tests and for the clock of child processes."""
        match path:
            case "/_clock":
                self.ticker.sleep(float(body.get("sleep", 0.0)))
                return as_json({"now": self.ticker.now(), "waited": self.ticker.waited})
            case "/_fault":
                self.faults.add(**body)
                return as_json({})
            case "/_clear":
                self.faults.clear()
                return as_json({})
            case "/_reset":
                self.reset()
                return as_json({})
            case "/_act":
                return as_json(self.workflows.handle(body["operation"], body["request"]))
            case "/_open":
                dags = body.pop("dags", None)
                return as_json(self.open_environment(**{**body, "dags": Path(dags) if dags else None}))
            case "/_set":
                return as_json(self._set(body))
            case _:
                return as_json(self.state())

    def state(self) -> dict[str, Any]:
        return {
            "workflows": self.workflows.snapshot(),
            "calls": self.front.calls,
            "requests": self.front.requests,
            "broken": self.front.broken,
            "paused": self.environment.paused,
            "waited": self.ticker.waited,
        }

    def simulate(self, body: bytes) -> Answer:
        return simulate(self.backing.iam, body)

    def guard(self, service: str, operation: str, path: str, headers: dict[str, str], body: bytes) -> None:
        """What moto lets through and AWS refuses: a wrong bucket owner, a trust policy that is too long (C3).

        Logs are brought up to now before they are looked at.
        """
        if service == "s3":
            owner = {k.lower(): v for k, v in headers.items()}.get("x-amz-expected-bucket-owner")
            bucket = urllib.parse.urlsplit(path).path.strip("/").split("/")[0]
            if owner == ACCOUNT and bucket in self.foreign_buckets:
                raise Refusal("AccessDenied", "Access Denied", 403)
        if service == "logs":
            self.workflows.write_logs()
        if service == "iam" and operation == "UpdateAssumeRolePolicy":
            document = urllib.parse.parse_qs(body.decode())["PolicyDocument"][0]
            if len("".join(document.split())) > _TRUST_LIMIT:
                raise Refusal("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {_TRUST_LIMIT}", 409)

    def _set(self, body: dict[str, Any]) -> dict[str, Any]:
        """Turns knobs: trust_delay, trust (a role's policy), role_policy (one of its permissions), object (what lies
        under a key), foreign_buckets, environment, dags, dag_runs (more of them), variables, connections, or those of
        the service.

        Raises TypeError for one that there is not.
        """
        of_service: dict[str, Any] = {}
        for name, value in body.items():
            match name:
                case "trust_delay":
                    self.backing.trust_delay = float(value)
                case "role_policy":
                    self.backing.iam.put_role_policy(**value)
                case "trust":
                    self.backing.iam.update_assume_role_policy(**value)
                case "object":
                    self.backing.overwrite(**value)
                case "foreign_buckets":
                    self.foreign_buckets = set(value)
                case "environment":
                    self.environment.settings.update(value)
                case "dag_runs":
                    self.environment.runs += [DagRun(**run) for run in value]
                case "dags":
                    self.environment.paused = dict(value)
                case "variables":
                    self.environment.variables = dict(value)
                case "connections":
                    self.environment.connections = list(value)
                case _:
                    of_service[name] = value
        self.workflows.knobs = replace(self.workflows.knobs, **of_service)
        return {}

    def _open_bucket(self, bucket: str, versioning: str | None) -> None:
        s3 = self.backing.s3
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": self.region})
        block = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
        if versioning:
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": versioning})


def _airflow_statement() -> dict[str, Any]:
    services = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]
    return {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}


def _log_policy(resource: str) -> str:
    """As the guide of MWAA has it: the environment's own log groups."""
    actions = ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutLogEvents", "logs:GetLogEvents"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": [resource]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
