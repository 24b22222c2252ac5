"""Plans of runs and what came of them travel between processes unchanged."""

from __future__ import annotations

import json

from dagconv.ir import codec
from dagconv.ir.enactment import Enacted, Enactment, RunPlan, Scenario, TaskRun
from dagconv.ir.rendering import OWN_MOMENT, Occasion, Pair


def test_they_come_back_as_they_were():
    occasion = Occasion("by hand", False, "2025-06-11T10:30:00+00:00", "text")
    plan = RunPlan("d", OWN_MOMENT, (Scenario("r", occasion, ("a",), ("b",)),), (Pair("a__0", "a", 0),))
    done = Enactment((Enacted("r", (TaskRun("a", "failed", 2, (("k", "1"),), ("s3 X {}",), "E: x"),)),))
    for one in (plan, done):
        assert codec.decode(type(one), json.loads(json.dumps(codec.encode(one)))) == one
