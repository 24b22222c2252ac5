"""Faults of the account's things: roles, buckets, keys, files, secrets (docs/faults.md, rows 25 to 55)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from dagconv.aws.redact import redact
from dagconv.deploy.definition import Definition
from dagconv.deploy.names import map_names
from dagconv.deploy.trust import Statement, Verdict, judge_trust
from dagconv.errors import UsageError
from dagconv.language.secret import mask_secrets

if TYPE_CHECKING:
    from tests.standin.stand import Stand

ACCOUNT, REGION = "123456789012", "us-east-2"
AIRFLOW = {"Effect": "Allow", "Principal": {"Service": "airflow.amazonaws.com"}, "Action": "sts:AssumeRole"}
STATEMENT = Statement(ACCOUNT, REGION, "aws")
OURS = STATEMENT.document()
BROAD = {
    "Effect": "Allow",
    "Principal": {"Service": ["airflow-serverless.amazonaws.com"]},
    "Action": ["sts:AssumeRole"],
}


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def with_condition(**tests: Any) -> dict[str, Any]:
    return {**BROAD, "Condition": tests}


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (policy(AIRFLOW), Verdict.MISSING),
        (policy(AIRFLOW, OURS), Verdict.SUFFICIENT),
        (policy(BROAD), Verdict.SUFFICIENT),
        (policy({**BROAD, "Action": "sts:*"}), Verdict.SUFFICIENT),
        (policy(with_condition(StringEquals={"aws:SourceAccount": ACCOUNT})), Verdict.SUFFICIENT),
        (policy(with_condition(StringEquals={"aws:SourceAccount": ["1", ACCOUNT]})), Verdict.SUFFICIENT),
        (policy(with_condition(ArnLike={"aws:SourceArn": f"arn:aws:*:*:{ACCOUNT}:workflow/*"})), Verdict.SUFFICIENT),
        (policy(with_condition(StringEquals={"aws:SourceAccount": "999999999999"})), Verdict.MISSING),
        (policy(with_condition(StringEquals={"sts:ExternalId": "x"})), Verdict.MISSING),
        (policy(with_condition(Bool={"aws:SecureTransport": "true"})), Verdict.MISSING),
        (policy({**BROAD, "NotAction": "sts:TagSession"}), Verdict.MISSING),
        (policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}), Verdict.MISSING),
        (policy(AIRFLOW, {**BROAD, "Effect": "Deny"}), Verdict.DENIED),
        (policy(AIRFLOW, {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}), Verdict.DENIED),
        (policy({"Effect": "Deny", "NotPrincipal": {"AWS": "x"}, "Action": "sts:AssumeRole"}), Verdict.DENIED),
        ({"Version": "2012-10-17", "Statement": AIRFLOW}, Verdict.UNUSUAL),
        ({"Version": "2012-10-17", "Statement": BROAD}, Verdict.SUFFICIENT),
        (policy({**AIRFLOW, "Sid": "x"}, {**AIRFLOW, "Sid": "x"}), Verdict.UNUSUAL),
        (policy({**OURS, "Action": "sts:TagSession"}), Verdict.UNUSUAL),
        ({}, Verdict.UNUSUAL),
        (policy("text"), Verdict.UNUSUAL),
        (policy({**AIRFLOW, "Principal": {"Service": [f"s{n}.amazonaws.com" for n in range(90)]}}), Verdict.TOO_LONG),
    ],
)
def test_26_27_trust_policies_of_every_shape(document: Any, verdict: Verdict) -> None:
    judged = judge_trust(document, STATEMENT)
    assert judged.verdict is verdict
    if verdict is Verdict.MISSING:
        assert judged.document is not None
        assert judged.document["Statement"][:-1] == document["Statement"]
        assert judged.document["Statement"][-1] == OURS


def test_25_a_role_that_cannot_be_read_prints_the_statement(stand: Stand) -> None:
    stand.define("a")
    stand.fault("iam:GetRole", "deny", count=99)
    ran = stand.plan()
    assert ran.code == 1
    assert '"Sid": "DagconvMwaaServerlessUsEast2"' in ran.out
    assert "--skip-trust" in ran.out
    assert stand.plan("--skip-trust").code == 0


def test_25_a_denied_edit_fails_before_any_workflow_is_made(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    stand.fault("iam:UpdateAssumeRolePolicy", "deny")
    ran = stand.apply()
    assert (ran.code, "UpdateAssumeRolePolicy" in ran.out) == (1, True)
    assert stand.workflows() == {}


def test_26_an_odd_policy_is_shown_and_not_edited(bare: Stand) -> None:
    bare.open(trust={"Version": "2012-10-17", "Statement": AIRFLOW})
    bare.define("a")
    ran = bare.plan()
    assert (ran.code, "DC808" in ran.out) == (1, True)
    assert bare.apply().code == 2
    assert bare.calls("iam:UpdateAssumeRolePolicy") == 0


def test_26_a_sufficient_policy_is_not_written(bare: Stand) -> None:
    bare.open(trust=policy(AIRFLOW, BROAD))
    bare.define("a")
    assert "lets the service in already" in bare.plan().out
    assert bare.apply().code == 0
    assert bare.calls("iam:UpdateAssumeRolePolicy") == 0
    assert bare.cli("rollback", "--auto-approve").code == 0
    assert bare.trust() == policy(AIRFLOW, BROAD)


def test_28_a_policy_changed_since_the_plan_is_not_written(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    theirs = policy(*stand.trust()["Statement"], {**AIRFLOW, "Sid": "theirs"})
    stand.aws("iam").update_assume_role_policy(RoleName="Prod-execution-role", PolicyDocument=json.dumps(theirs))
    ran = stand.apply()
    assert (ran.code, "changed since the plan" in ran.out) == (1, True)
    assert stand.trust() == theirs


def test_29_a_policy_whose_answer_was_lost_is_read_back(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    stand.fault("iam:UpdateAssumeRolePolicy", "drop_after")
    assert stand.apply().code == 0
    assert stand.calls("iam:UpdateAssumeRolePolicy") == 1
    assert len(stand.trust()["Statement"]) == 2


def test_30_a_new_trust_policy_takes_its_time(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    stand.set(trust_delay=40)
    before = stand.state()["waited"]
    assert stand.apply().code == 0
    assert 35 <= stand.state()["waited"] - before <= 60


def test_30_but_not_for_ever(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    stand.set(trust_delay=10000)
    before = stand.state()["waited"]
    ran = stand.apply()
    assert (ran.code, "cannot be assumed" in ran.out) == (1, True)
    assert 110 <= stand.state()["waited"] - before <= 180


def test_31_a_service_linked_role_is_refused_and_an_edit_is_announced(stand: Stand) -> None:
    stand.define("a")
    announced = stand.plan().out
    assert "DC809" in announced
    assert "Terraform or CloudFormation" in announced
    linked = "arn:aws:iam::123456789012:role/aws-service-role/airflow.amazonaws.com/AWSServiceRoleForAmazonMWAA"
    ran = stand.plan("--role-arn", linked, "--skip-trust")
    assert (ran.code, "DC810" in ran.out) == (1, True)


def test_32_a_shared_role_keeps_its_trust_while_it_is_needed(stand: Stand) -> None:
    stand.deploy("a")
    stand.define("b")
    assert stand.plan().code == 0
    assert stand.apply().code == 0
    for path in stand.folder.glob(".dagconv/*/journal.jsonl"):
        first = path.read_text().splitlines()
        cut = next(n for n, line in enumerate(first) if '{"End": ' in line) + 1
        path.write_text("\n".join(first[:cut]) + "\n")  # only the first apply is known here
    ran = stand.cli("rollback", "--auto-approve")
    assert ran.code == 0
    assert "b still need it" in ran.err
    assert len(stand.trust()["Statement"]) == 2


@pytest.mark.parametrize("versioning", [None, "Suspended"])
def test_33_34_buckets_without_versions_get_a_key_per_content(bare: Stand, versioning: str | None) -> None:
    bare.open(versioning=versioning)
    bare.deploy("a")
    first = bare.workflows()["a"]["DefinitionS3Location"]
    assert "VersionId" not in first
    bare.define("a", marker="y")
    assert "DC813" in bare.plan().out
    assert bare.apply().code == 0
    second = bare.workflows()["a"]["DefinitionS3Location"]
    assert first["ObjectKey"] != second["ObjectKey"]
    assert b"data/x" in bare.aws("s3").get_object(Bucket=bare.bucket, Key=first["ObjectKey"])["Body"].read()
    assert bare.cli("rollback", "--auto-approve").code == 0
    assert bare.workflows()["a"]["DefinitionS3Location"] == first


def test_35_an_object_overwritten_meanwhile_changes_nothing(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    assert stand.apply("--parallel", "1", env={"DAGCONV_TEST_KILL_AT": "5:after"}).code < 0
    stand.aws("s3").put_object(Bucket=stand.bucket, Key="yaml/a.yaml", Body=b"theirs")
    assert stand.cli("apply", "--resume").code == 0
    location = stand.workflows()["a"]["DefinitionS3Location"]
    body = stand.aws("s3").get_object(Bucket=stand.bucket, Key="yaml/a.yaml", VersionId=location["VersionId"])["Body"]
    assert b"S3KeySensor" in body.read()


def test_36_a_bucket_with_a_customer_key_sets_the_workflows_key(stand: Stand) -> None:
    key = stand.aws("kms").create_key()["KeyMetadata"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}}
    stand.aws("s3").put_bucket_encryption(Bucket=stand.bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    stand.deploy("a")
    made = stand.workflows()["a"]["EncryptionConfiguration"]
    assert made == {"Type": "CUSTOMER_MANAGED_KEY", "KmsKeyId": key["Arn"]}
    other = stand.aws("kms").create_key()["KeyMetadata"]["Arn"]
    ran = stand.plan("--kms-key", other)
    assert (ran.code, "DC807" in ran.out) == (1, True)


@pytest.mark.parametrize("kind", ["alias", "multi"])
def test_36_aliases_and_multi_region_keys_are_refused(stand: Stand, kind: str) -> None:
    key = stand.aws("kms").create_key(MultiRegion=kind == "multi")["KeyMetadata"]
    stand.aws("kms").create_alias(AliasName="alias/data", TargetKeyId=key["KeyId"])
    stand.define("a")
    ran = stand.plan("--kms-key", "alias/data" if kind == "alias" else key["Arn"])
    assert (ran.code, "DC815" in ran.out) == (1, True)


def test_37_a_bucket_in_another_region(stand: Stand) -> None:
    eu = {"LocationConstraint": "eu-west-1"}
    stand.aws("s3", "eu-west-1").create_bucket(Bucket="elsewhere", CreateBucketConfiguration=eu)
    stand.define("a")
    ran = stand.plan("--bucket", "elsewhere")
    assert (ran.code, "DC811" in ran.out) == (1, True)
    assert stand.apply().code == 2


def test_37_a_bucket_of_another_account(stand: Stand) -> None:
    stand.define("a")
    stand.set(foreign_buckets=[stand.bucket])
    ran = stand.plan()
    assert ran.code == 2
    assert "s3:" in ran.err


def test_37_public_access_and_lifecycle_rules_are_warned_of(stand: Stand) -> None:
    s3 = stand.aws("s3")
    s3.delete_public_access_block(Bucket=stand.bucket)
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": True,
    }
    s3.put_public_access_block(Bucket=stand.bucket, PublicAccessBlockConfiguration=block)
    rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "yaml/"}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket=stand.bucket, LifecycleConfiguration={"Rules": [rule]})
    stand.define("a")
    ran = stand.plan()
    assert ran.code == 0
    assert "DC812" in ran.out
    assert "DC814" in ran.out


def test_38_a_foreign_object_under_our_key_stops_its_item(stand: Stand) -> None:
    stand.aws("s3").put_object(Bucket=stand.bucket, Key="yaml/a.yaml", Body=b"theirs")
    stand.define("a", "b")
    assert stand.plan().code == 0
    ran = stand.apply()
    assert (ran.code, "dagconv did not write" in ran.out) == (1, True)
    assert list(stand.workflows()) == ["b"]
    assert stand.aws("s3").get_object(Bucket=stand.bucket, Key="yaml/a.yaml")["Body"].read() == b"theirs"


def test_39_a_definition_deleted_later_is_drift(stand: Stand) -> None:
    stand.deploy("a")
    location = stand.workflows()["a"]["DefinitionS3Location"]
    stand.aws("s3").delete_object(Bucket=stand.bucket, Key="yaml/a.yaml", VersionId=location["VersionId"])
    ran = stand.cli("status", "--drift")
    assert (ran.code, "source object" in ran.out) == (1, True)


def test_44_drift_of_mode_tags_and_definition_is_reported(stand: Stand) -> None:
    stand.deploy("a", "b", "c")
    client = stand.aws("mwaa-serverless")
    made = stand.workflows()
    request = {k: made["a"][k] for k in ("RoleArn", "DefinitionS3Location")}
    client.update_workflow(WorkflowArn=made["a"]["arn"], TriggerMode="SCHEDULED", **request)
    client.untag_resource(ResourceArn=made["b"]["arn"], TagKeys=["dagconv:managed"])
    client.delete_workflow(WorkflowArn=made["c"]["arn"])
    ran = stand.cli("status", "--drift")
    assert ran.code == 1
    for text in ("TriggerMode: SCHEDULED, should be MANUAL", "not marked as ours", "3 workflows differ"):
        assert text in ran.out


def download(stand: Stand) -> tuple[list[str], list[Definition]]:
    """Reads the environment's DAG folder through the real doors; names of the files, and what was refused."""
    import tempfile
    from pathlib import Path

    from dagconv.aws.session import open_world
    from dagconv.migrate.survey.download import download_dags
    from dagconv.migrate.survey.survey import read_environment

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as scratch:
        for name, value in stand.variables.items():
            patch.setenv(name, value)
        world = open_world(None, None, lambda _: None)
        found = download_dags(world, read_environment(world, "Prod"), Path(scratch))
        names = sorted(p.relative_to(found.folder).as_posix() for p in found.folder.rglob("*") if p.is_file())
        return names, list(found.refused)


