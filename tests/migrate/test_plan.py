"""The plan as a pure function: the same inventory gives the same plan, and every finding has its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dagconv.aws.services import BucketFacts, Caller, Versioning
from dagconv.deploy.definition import (
    Definition,
    Finding,
    Origin,
    object_key,
    predicted_warnings,
    same_meaning,
    schedule_of,
)
from dagconv.deploy.deployment import Network, S3Location, version_request
from dagconv.deploy.remote import TAG_DAG, TAG_MANAGED, TAG_MIGRATION, TAG_SOURCE, Owner, RemoteWorkflow
from dagconv.deploy.trust import TrustAction
from dagconv.errors import UsageError
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.plan.outline import counted, outline_of
from dagconv.migrate.plan.plan import Plan, identity, plan_migration
from dagconv.migrate.plan.planfile import parse_plan, render_plan, tool_version
from dagconv.migrate.plan.preflight.quota import check_versions
from dagconv.migrate.plan.targets import narrow
from dagconv.migrate.survey.given import read_given, replace_converted
from dagconv.migrate.survey.inventory import Environment, Inventory, Surveyed, Wishes

TEXT = 'a:\n  schedule: "0 5 * * *"\n  tasks:\n    t:\n      operator: x.Y\n      retries: 0\n'
ROLE = "arn:aws:iam::123456789012:role/Prod"
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "airflow.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PROD = Environment(
    "Prod", "arn:aws:airflow:us-east-2:123456789012:environment/Prod", "AVAILABLE", "2.10.3", ROLE, "bucket", "dags"
)
FACTS = BucketFacts("us-east-2", Versioning.ENABLED, public_access_blocked=True)
OWNER = Owner(PROD.arn, "bucket", "yaml")
INVENTORY = Inventory(
    caller=Caller("123456789012", "arn:aws:iam::123456789012:user/me", "us-east-2", "aws"),
    owner=OWNER,
    environment=PROD,
    bucket="bucket",
    bucket_facts=FACTS,
    role_arn=ROLE,
    trust=TRUST,
    trust_reason="",
    definitions=(Definition("a", TEXT, Origin.GIVEN, "a.yaml"),),
    surveyed=(Surveyed(Origin.GIVEN, frozenset({"a.yaml"}), {}),),
    workflows=(),
    workflows_known=True,
    inputs={},
    generation="one",
)


def plan(inventory: Inventory = INVENTORY, wishes: Wishes | None = None) -> Plan:
    return plan_migration(inventory, wishes or Wishes(), tool=tool_version(), made="2026-11-23T12:00:00+00:00")


def deployed(made: Plan, **changes: Any) -> RemoteWorkflow:
    """The workflow that applying the plan's first item would leave."""
    (item,) = made.of(ItemKind.CREATE)
    wanted = item.wanted
    config: Mapping[str, Any] = version_request(wanted, S3Location(wanted.bucket, wanted.key, "1"), None)
    there = RemoteWorkflow(
        item.name, f"arn:aws:airflow-serverless:us-east-2:123456789012:workflow/{item.name}-0123456789",
        "0" * 32, "READY", "MANUAL", wanted.definition, wanted.tags, config, 1,
    )  # fmt: skip
    return replace(there, **changes)


def codes(made: Plan) -> set[str]:
    return {finding.code for item in made.items for finding in item.findings} | {f.code for f in made.findings}


def test_the_same_inventory_gives_the_same_plan_whenever_it_is_made() -> None:
    later = plan_migration(INVENTORY, Wishes(), tool=tool_version(), made="2030-01-01T00:00:00+00:00")
    assert plan().id == later.id
    assert plan(replace(INVENTORY, generation="two")).id != plan().id


def test_a_plan_file_reads_back_as_the_same_plan() -> None:
    made = plan()
    assert parse_plan(render_plan(made), "plan.json") == made
    with pytest.raises(UsageError, match="edited"):
        parse_plan(render_plan(made).replace('"bucket": "bucket"', '"bucket": "racket"'), "plan.json")
    with pytest.raises(UsageError, match="no plan"):
        parse_plan("[]", "plan.json")


def test_what_was_deployed_as_planned_is_unchanged() -> None:
    first = plan()
    again = plan(replace(INVENTORY, workflows=(deployed(first),)))
    assert [item.kind for item in again.items] == [ItemKind.UNCHANGED]


