"""Undamaged definitions are proved: without this every other test here would pass for a proof that always refuses."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.airflow


@pytest.mark.parametrize("name", ["rich", "sparse", "lossy"])
def test_correct_definition_is_proved(name, compile_dag):
    assert compile_dag(name).judge() == []
