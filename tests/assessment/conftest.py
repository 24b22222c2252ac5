"""The stand-in, for what is read from an environment."""

from __future__ import annotations

from tests.operate.conftest import stand
from tests.standin.stand import bare, only_loopback, pytest_collection_modifyitems, server

__all__ = ["bare", "only_loopback", "pytest_collection_modifyitems", "server", "stand"]
