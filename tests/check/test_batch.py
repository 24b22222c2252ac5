"""Files of one call: what is passed over in a folder is said, and judged all the same where it is named."""

from __future__ import annotations

from pathlib import Path

from dagconv.check.batch import check_files
from dagconv.check.files import Candidate


def test_what_looks_like_no_definition_is_judged_only_where_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text("services:\n  web: {image: nginx}\n")

    def codes(named: bool) -> list[str]:
        (judged,) = check_files([Candidate(str(path), named)])
        return [one.code for one in judged.report.diagnostics]

    assert codes(named=False) == ["DC696"]
    assert "DC696" not in codes(named=True)
    assert codes(named=True) != []
