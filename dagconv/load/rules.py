"""All that can be wrong with a source file itself (DC1xx); the worker names these rules by slug."""

from __future__ import annotations

from dagconv.load.dag_rules import DAG_RULES
from dagconv.load.failed_rules import FAILED_RULES
from dagconv.load.import_rules import IMPORT_RULES
from dagconv.load.input_rules import INPUT_RULES
from dagconv.load.old_rules import OLD_RULES

LOAD_RULES = (*FAILED_RULES, *IMPORT_RULES, *DAG_RULES)
BY_SLUG = {rule.slug: rule for rule in (*LOAD_RULES, *OLD_RULES, *INPUT_RULES)}
