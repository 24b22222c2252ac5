"""Every conversion fixture, once through the whole compiler: `dag.py` gives `want.yaml` and `want.diag.txt`.

A case that is refused has no `want.yaml`, one without findings an empty `want.diag.txt`. `options.json`, where
present, holds options of the conversion.
"""

from __future__ import annotations

import pytest
from cases import command, read_file
from outcomes import CONVERTED, Outcome, converted

from dagconv.diagnostics import Effect
from dagconv.diagnostics.report import FileStatus, ProofStatus
from dagconv.rules import catalogue

CASES = CONVERTED
# Hold a value that means what leaving it out means, which is dropped without a word.
MEANINGLESS = {
    "losses/aws_conn_id_none",
    "losses/default_pool",
    "losses/email_switched_off",
    "losses/empty_callback_assigned",
    "losses/empty_callbacks",
    "losses/nothing_lost_by_tasks",
}

# The first test waits for all cases.
pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> dict[str, Outcome]:
    """The outcomes of the cases that this run selected."""
    wanted = {item.callspec.params.get("case") for item in request.session.items if hasattr(item, "callspec")}
    return converted([case for case in CASES if case in wanted])


@pytest.mark.parametrize("case", CASES)
def test_findings_definition_and_package_are_those_that_were_reviewed(case: str, outcomes: dict[str, Outcome]) -> None:
    for name, text in outcomes[case].files.items():
        assert text == read_file(case, name), f"{name}: {command(case)}"


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_was_proved_and_each_declared_difference_told(case: str, outcomes: dict[str, Outcome]) -> None:
    """But for what is dropped because it means what leaving it out means."""
    written = [dag for dag in outcomes[case].report.dags if dag.status is FileStatus.CONVERTED]
    assert {dag.proof.status for dag in written} <= {ProofStatus.EQUAL}
    assert len(written) == outcomes[case].files["want.yaml"].count("\n  tasks:")
    report = outcomes[case].report
    declared = {code for dag in report.dags for code in dag.proof.declared}
    untold = declared - {diagnostic.code for diagnostic in report.diagnostics}
    assert {catalogue().find(code).effect for code in untold} <= {Effect.DROPPED}
    assert not untold or case in MEANINGLESS
