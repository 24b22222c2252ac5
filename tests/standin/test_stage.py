"""The stand-in's control door: a knob that does not exist is not turned in silence."""

from __future__ import annotations

import pytest

from dagconv.standin.answer import Refusal
from dagconv.standin.stage import Stage

pytestmark = pytest.mark.slow


def test_a_knob_and_an_operation_that_do_not_exist_are_refused() -> None:
    with Stage() as stage:
        stage.control("/_set", {"page_size": 7})
        assert stage.workflows.knobs.page_size == 7
        with pytest.raises(TypeError, match="page_sice"):
            stage.control("/_set", {"page_sice": 7})
        with pytest.raises(Refusal, match="not part of"):
            stage.workflows.handle("forget", {})
