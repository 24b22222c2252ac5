"""`--format json`: each verb prints one document that fits its schema and says what happened; plans as Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import jsonschema
import pytest

from dagconv.catalog.files import read_schema
from dagconv.cli.migrate import VERBS, MigrateGroup

if TYPE_CHECKING:
    from tests.standin.stand import Ran, Stand

JSON = ("--format", "json")


def document(ran: Ran, verb: str, code: int = 0) -> dict[str, Any]:
    assert ran.code == code, ran.text
    told: dict[str, Any] = json.loads(ran.out)
    jsonschema.validate(told, read_schema("migrate.schema.json"))
    assert (told["verb"], told["exit_code"]) == (verb, code)
    return told


def states(told: dict[str, Any]) -> dict[str, str]:
    return {f"{step['kind']}:{step['name']}": step["state"] for step in told["steps"]}


def test_a_whole_migration_is_told(stand: Stand) -> None:
    stand.set_dags("a", "b")
    stand.define("a", "b")
    planned = stand.plan(*JSON)
    plan = json.loads(planned.out)
    jsonschema.validate(plan, read_schema("plan.schema.json"))
    stand.fault("mwaa-serverless:CreateWorkflow", "error", value={"code": "ValidationException"}, count=1)
    failed = document(stand.apply("--parallel", "1", *JSON), "apply", 1)
    assert (failed["plan"], sorted(states(failed).values()).count("failed")) == (plan["id"], 1)
    resumed = document(stand.cli("apply", "--resume", *JSON), "apply")
    assert set(states(resumed).values()) == {"done"}
    assert {"create:a", "create:b"} <= set(states(resumed))
    status = document(stand.cli("status", "--drift", *JSON), "status")
    assert [(w["name"], w["trigger_mode"], w["drift"]) for w in status["workflows"]] == [
        ("a", "MANUAL", []), ("b", "MANUAL", []),
    ]  # fmt: skip
    verified = document(stand.cli("verify", "--run", "a", "--auto-approve", *JSON), "verify")
    assert [(w["name"], w["differences"]) for w in verified["workflows"]] == [("a", []), ("b", [])]
    assert [(run["workflow"], run["state"]) for run in verified["runs"]] == [("a", "SUCCESS")]
    shown = document(stand.cli("cutover", "--pause-source", "--dry-run", *JSON), "cutover")
    assert ([c["name"] for c in shown["candidates"]["chosen"]], shown["run"]) == (["a", "b"], None)
    cut = document(stand.cli("cutover", "--pause-source", "--canary", "1", "--auto-approve", *JSON), "cutover")
    assert states(cut) == {"pause:a": "done", "trigger:a": "done"}
    back = document(stand.cli("rollback", "--auto-approve", *JSON), "rollback")
    assert (back["resumed"], set(states(back).values())) == (["a"], {"done"})
    again = document(stand.cli("rollback", "--auto-approve", *JSON), "rollback")
    assert (again["run"], again["pending"]) == (None, [])
    assert "nothing to roll back" not in stand.cli("rollback", "--auto-approve", *JSON).out


def test_the_other_verbs_tell_what_they_did(stand: Stand) -> None:
    stand.deploy("a")
    place = ("--state", f"s3://{stand.bucket}/team")
    pushed = document(stand.cli("state", "push", *place, *JSON), "state push")
    assert pushed["records"] > 0
    assert document(stand.cli("state", "pull", *place, *JSON), "state pull")["target"] == pushed["source"]
    arn = stand.workflows()["a"]["arn"]
    stand.aws("mwaa-serverless").untag_resource(ResourceArn=arn, TagKeys=["dagconv:managed", "dagconv:migration"])
    refused = stand.cli("import", "b", "--environment", "Prod", "--auto-approve", *JSON)
    assert (refused.code, refused.out) == (2, "")
    adopted = document(stand.cli("import", "a", "--environment", "Prod", "--auto-approve", *JSON), "import")
    assert (adopted["arn"], adopted["migration"].rpartition("/")[2]) == (arn, "Prod")
    gone = document(stand.cli("destroy", "--auto-approve", *JSON), "destroy")
    assert ([w["arn"] for w in gone["workflows"]], states(gone)["delete:a"]) == ([arn], "done")
    assert document(stand.cli("unlock", "--environment", "Prod", "--auto-approve", *JSON), "unlock")["freed"] is None
    moved = document(stand.cli("repair", "--environment", "Prod", "--auto-approve", *JSON), "repair")
    assert "journal" in moved["moved"]


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"plan", "rehearse"}))
def test_every_verb_has_the_option(verb: str) -> None:
    group = MigrateGroup("migrate")
    command = group.get_command(click.Context(group), verb)
    each = command.commands.values() if isinstance(command, click.Group) else [command]
    titles = {one["properties"]["verb"]["const"] for one in read_schema("migrate.schema.json")["oneOf"]}
    for one in each:
        assert one is not None
        assert any("--format" in option.opts for option in one.params)
        assert (f"{verb} {one.name}" if isinstance(command, click.Group) else verb) in titles


def test_a_plan_as_markdown_is_inert_and_whole(stand: Stand) -> None:
    stand.deploy("a")
    stand.define("a", marker="x|y<b>`z`")
    stand.define("b")
    shown = stand.plan("--format", "markdown")
    assert shown.code == 0, shown.text
    rows = [line for line in shown.out.splitlines() if line.startswith("| ")]
    assert "| create | b | b | 0 5 \\* \\* \\*, next" in shown.out
    (changed,) = [row for row in rows if "bucket\\_key" in row]
    assert '"s3://data/x" | "s3://data/x\\|y&lt;b>\\`z\\`" |' in changed
    assert "| warning DC843 |" in shown.out
    assert '"DagconvMwaaServerlessLogs"' in shown.out


def test_a_target_is_applied_alone_and_the_rest_is_said_to_be_left_out(stand: Stand) -> None:
    stand.define("a", "b", "c")
    assert stand.plan().code == 0
    done = stand.apply("--target", "a", "--target", "c", *JSON)
    assert "1 changes are left out by --target: create b" in done.err
    assert document(done, "apply")["left_out"] == ["b"]
    assert set(stand.workflows()) == {"a", "c"}
    assert stand.apply("--target", "d").code == 2
    assert stand.cli("apply", "--resume", "--target", "a").code == 2
    assert stand.plan().out.count("+ create") == 1
    assert stand.cli("status", "--drift").code == 0