@pytest.mark.parametrize(
    ("changes", "wishes", "said"),
    [
        ({"text": TEXT.replace("0 5", "0 6")}, Wishes(), "definition"),
        ({}, Wishes(variables={"A": "b"}), "Environment"),
        ({}, Wishes(log_group="/x"), "LoggingConfiguration"),
        ({}, Wishes(subnets=("subnet-1",), security_groups=("sg-1",)), "NetworkConfiguration"),
        ({}, Wishes(trigger_mode="DISABLED"), "TriggerMode"),
        ({"config": {"RoleArn": "arn:other"}}, Wishes(), "RoleArn"),
    ],
)
def test_each_difference_is_an_update_that_names_it(changes: dict[str, Any], wishes: Wishes, said: str) -> None:
    there = deployed(plan(), **changes)
    made = plan(replace(INVENTORY, workflows=(there,)), wishes)
    (item,) = made.of(ItemKind.UPDATE)
    assert item.changes == (said,)
    assert (item.arn, item.version) == (there.arn, there.version)


def test_an_update_keeps_the_mode_in_force() -> None:
    there = deployed(plan(), trigger_mode="SCHEDULED", text="a: {tasks: {}}\n")
    (item,) = plan(replace(INVENTORY, workflows=(there,))).of(ItemKind.UPDATE)
    assert item.wanted.trigger == "SCHEDULED"


def test_tokens_follow_from_what_is_asked_for() -> None:
    (one,) = plan().of(ItemKind.CREATE)
    (other,) = plan(wishes=Wishes(variables={"A": "b"})).of(ItemKind.CREATE)
    assert one.token != other.token
    assert one.token == plan().of(ItemKind.CREATE)[0].token
    assert one.token != plan(replace(INVENTORY, generation="two")).of(ItemKind.CREATE)[0].token


def test_pruning_asks_for_our_tags_and_this_migration() -> None:
    def there(name: str, mark: str = OWNER.mark) -> RemoteWorkflow:
        tags = {TAG_MANAGED: "true", TAG_DAG: name, TAG_MIGRATION: mark, TAG_SOURCE: f"given:{name}.yaml"}
        return RemoteWorkflow(name, f"arn:{name}", "0" * 32, tags=tags)

    workflows = (
        there("gone"),
        there("other", OWNER.mark.replace("Prod", "Test")),
        there("nobody", ""),
        RemoteWorkflow("foreign", "arn:foreign", "0" * 32),
    )
    assert not plan(replace(INVENTORY, workflows=workflows)).of(ItemKind.DELETE)
    made = plan(replace(INVENTORY, workflows=workflows), Wishes(prune=True))
    assert [item.name for item in made.of(ItemKind.DELETE)] == ["gone"]


@pytest.mark.parametrize(
    ("code", "inventory", "wishes"),
    [
        ("DC801", {"definitions": (Definition("_a", TEXT, Origin.GIVEN, "a.yaml"),)}, {}),
        ("DC803", {}, {"workflow_quota": 1}),
        ("DC810", {"role_arn": "arn:aws:iam::123456789012:role/aws-service-role/x/y"}, {}),
        ("DC812", {"bucket_facts": replace(FACTS, public_access_blocked=False)}, {}),
        ("DC813", {"bucket_facts": replace(FACTS, versioning=Versioning.SUSPENDED)}, {}),
        ("DC814", {"bucket_facts": replace(FACTS, expiring_prefixes=("",))}, {}),
        ("DC815", {"customer_key": "arn:aws:kms:us-east-2:1:alias/x"}, {}),
        ("DC816", {}, {"variables": {f"A{n}": "x" for n in range(51)}}),
        ("DC817", {}, {"variables": {"API_TOKEN": "x"}}),
        ("DC818", {}, {"subnets": ("subnet-1",)}),
        ("DC819", {}, {"subnets": ("subnet-1",), "security_groups": ("sg-1",)}),
        ("DC822", {"workflows_known": False}, {}),
    ],
)
def test_findings_and_their_near_misses(code: str, inventory: dict[str, Any], wishes: dict[str, Any]) -> None:
    if code == "DC803":
        inventory = {"workflows": (RemoteWorkflow("other", "arn:other"),)}
    assert code not in codes(plan())
    assert code in codes(plan(replace(INVENTORY, **inventory), Wishes(**wishes)))


@pytest.mark.parametrize(("versions", "codes"), [(1, []), (44, []), (45, ["DC804"]), (50, ["DC805"])])
def test_a_workflow_close_to_its_versions_is_named_before_it_has_too_many(versions: int, codes: list[str]) -> None:
    there = RemoteWorkflow("daily", "arn:daily", versions=versions)
    assert [found.code for found in check_versions(there, Wishes())] == codes