def test_41_odd_keys_stay_inside_the_folder(stand: Stand) -> None:
    s3 = stand.aws("s3")
    for key in (
        "dags/a b.py",
        "dags/ü.py",
        "dags/sub/",
        "dags/sub/c.py",
        "dags/empty.py",
        "dags//d.py",
        "dags/../up.py",
    ):
        s3.put_object(Bucket=stand.bucket, Key=key, Body=b"")
    s3.put_object(Bucket=stand.bucket, Key="dags/cold.py", Body=b"x", StorageClass="GLACIER")
    s3.put_object(Bucket=stand.bucket, Key="dags/gone.py", Body=b"x")
    s3.delete_object(Bucket=stand.bucket, Key="dags/gone.py")
    names, refused = download(stand)
    assert names == ["a b.py", "empty.py", "sub/c.py", "ü.py"]
    reasons = {d.source.rpartition("/")[2]: d.findings[0].message for d in refused}
    assert "archived" in reasons["cold.py"]
    assert {"d.py", "up.py", "cold.py"} == set(reasons)
    assert {d.findings[0].code for d in refused} == {"DC832"}


def test_42_a_file_that_changes_while_it_is_read_is_read_again(stand: Stand) -> None:
    stand.aws("s3").put_object(Bucket=stand.bucket, Key="dags/a.py", Body=b"one")
    stand.fault("s3:GetObject", "error", value={"code": "PreconditionFailed"}, status=412)
    names, refused = download(stand)
    assert (names, refused) == (["a.py"], [])


