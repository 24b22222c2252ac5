"""What the helps of the input rules say is done, and the finding is gone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dagconv.cli.convert import command
from dagconv.cli.main import run
from dagconv.diagnostics import Means
from dagconv.rules import catalogue

pytestmark = pytest.mark.airflow
HEAD = "from airflow.sdk import DAG, Variable\nimport os\n"
TAIL = """
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
with DAG("one", schedule=None):
    S3ListOperator(task_id="list", bucket=str(value))
"""
CONNECTION = "from airflow.hooks.base import BaseHook\nvalue = BaseHook.get_connection('db').host"
AWS = "import boto3\nvalue = boto3.client('sts', region_name='eu-west-1').get_caller_identity()['Account']"
REPLIES = [{"service": "sts", "operation": "GetCallerIdentity", "reply": {"Account": "123456789012"}}]
OPTION = "from airflow.configuration import conf\nvalue = conf.get('smtp', 'smtp_host')"
# Code -> lines that bring the finding about, the option that its help names, what the option is given.
CASES = {
    "DC112": ("value = Variable.get('bucket')", "--variables", {"in.json": '{"bucket": "b"}'}),
    "DC114": (CONNECTION, "--connections", {"in.json": '{"db": {"conn_type": "aws", "host": "b"}}'}),
    "DC115": ("value = os.environ['BUCKET']", "--env-file", {"in.env": "BUCKET=b\n"}),
    "DC153": (AWS, "--aws-replies", {"in.json": json.dumps(REPLIES)}),
    "DC158": (OPTION, "--airflow-config", {"in.cfg": "[smtp]\nsmtp_host = b\n"}),
    "DC102": ("from helpers_of_mine import value", "--dags-root", {"mine/helpers_of_mine.py": "value = 'b'\n"}),
    "DC102 plugin": ("from helpers_of_mine import value", "--plugins", {"mine/helpers_of_mine.py": "value = 'b'\n"}),
    "DC102 stub": ("import helpers_of_mine\nvalue = 'b'", "--stub-missing", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_help_says_makes_the_finding_go(case, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    lines, option, given = CASES[case]
    code = case.split()[0]
    Path("dags").mkdir()
    Path("dags/one.py").write_text(HEAD + lines + TAIL)
    call = ["convert", "dags", "-o", "out", "--format", "concise"]
    assert run(call) == 1
    assert f": {code} error" in capfd.readouterr().err
    rule = catalogue().find(code)
    assert rule is not None
    assert option in rule.help
    arguments = [option]
    for name, text in given.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
        arguments.append(name.split("/")[0])
    run([*call, *arguments])
    assert f": {code} error" not in capfd.readouterr().err


def test_every_option_that_a_help_names_is_there():
    known = {option for parameter in command.params for option in parameter.opts}
    inputs = [rule for rule in catalogue() if rule.remedy.means in (Means.INPUTS, Means.PACKAGES)]
    assert len(inputs) >= 8
    for rule in inputs:
        named = set(re.findall(r"--[a-z-]+", rule.help)) - {"--template"}
        assert named, rule.code
        assert named <= known, rule.code
