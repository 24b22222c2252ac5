"""Findings about the bucket that keeps the definitions, and its key (contract 6.6; docs/faults.md 33-39)."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.aws.services import Versioning
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.migrate.survey.inventory import Inventory, Wishes

BUCKET_REGION = Rule(
    code="DC811",
    slug="bucket-in-other-region",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The bucket is not in the workflows' Region.",
    message="bucket {bucket} is in {region}, the workflows are made in {wanted}",
    help="Name a bucket of this Region with --bucket.",
    why="The service asks for a bucket of its own Region.",
    example="a bucket in eu-west-1 for workflows in us-east-2",
    fix="Use another bucket.",
    source=(ContractRule(58), Section("6.6"), Page("docs/faults.md", "37")),
)
BUCKET_PUBLIC = Rule(
    code="DC812",
    slug="bucket-public-access",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="Block Public Access is not fully on for the bucket.",
    message="bucket {bucket} does not block all public access",
    help="Switch on all four settings of Block Public Access.",
    why="The service's documentation asks for it.",
    example="a bucket with one of the four settings off",
    fix="Switch it on.",
    source=(Section("6.6"), Page("docs/faults.md", "37")),
)
BUCKET_UNVERSIONED = Rule(
    code="DC813",
    slug="bucket-without-versions",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The bucket keeps no versions.",
    message=("versioning of bucket {bucket} is {state}: each definition gets a key of its own that holds its hash"),
    help="Switch versioning on if you want one key per workflow.",
    why="Without versions an overwritten object changes under the workflow that names it.",
    example="a bucket without versioning",
    fix="Nothing to do.",
    source=(Section("6.6"), Page("docs/faults.md", "33"), Page("docs/faults.md", "34")),
)
BUCKET_EXPIRES = Rule(
    code="DC814",
    slug="bucket-expires-definitions",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A lifecycle rule will delete the definitions.",
    message="a lifecycle rule of bucket {bucket} expires objects under {prefix}",
    help="Exclude the prefix from the rule, or choose another with --prefix.",
    why="The service keeps its own copy, but a rollback needs the objects.",
    example="a rule that expires everything after 30 days",
    fix="Choose another prefix.",
    source=(Page("docs/faults.md", "37"), Page("docs/faults.md", "39")),
)
KEY_UNUSABLE = Rule(
    code="DC815",
    slug="encryption-key-unusable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The bucket's key cannot be a workflow's key.",
    message="key {kms_key} cannot be used for workflows: {reason}",
    help="Name a single-Region key by its id or ARN with --kms-key.",
    why=("The service takes neither aliases nor multi-Region keys, and the workflow's key must be the object's."),
    example="alias/data",
    fix="Name the key itself.",
    source=(Section("6.2"), Section("6.6"), Page("docs/faults.md", "36")),
)


def check_bucket(inventory: Inventory, wishes: Wishes) -> Iterator[Diagnostic]:
    bucket, facts = inventory.bucket, inventory.bucket_facts
    if facts.region != inventory.caller.region:
        yield BUCKET_REGION.at(None, bucket=bucket, region=facts.region, wanted=inventory.caller.region)
    if facts.public_access_blocked is False:
        yield BUCKET_PUBLIC.at(None, bucket=bucket)
    if facts.versioning is not Versioning.ENABLED:
        yield BUCKET_UNVERSIONED.at(None, bucket=bucket, state=facts.versioning.value)
    prefix = wishes.prefix.strip("/") + "/"
    for expiring in facts.expiring_prefixes:
        if prefix.startswith(expiring) or expiring.startswith(prefix):
            yield BUCKET_EXPIRES.at(None, bucket=bucket, prefix=expiring or "(everything)")
    key = wishes.kms_key or inventory.customer_key
    if key and (key.startswith("alias/") or ":alias/" in key):
        yield KEY_UNUSABLE.at(None, kms_key=key, reason="it is an alias")
    elif key and inventory.multi_region_key:
        yield KEY_UNUSABLE.at(None, kms_key=key, reason="it is a multi-Region key")
