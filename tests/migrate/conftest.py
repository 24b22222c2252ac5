"""The stand-in with an old environment, for the tests of `migrate`."""

from __future__ import annotations

import pytest

from tests.standin.stand import Stand, bare, only_loopback, pytest_collection_modifyitems, server

__all__ = ["bare", "only_loopback", "pytest_collection_modifyitems", "server"]


@pytest.fixture
def stand(bare: Stand) -> Stand:
    """A fresh account with the environment Prod."""
    bare.open()
    return bare