def test_42_a_body_that_is_cut_off_is_read_again(stand: Stand) -> None:
    stand.aws("s3").put_object(Bucket=stand.bucket, Key="dags/a.py", Body=b"one" * 1000)
    stand.fault("s3:GetObject", "truncate", count=2)
    assert download(stand) == (["a.py"], [])


def test_43_names_that_collide_or_are_not_legal() -> None:
    both = map_names(["_etl", "etl", "Etl", "fine", "x" * 300])
    assert set(both.names) == {"fine", "x" * 300}
    assert len(both.names["x" * 300]) == 255
    collisions = [d for d in both.findings if d.code == "DC802"]
    assert {d.dag_id for d in collisions} == {"_etl", "etl", "Etl"}
    assert all("_etl" in d.message and "etl" in d.message for d in collisions)
    apart = map_names(["_etl", "etl"], suffix=True)
    assert len(set(apart.names.values())) == 2
    assert apart == map_names(["etl", "_etl"], suffix=True)
    assert map_names(["a"], "prod-{dag_id}").names == {"a": "prod-a"}
    with pytest.raises(UsageError):
        map_names(["a"], "fixed")


def test_48_nothing_is_scheduled_until_the_cutover(stand: Stand) -> None:
    stand.define("a")
    ran = stand.plan()
    assert "No schedule starts" in ran.out
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["TriggerMode"] == "MANUAL"
    loud = stand.plan("--trigger-mode", "SCHEDULED")
    assert "TriggerMode" in loud.out


