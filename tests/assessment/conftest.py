"""The stand-in, for what is read from an environment."""

from __future__ import annotations

from tests.migrate.conftest import bare, only_loopback, pytest_collection_modifyitems, server
from tests.operate.conftest import stand

__all__ = ["bare", "only_loopback", "pytest_collection_modifyitems", "server", "stand"]
