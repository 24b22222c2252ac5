"""Writes schemas/preinstalled.json: what the service's worker has, from the contract's list and what that requires.

Run it with the pinned engine. `--check` writes nothing and fails when the file is stale.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FILE = Path(__file__).resolve().parent.parent / "schemas" / "preinstalled.json"
# Named by the service's documents (contract 3.2), with the modules of those that are not installed here.
NAMED = {
    "apache-airflow": "3.0.6",
    "apache-airflow-providers-amazon": "9.32.0",
    "boto3": "1.43.1",
    "botocore": "1.43.1",
    "dag-factory": "1.0.0",
    "pyyaml": None,
    "lz4": "4.4.4",
    "aws-encryption-sdk": ">=4.0.3",
    "aws-cryptographic-material-providers": ">=1.11.1",
    "aws-cryptography-internal-kms": ">=1.11.1",
    "aws-cryptography-internal-dynamodb": ">=1.11.1",
    "aws-cryptography-internal-standard-library": ">=1.11.1",
}
MODULES = {
    "lz4": ["lz4"],
    "aws-encryption-sdk": ["aws_encryption_sdk"],
    "aws-cryptographic-material-providers": ["aws_cryptographic_material_providers"],
    "aws-cryptography-internal-kms": ["aws_cryptography_internal_kms"],
    "aws-cryptography-internal-dynamodb": ["aws_cryptography_internal_dynamodb"],
    "aws-cryptography-internal-standard-library": ["smithy_dafny_standard_library"],
}


def main() -> int:
    text = json.dumps(build(), indent=1, sort_keys=True) + "\n"
    if "--check" in sys.argv:
        return 0 if FILE.read_text("utf-8") == text else 1
    FILE.write_text(text, "utf-8")
    return 0


def build() -> dict[str, object]:
    found: dict[str, importlib.metadata.Distribution] = {}
    for name in NAMED:
        follow(name, frozenset(), found, set())
    modules = modules_by_distribution()
    packages = {}
    for name in sorted({*found, *NAMED}):
        told = name in NAMED
        packages[name] = {
            "version": NAMED[name] if told else found[name].version,
            "confidence": "documented" if told else "inferred",
            "modules": sorted(modules.get(name, MODULES.get(name, []))),
        }
    return {
        "about": "What the worker of the service has besides Python 3.12: `documented` are packages that the service's "
        "documents name, `inferred` what these require, in the versions of this project's own engine.",
        "source": "contract 3.2; the requirements of the installed distributions",
        "packages": packages,
    }


def follow(
    name: str,
    extras: frozenset[str],
    found: dict[str, importlib.metadata.Distribution],
    seen: set[tuple[str, frozenset[str]]],
) -> None:
    key = (canonicalize_name(name), extras)
    if key in seen:
        return
    seen.add(key)
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return
    found[key[0]] = distribution
    for line in distribution.requires or ():
        requirement = Requirement(line)
        environments = [{"extra": extra, "python_version": "3.12"} for extra in (*extras, "")]
        if requirement.marker is None or any(requirement.marker.evaluate(env) for env in environments):
            follow(requirement.name, frozenset(requirement.extras), found, seen)


def modules_by_distribution() -> dict[str, set[str]]:
    modules: dict[str, set[str]] = {}
    for module, distributions in importlib.metadata.packages_distributions().items():
        for name in distributions:
            if module.isidentifier():
                modules.setdefault(canonicalize_name(name), set()).add(module)
    return modules


if __name__ == "__main__":
    sys.exit(main())