def test_49_another_spelling_of_the_mode_can_be_given(stand: Stand) -> None:
    stand.deploy("a", plan=("--trigger-mode-raw", "Manual only"))
    assert stand.workflows()["a"]["TriggerMode"] == "Manual only"
    assert stand.cli("cutover", "--paused-by-hand", "--trigger-mode-raw", "Scheduled", "--auto-approve").code == 0
    assert stand.workflows()["a"]["TriggerMode"] == "Scheduled"


def test_50_an_update_sends_everything_again(stand: Stand, tmp_path: Any) -> None:
    (tmp_path / "code.zip").write_bytes(zip_of("helpers.py"))
    options = ("--workflow-env", "STAGE=prod", "--code", "code.zip", "--log-group", "/mine")
    stand.deploy("a", plan=options)
    before = stand.workflows()["a"]
    stand.define("a", marker="y")
    assert stand.plan(*options).code == 0
    assert stand.apply().code == 0
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    after = stand.workflows()["a"]
    kept = ("RoleArn", "Code", "Environment", "NetworkConfiguration", "LoggingConfiguration")
    assert {k: after[k] for k in kept} == {k: before[k] for k in kept}
    for request in [r["request"] for r in stand.state()["requests"] if r["call"].endswith("UpdateWorkflow")]:
        assert set(kept) | {"DefinitionS3Location", "TriggerMode"} <= set(request)