@pytest.mark.parametrize(
    ("configuration", "fires"),
    [({"core.parallelism": "64"}, True), ({"core.default_task_retries": "3"}, False), ({}, False)],
)
def test_configuration_that_is_not_carried_over_is_named(configuration: dict[str, str], fires: bool) -> None:
    made = plan(replace(INVENTORY, environment=replace(PROD, configuration=configuration)))
    assert ("DC833" in codes(made)) is fires
    assert not any("64" in finding.message for finding in made.findings), "values may be secrets"


def test_given_definitions_win_and_doubles_are_refused(tmp_path: Path) -> None:
    good = TEXT.replace("x.Y", "airflow.providers.amazon.aws.operators.s3.S3ListOperator") + "      bucket: b\n"
    (tmp_path / "a.yaml").write_text(good)
    (given,) = read_given(tmp_path)
    assert [f.code for f in given.findings if f.code == "DC830"] == ["DC830"]
    converted = [Definition("a", "old", Origin.CONVERTED, "a.py"), Definition("b", "b", Origin.CONVERTED, "b.py")]
    assert [d.text for d in replace_converted(converted, [given])] == ["b", good]
    (tmp_path / "again.yml").write_text(good)
    (double,) = read_given(tmp_path)
    assert (double.text, [f.code for f in double.findings]) == ("", ["DC831"])
    with pytest.raises(UsageError, match=r"holds no \.yaml"):
        read_given(_empty(tmp_path))


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def test_what_is_the_same_and_what_fires() -> None:
    assert same_meaning("a: {b: 1, c: 2}", "# x\na:\n  c: 2\n  b: 1\n")
    assert not same_meaning("a: {b: 1}", "a: {b: '1'}")
    assert not same_meaning("a: [", "b: [")
    assert schedule_of(TEXT) == "0 5 * * *"
    assert [schedule_of(f"a: {{schedule: {word}, tasks: {{}}}}") for word in ("None", "null", "'none'")] == [None] * 3
    assert predicted_warnings("a: {description: x, tasks: {t: {operator: y, pool: z, sql: q}}}") == {
        "description",
        "pool",
    }


def test_keys_hold_the_content_where_versions_do_not() -> None:
    assert object_key("yaml", "a", "f" * 64, Versioning.ENABLED) == "yaml/a.yaml"
    assert object_key("/x/", "a", "f" * 64, Versioning.OFF) == f"x/a.{'f' * 16}.yaml"
    assert object_key("", "a", "f" * 64, Versioning.ENABLED) == "a.yaml"


def test_h5_the_network_of_the_environment_is_taken_or_said_to_be_left() -> None:
    inside = replace(PROD, subnets=("subnet-1", "subnet-2"), security_groups=("sg-1",))
    there = replace(INVENTORY, environment=inside)
    own = Network(("subnet-1", "subnet-2"), ("sg-1",))
    given = Wishes(subnets=("subnet-9",), security_groups=("sg-9",))
    for wishes, network in ((Wishes(), own), (given, Network(("subnet-9",), ("sg-9",))), (Wishes(network=False), None)):
        made = plan(there, wishes)
        (item,) = made.of(ItemKind.CREATE)
        assert made.network == item.wanted.network == network
        assert ("DC842" in codes(made), "DC819" in codes(made)) == (network is None, network is not None)
    (said,) = [finding for finding in plan(there, Wishes(network=False)).findings if finding.code == "DC842"]
    assert "tasks of Prod run in subnet-1, subnet-2 with sg-1" in said.message
    bare = plan(replace(INVENTORY, environment=PROD))
    assert bare.network is None
    assert "DC842" not in codes(bare)


