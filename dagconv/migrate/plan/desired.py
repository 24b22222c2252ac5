"""What a workflow should look like by an inventory and the wishes: its Deployment. Pure."""

from __future__ import annotations

from dagconv.deploy.definition import Definition, body_of, object_key
from dagconv.deploy.deployment import Deployment, Network
from dagconv.deploy.remote import TAG_SHA, TAG_SOURCE, source_tag
from dagconv.migrate.survey.inventory import Inventory, Wishes


def desired(definition: Definition, name: str, inventory: Inventory, wishes: Wishes) -> Deployment:
    return Deployment(
        name=name,
        dag_id=definition.dag_id,
        definition=definition.text,
        role=inventory.role_arn,
        bucket=inventory.bucket,
        key=object_key(wishes.prefix, name, definition.sha256, inventory.bucket_facts.versioning),
        trigger=wishes.trigger_mode or "MANUAL",
        description=_description(definition),
        code=code_key(inventory, wishes),
        variables=dict(sorted(wishes.variables.items())),
        network=network_of(inventory, wishes),
        logging=wishes.log_group,
        encryption_key=encryption_key(inventory, wishes),
        tags={
            **wishes.tags,
            **inventory.owner.tags(definition.dag_id),
            TAG_SHA: definition.sha256,
            TAG_SOURCE: source_tag(definition.origin.value, definition.source),
        },
    )


def network_of(inventory: Inventory, wishes: Wishes) -> Network | None:
    """The environment's, unless another or none is wished: what its tasks reach, the workflows' tasks shall reach."""
    if wishes.subnets or wishes.security_groups:
        return Network(wishes.subnets, wishes.security_groups)
    old = inventory.environment
    if old is None or not old.subnets or not wishes.network:
        return None
    return Network(old.subnets, old.security_groups)


def code_key(inventory: Inventory, wishes: Wishes) -> str | None:
    """Where the package is stored: its key holds its content's hash."""
    if inventory.code is None:
        return None
    return f"{wishes.prefix.strip('/')}/code/{inventory.code.sha256[:32]}{inventory.code.suffix}".lstrip("/")


def encryption_key(inventory: Inventory, wishes: Wishes) -> str | None:
    """The key of the workflows: an encrypted definition needs the same one (contract 6.6)."""
    return wishes.kms_key or inventory.customer_key


def _description(definition: Definition) -> str | None:
    found = body_of(definition.text)
    description = definition.description or (found[1].get("description") if found else None)
    if not isinstance(description, str) or not description.strip():
        return None
    return " ".join(description.split())[:1024]