def test_51_a_rollback_says_what_it_cannot_take_back(stand: Stand) -> None:
    stand.deploy("a")
    for marker in ("y", "z"):
        stand.define("a", marker=marker)
        assert stand.plan().code == 0
        assert stand.apply().code == 0
    versions = stand.aws("mwaa-serverless").list_workflow_versions(WorkflowArn=stand.workflows()["a"]["arn"])
    assert versions["WorkflowVersions"]
    ran = stand.cli("rollback", "--auto-approve")
    assert ran.code == 0
    assert "Cannot be taken back" in ran.out
    location = stand.workflows()["a"]["DefinitionS3Location"]
    body = stand.aws("s3").get_object(Bucket=stand.bucket, Key="yaml/a.yaml", VersionId=location["VersionId"])["Body"]
    assert b"data/y" in body.read()


def test_51_a_previous_version_that_is_gone_is_made_from_the_journal(stand: Stand) -> None:
    stand.deploy("a")
    first = stand.workflows()["a"]
    client = stand.aws("mwaa-serverless")
    number = client.get_workflow(WorkflowArn=first["arn"])["WorkflowVersion"]
    stand.define("a", marker="y")
    assert stand.plan().code == 0
    assert stand.apply().code == 0
    client.delete_workflow(WorkflowArn=first["arn"], WorkflowVersion=number)
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert stand.workflows()["a"]["DefinitionS3Location"] == first["DefinitionS3Location"]


def test_52_an_environment_in_another_state_is_read_only(stand: Stand) -> None:
    stand.set(environment={"Status": "UPDATING", "AirflowVersion": "1.10.12"})
    stand.define("a")
    ran = stand.plan()
    assert ran.code == 0
    assert "DC820" in ran.out
    assert "DC821" in ran.out
    stand.set(environment={"DagS3Path": ""})
    missing = stand.cli("plan", "--environment", "Prod")
    assert (missing.code, "names no DAG folder" in missing.err) == (2, True)


def test_52_no_such_environment(stand: Stand) -> None:
    ran = stand.cli("plan", "--environment", "Nope", "--definitions", "defs")
    assert (ran.code, "there is no environment Nope" in ran.err) == (2, True)