@pytest.mark.parametrize(
    ("there", "wishes", "said"),
    [
        (
            {"text": TEXT.replace("0 5", "0 6").replace("      retries: 0\n", "      bucket: old\n")},
            Wishes(),
            [
                ("definition.schedule", '"0 6 * * *"', '"0 5 * * *"'),
                ("definition.tasks.t.bucket", '"old"', None),
                ("definition.tasks.t.retries", None, "0"),
            ],
        ),
        (
            {"config": {"RoleArn": "arn:other"}, "trigger_mode": "SCHEDULED"},
            Wishes(trigger_mode="MANUAL"),
            [("RoleArn", '"arn:other"', f'"{ROLE}"'), ("TriggerMode", '"SCHEDULED"', '"MANUAL"')],
        ),
        (
            {"config": {"RoleArn": ROLE, "NetworkConfiguration": {"SubnetIds": ["s-1"], "SecurityGroupIds": ["g"]}}},
            Wishes(subnets=("s-2",), security_groups=("g",)),
            [("NetworkConfiguration.SubnetIds", '["s-1"]', '["s-2"]')],
        ),
        (
            {"config": {"RoleArn": ROLE, "Environment": {"Variables": {"STAGE": "old-value"}}}},
            Wishes(variables={"STAGE": "new-value", "MORE": "x"}),
            [("Environment.Variables.STAGE", "***", "***"), ("Environment.Variables.MORE", None, "***")],
        ),
        (
            {"text": TEXT.replace("retries: 0", "db_password: hunter2\n      url: s3://b/?token=hunter2")},
            Wishes(),
            [
                ("definition.tasks.t.db_password", "***", None),
                ("definition.tasks.t.url", '"s3://b/?token=***"', None),
                ("definition.tasks.t.retries", None, "0"),
            ],
        ),
    ],
)
def test_m12_each_changed_member_has_its_old_and_new_value(
    there: dict[str, Any], wishes: Wishes, said: list[tuple[str, str | None, str | None]]
) -> None:
    made = plan(replace(INVENTORY, workflows=(deployed(plan(), **there),)), wishes)
    (item,) = made.of(ItemKind.UPDATE)
    assert [(change.member, change.before, change.after) for change in item.values] == said
    assert parse_plan(render_plan(made), "plan.json") == made


def test_the_plan_tells_of_each_dag_when_it_fires_and_what_it_is_made_of() -> None:
    text = TEXT + "    u: {operator: x.Y, retries: 0}\n"
    lost = Finding("DC321", "warning", "dropped", "gone")
    given = Definition("a", text, Origin.CONVERTED, "a.py", (lost, lost))
    (item,) = plan(replace(INVENTORY, definitions=(given,))).of(ItemKind.CREATE)
    outline = outline_of(item, "2026-11-23T12:00:00+00:00")
    assert outline is not None
    assert outline.when == "0 5 * * *, next 2026-11-24 05:00 UTC"
    assert (counted(outline.operators), counted(outline.lost)) == ("Y x2", "DC321 x2")


def test_what_a_secrets_backend_must_serve_is_said() -> None:
    text = TEXT + "      bucket: '{{ var.value.data_bucket }}'\n      keys: ['{{ conn.db.host }}', '{{ ds }}', plain]\n"
    there = replace(INVENTORY, definitions=(Definition("a", text, Origin.GIVEN, "a.yaml"),))
    (said,) = [finding for finding in plan(there).findings if finding.code == "DC845"]
    assert said.message.endswith("when they run: a conn.db.host, var.value.data_bucket")
    served = {"AIRFLOW_VAR_DATA_BUCKET": "raw", "AIRFLOW_CONN_DB": "x"}
    backend = {"AIRFLOW__WORKERS__SECRETS_BACKEND": "airflow.providers.amazon.aws.secrets.SecretsManagerBackend"}
    assert "DC845" not in codes(plan(there, Wishes(variables=served))) | codes(plan(there, Wishes(variables=backend)))
    assert "DC845" not in codes(plan())


def test_a_plan_is_cut_down_to_its_targets() -> None:
    both = tuple(Definition(d, TEXT.replace("a:", f"{d}:", 1), Origin.GIVEN, f"{d}.yaml") for d in ("a", "b"))
    whole = plan(replace(INVENTORY, definitions=both))
    only, left = narrow(whole, ["b"])
    assert ([i.dag_id for i in only.items], [i.dag_id for i in left]) == (["b"], ["a"])
    assert only.id == identity(only) != whole.id
    assert only.trust == whole.trust
    assert narrow(whole, ["a", "b"]) == (whole, ())
    with pytest.raises(UsageError, match="no such DAG in the plan; did you mean a"):
        narrow(whole, ["aa"])
    refused = plan(replace(INVENTORY, definitions=(*both, Definition("c", "", Origin.GIVEN, "c.yaml"))))
    with pytest.raises(UsageError, match="--target c: the plan refuses this DAG"):
        narrow(refused, ["a", "c"])
    gone = plan(replace(INVENTORY, workflows=(deployed(plan()),), definitions=()), Wishes(prune=True))
    deletion = replace(gone, items=(Item(ItemKind.DELETE, "a", "a", arn="x"),))
    assert narrow(deletion, ["a"])[0].trust.action is TrustAction.SKIP
