"""Source lines as people are shown them."""

from __future__ import annotations

from dagconv.load.shown_lines import read_shown_lines


def test_secrets_are_struck_out_and_a_saved_file_is_read_anew(tmp_path):
    file = tmp_path / "dag.py"
    file.write_text("password = 'planted'\nsecond\n")
    assert read_shown_lines(str(file)) == ["password = '*******'", "second", ""]
    file.write_text("first\npassword = 'other'\n")
    assert read_shown_lines(str(file)) == ["first", "password = '*****'", ""]
    assert read_shown_lines(str(tmp_path / "none")) is None