def test_53_no_secret_is_printed_or_kept(stand: Stand) -> None:
    stand.define("a")
    value = "very-private-value"
    ran = stand.plan("--workflow-env", f"STAGE={value}", "--verbose")
    assert ran.code == 0
    applied = stand.apply()
    assert applied.code == 0
    assert stand.workflows()["a"]["Environment"]["Variables"] == {"STAGE": value}
    assert value not in ran.text + applied.text
    (journal,) = stand.folder.glob(".dagconv/*/journal.jsonl")
    assert value not in journal.read_text()
    assert journal.stat().st_mode & 0o777 == 0o600
    assert value not in stand.plan("--workflow-env", f"STAGE={value}", "--format", "json").out
    stand.set(environment={"AirflowConfigurationOptions": {"smtp.smtp_password": value}})
    assert value not in stand.plan().text + (stand.folder / "plan.json").read_text()
    given = ("--workflow-env", "DATABASE=postgres://me:hunter2@db/x")
    refused = stand.plan(*given)
    assert (refused.code, "--allow-secrets-in-plan" in refused.err, "hunter2" in refused.text) == (2, True, False)
    secret = stand.plan(*given, "--allow-secrets-in-plan")
    assert (secret.code, "DC817" in secret.out, "hunter2" in secret.text) == (1, True, False)


def test_53_redaction_knows_keys_uris_and_variables() -> None:
    assert mask_secrets("key AKIAABCDEFGHIJKLMNOP in x://u:p4ss@h") == "key *** in x://***@h"
    hidden = redact({"Environment": {"Variables": {"A": "b"}}, "x": ["postgres://a:b@c"]})
    assert hidden == {"Environment": {"Variables": {"A": "***"}}, "x": ["postgres://***@c"]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bash_command: run --password hunter2 -v", "bash_command: run --password *** -v"),
        ("password=hunter2first&x=1", "password=***&x=1"),
        ("    db_password: 'hunter 2'", "    db_password: ***"),
        ('{"api_key": "k-1", "n": 2}', '{"api_key": ***, "n": 2}'),
        ("password: '{{ conn.x.password }}'", "password: '{{ conn.x.password }}'"),
        (
            "secret: arn:aws:secretsmanager:us-east-2:1:secret:x",
            "secret: arn:aws:secretsmanager:us-east-2:1:secret:x",
        ),
        ("secret_name: prod/db, next_token_key: a", "secret_name: prod/db, next_token_key: a"),
        ("the token of a plan; passwords are kept elsewhere", "the token of a plan; passwords are kept elsewhere"),
        ('{"ClientToken": "dagconv-1"}', '{"ClientToken": "dagconv-1"}'),
    ],
)
def test_m2_what_is_assigned_to_a_name_of_a_secret_is_masked(text: str, shown: str) -> None:
    assert mask_secrets(text) == shown


def test_m2_secrets_in_definitions_are_masked_in_text_and_json(stand: Stand) -> None:
    stand.deploy("a", marker="db?password=hunter2first", plan=("--allow-secrets-in-plan",))
    stand.define("a", marker="db?password=hunter2second")
    for options in ((), ("-v",), ("--format", "json"), ("--format", "markdown")):
        planned = stand.plan(*options, "--allow-secrets-in-plan")
        assert (planned.code, "hunter2" in planned.text, "password=***" in planned.out) == (0, False, True), options
    assert stand.apply().code == 0
    (stored,) = {w["DefinitionS3Location"]["ObjectKey"] for w in stand.workflows().values()}
    body = stand.aws("s3").get_object(Bucket=stand.bucket, Key=stored)["Body"].read()
    assert b"hunter2second" in body, "what is deployed is what was planned"


