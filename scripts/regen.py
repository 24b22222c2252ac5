"""Writes generated files anew: `regen.py [TARGET...]`; `--check` writes nothing and fails when one is stale.

`regen.py fixtures [AREA/CASE...]` does so for what the cases of fixtures/ are expected to give, named cases only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import contract_page
import corpora_page
import fixtures_diff
import fixtures_page
import old_airflow_page
import rules_page
import support_page
import workflow_schema

ROOT = Path(__file__).resolve().parent.parent
# Each target gives the text of every file that it owns, by path from the root of the checkout.
TARGETS: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "schema": lambda: {"schemas/workflow.schema.json": workflow_schema.build()},
    "contract": lambda: {"docs/contract.md": contract_page.build()},
    "old-airflow": lambda: {"docs/old-airflow.md": old_airflow_page.build()},
    "rules": lambda: {"docs/rules.md": rules_page.build()},
    "corpora": lambda: {"docs/corpora.md": corpora_page.build()},
    "index": lambda: {"fixtures/README.md": fixtures_page.build()},
    "support": lambda: {"docs/support.md": support_page.build()},
}


def main() -> int:
    if sys.argv[1:2] == ["fixtures"]:
        return fixtures_diff.main(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a file is stale")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    names = arguments.targets or list(TARGETS)
    if arguments.check:
        told = [line for name in names for line in stale(name)]
        print("\n".join(told), file=sys.stderr)
        return 1 if told else 0
    for name in names:
        for relative, text in TARGETS[name]().items():
            path = ROOT / relative
            if not path.is_file() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")
                print(f"written: {relative}")
    return 0


def stale(name: str) -> list[str]:
    """What is wrong with the files of a target: a line for each that is not what it would be today."""
    return [
        f"stale: {relative}; run scripts/regen.py {name}"
        for relative, text in TARGETS[name]().items()
        if not (path := ROOT / relative).is_file() or path.read_text("utf-8") != text
    ]


if __name__ == "__main__":
    sys.exit(main())
