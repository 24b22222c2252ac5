"""The launch post's tutorial as the README shows it, from the first deploy to the last clean-up."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
TUTORIAL = """\
simples3test:
  dag_id: simples3test
  schedule: 0 0 * * *
  tasks:
    create_bucket:
      operator: airflow.providers.amazon.aws.operators.s3.S3CreateBucketOperator
      bucket_name: amzn-s3-demo-bucket
    create_object:
      operator: airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator
      s3_bucket: amzn-s3-demo-bucket
      s3_key: hello.txt
      data: Hello, world
      dependencies: [create_bucket]
"""


def strangers(stand):
    """What others have: a workflow, an object beside ours, a statement in the role and a log group."""
    s3, serverless, logs = stand.aws("s3"), stand.aws("mwaa-serverless"), stand.aws("logs")
    s3.put_object(Bucket=stand.bucket, Key="workflows/theirs.yaml", Body=TUTORIAL.replace("simples3test", "theirs"))
    serverless.create_workflow(
        Name="theirs",
        DefinitionS3Location={"Bucket": stand.bucket, "ObjectKey": "workflows/theirs.yaml"},
        RoleArn=stand.role,
        TriggerMode="MANUAL",
    )
    logs.create_log_group(logGroupName="/theirs")


def picture(stand):
    """Everything that the account holds."""
    s3, logs = stand.aws("s3"), stand.aws("logs")
    objects = [(one["Key"], one["ETag"]) for one in s3.list_objects_v2(Bucket=stand.bucket).get("Contents", [])]
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    return sorted(stand.workflows().items()), sorted(objects), stand.trust(), sorted(groups)


def ran(stand, *arguments, code=0):
    done = stand.cli(*arguments)
    assert done.code == code, done.text
    return done


def test_the_tutorial_in_six_commands(stand):
    stand.post("/_clock", sleep=3 * 3600)  # as after other tests: logs take no line from hours ahead
    strangers(stand)
    before = picture(stand)
    file = stand.folder / "simple_s3_test.yaml"
    file.write_text(TUTORIAL)

    first = ("deploy", "simple_s3_test.yaml", "--bucket", stand.bucket, "--role", stand.role)
    ran(stand, *first, "--schedule", "--auto-approve")
    waited = ran(stand, "start", "simples3test", "--wait")
    assert "create_object attempt 1: SUCCESS" in waited.err
    log = ran(stand, "logs", "simples3test").out
    assert "==> create_bucket attempt 1 <==" in log
    assert "==> create_object attempt 1 <==" in log

    file.write_text(TUTORIAL.replace("hello.txt", "world.txt"))
    ran(stand, "deploy", "simple_s3_test.yaml", "--auto-approve")
    there = stand.workflows()["simples3test"]
    assert (there["versions"], there["TriggerMode"], there["RoleArn"]) == (2, "SCHEDULED", stand.role)

    calls = len(stand.state()["calls"])
    assert "nothing to change" in ran(stand, "deploy", "simple_s3_test.yaml").out
    made = stand.state()["calls"][calls:]
    assert len(made) <= 6, made
    assert {call.split(":")[1][:4] for call in made} <= {"GetC", "GetW", "List"}, made

    listed = json.loads(ran(stand, "list", "--format", "json").out)["workflows"]
    assert [one["Name"] for one in listed] == ["simples3test", "theirs"]
    deleted = ran(stand, "delete", "simples3test", "--with-objects", "--with-logs", "--auto-approve")
    assert "left:" not in deleted.out
    stand.post("/_clock", sleep=60)
    assert picture(stand) == before


def commands(stand):
    """The README's block, with the names of this account."""
    (block,) = [part for part in README.split("```") if part.strip().startswith("dag-converter workflow deploy")]
    names = {"amzn-s3-demo-bucket": stand.bucket, "ROLE": stand.role}
    return [[names.get(word, word) for word in line.split()[2:]] for line in block.strip().split("\n")]


def answered(stand, arguments, answer):
    """A call on a terminal, where every question gets the answer."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode() * 3)
    environment = {"PATH": os.environ["PATH"], "HOME": str(stand.folder), **stand.variables}
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "workflow", *arguments],
        stdin=theirs, capture_output=True, text=True, cwd=stand.folder, env=environment, timeout=60, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    return done


def test_the_readme_s_commands_on_a_terminal(stand):
    """As they stand there, with yes for an answer; between logs and the second deploy the object's key is edited."""
    strangers(stand)
    before = picture(stand)
    file = stand.folder / "simple_s3_test.yaml"
    file.write_text(TUTORIAL.replace("schedule: 0 0 * * *", "schedule: null"))
    deploy, start, logs, again, listing, delete = commands(stand)
    refused = answered(stand, delete, "yes")
    assert (refused.returncode, "there is no workflow simples3test" in refused.stderr) == (2, True)
    for arguments in (deploy, start, logs):
        done = answered(stand, arguments, "yes")
        assert done.returncode == 0, done.stdout + done.stderr
    file.write_text(file.read_text().replace("hello.txt", "world.txt"))
    assert answered(stand, again, "yes").returncode == 0
    assert stand.workflows()["simples3test"]["versions"] == 2
    assert "simples3test" in answered(stand, listing, "yes").stdout
    no = answered(stand, delete, "no")
    assert (no.returncode, "simples3test" in stand.workflows()) == (130, True)
    done = answered(stand, delete, "yes")
    assert (done.returncode, "Delete this workflow?" in done.stdout) == (0, True), done.stdout + done.stderr
    stand.post("/_clock", sleep=60)
    assert picture(stand) == before


def test_a_schedule_is_asked_about_on_a_terminal(stand):
    (stand.folder / "simple_s3_test.yaml").write_text(TUTORIAL)
    deploy = [*commands(stand)[0], "--schedule"]
    assert answered(stand, deploy, "no").returncode == 130
    assert stand.workflows() == {}
    done = answered(stand, deploy, "yes")
    assert (done.returncode, "will run by the clock: schedule 0 0 * * *, next run" in done.stdout) == (0, True)