def test_m10_request_ids_stand_in_messages_and_in_the_journal(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    stand.fault("mwaa-serverless:CreateWorkflow", "deny")
    ran = stand.apply()
    assert (ran.code, "(request 5e5e0000-rehearsal)" in ran.err) == (1, True), ran.text
    (failed,) = stand.journal("StepFailed")
    assert "(request 5e5e0000-rehearsal)" in failed["reason"]
    stand.fault("s3:*", "deny")
    assert "(request 5e5e0000-rehearsal)" in stand.plan().err


def test_55_a_run_is_asked_for_followed_and_judged_per_task(stand: Stand) -> None:
    stand.deploy("a")
    asked = stand.cli("verify", "--run", "a")
    assert (asked.code, "--auto-approve" in asked.err) == (2, True)
    assert stand.calls("mwaa-serverless:StartWorkflowRun") == 0
    good = stand.cli("verify", "--run", "a", "--auto-approve")
    assert good.code == 0, good.text
    assert "list_keys attempt 1: SUCCESS" in good.err
    assert "INFO - Executing S3ListOperator list_keys" in good.err
    stand.set(failing_tasks=["a/wait"])
    bad = stand.cli("verify", "--run", "a", "--auto-approve")
    assert bad.code == 1
    assert "tasks that failed: wait" in bad.out
    assert "rehearsed failure" in bad.err


def test_55_a_run_that_takes_too_long_is_stopped(stand: Stand) -> None:
    stand.deploy("a")
    ran = stand.cli("verify", "--run", "a", "--auto-approve", "--timeout", "12")
    assert (ran.code, "TIMEOUT" in ran.out) == (1, True)
    assert stand.calls("mwaa-serverless:StopWorkflowRun") == 1


def test_55_ctrl_c_stops_the_run(stand: Stand) -> None:
    stand.deploy("a")
    stand.fault("mwaa-serverless:GetWorkflowRun", "slow", nth=2, value=3.0)
    ran = stand.cli("verify", "--run", "a", "--auto-approve", kill_after=2.0)
    assert ran.code == 130
    assert "stopping run" in ran.err
    assert stand.calls("mwaa-serverless:StopWorkflowRun") == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("AWS_REGION=x", "reserved"),
        ("AIRFLOW__CORE__X=1", "reserved"),
        ("1A=x", "name"),
        (f"LONG={'v' * 256}", "256 characters"),
    ],
)
def test_65_variables_that_the_service_refuses(stand: Stand, text: str, reason: str) -> None:
    stand.define("a")
    ran = stand.plan("--workflow-env", text)
    assert (ran.code, "DC816" in ran.out, reason in ran.out) == (1, True, True)


def test_65_the_secrets_backend_may_be_set(stand: Stand) -> None:
    stand.deploy("a", plan=("--workflow-env", "AIRFLOW__WORKERS__SECRETS_BACKEND=x.Y"))
    assert stand.workflows()["a"]["Environment"]["Variables"] == {"AIRFLOW__WORKERS__SECRETS_BACKEND": "x.Y"}


def zip_of(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return data.getvalue()


def test_h6_the_plan_says_whether_the_role_may_write_logs(stand: Stand) -> None:
    """The environment's own role may write airflow-Prod-* alone, as the guide of MWAA has it."""
    stand.define("a")
    lacking = stand.plan()
    assert lacking.code == 0
    assert "warning DC843 role Prod-execution-role lacks logs:CreateLogStream, logs:PutLogEvents" in lacking.out
    printed = lacking.out.partition("which no verb adds:\n")[2]
    statement, _ = json.JSONDecoder().raw_decode(printed.lstrip())
    stand.fault("iam:SimulatePrincipalPolicy", "error", value={"code": "AccessDenied"}, status=403)
    untold = stand.plan()
    assert (untold.code, "info DC844" in untold.out, "DC843" in untold.out) == (0, True, False), untold.text
    assert json.dumps(statement["Resource"]) in untold.out
    stand.set(role_policy=role_policy("more", statement))
    assert "may write arn:aws:logs:us-east-2:123456789012:log-group:/aws/mwaa-serverless/*" in stand.plan().out
    own = stand.plan("--log-group", "/mine")
    assert "on arn:aws:logs:us-east-2:123456789012:log-group:/mine, where" in own.out


def role_policy(name: str, *statements: Any) -> dict[str, str]:
    return {
        "RoleName": "Prod-execution-role", "PolicyName": name, "PolicyDocument": json.dumps(policy(*statements)),
    }  # fmt: skip


def test_h6_a_simulation_weighs_each_statement(stand: Stand) -> None:
    """The stand-in's own answers, which moto does not give."""
    iam = stand.aws("iam")

    def decided(action: str, resource: str) -> str:
        found = iam.simulate_principal_policy(PolicySourceArn=stand.role, ActionNames=[action], ResourceArns=[resource])
        return str(found["EvaluationResults"][0]["EvalDecision"])

    group = "arn:aws:logs:us-east-2:123456789012:log-group:"
    assert decided("logs:PutLogEvents", f"{group}airflow-Prod-Task:log-stream:x") == "allowed"
    assert decided("logs:DeleteLogGroup", f"{group}airflow-Prod-Task") == "implicitDeny"
    stand.set(role_policy=role_policy("deny", {"Effect": "Deny", "Action": "LOGS:put*", "Resource": "*"}))
    assert decided("logs:PutLogEvents", f"{group}airflow-Prod-Task:log-stream:x") == "explicitDeny"
