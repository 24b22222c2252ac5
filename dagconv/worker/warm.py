"""Learns in the server what its children would each look up anew: signatures and facts of the operators in use.

No code of the user's runs for it: definitions that were written name the classes, which are those of installed
providers and already imported.
"""

from __future__ import annotations

import gc
import re
import sys

from dagconv.catalog.operators import load_operators
from dagconv.catalog.renames import renames
from dagconv.worker.compat.tasks import accepted_by
from dagconv.worker.read.signature import signature_of

_OPERATOR = re.compile(r"^ +operator: (airflow\.providers\.[\w.]+)\.(\w+)$", re.MULTILINE)
_known: set[tuple[str, str]] = set()


def warm_up() -> None:
    """The tables that every load reads."""
    load_operators()
    renames()


def learn(text: str) -> None:
    """From a definition that is read back."""
    new = set(_OPERATOR.findall(text)) - _known
    _known.update(new)
    for module, name in new:
        cls = vars(sys.modules.get(module, object)).get(name)
        if isinstance(cls, type):
            load_operators().find(f"{module}.{name}")
            signature_of(cls)
            accepted_by(cls)
    if new:
        gc.freeze()


def forget() -> None:
    """In a child whose file has changed classes: what was learnt may not hold any more."""
    signature_of.cache_clear()
    accepted_by.cache_clear()
