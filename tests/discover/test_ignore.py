"""`.airflowignore` lines mean what they mean to Airflow: held against the library that it reads them with."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern

from dagconv.discover.ignore import IgnoreSyntax, PatternError, ignoring_rule, parse_line

SEGMENT = st.sampled_from(["a", "b", "ab", "*", "a*", "*b", "?", "[ab]", "[!a]", "**", "a.py", "\\*"])
PATTERN = st.builds(
    lambda lead, parts, tail: lead + "/".join(parts) + tail,
    st.sampled_from(["", "/", "!"]),
    st.lists(SEGMENT, min_size=1, max_size=3),
    st.sampled_from(["", "/"]),
)
NAME = st.sampled_from(["a", "b", "ab", "ba", "a.py", "*", "x"])


def rule_of(line, syntax=IgnoreSyntax.GLOB, origin="/dags/.airflowignore"):
    return parse_line(line, 1, origin, "/dags", syntax)


@given(pattern=PATTERN, names=st.lists(NAME, min_size=1, max_size=3))
def test_globs_leave_out_what_airflow_leaves_out(pattern, names):
    theirs = GitIgnoreBasicPattern(pattern)
    assert theirs.include is not None
    try:
        rule = rule_of(pattern)
    except PatternError:
        rule = None
    # A file is left out when it, or a folder above it, is.
    ours = expected = False
    for depth in range(1, len(names) + 1):
        folder = depth < len(names)
        ours |= rule is not None and rule.matches("/dags/" + "/".join(names[:depth]), folder)
        expected |= airflow_matches(theirs, pattern, names[:depth], folder)
    assert ours == expected
    assert rule is None or rule.ignores == theirs.include


def test_every_folder_is_no_pattern_to_airflow():
    for parts in (parts for length in (1, 2, 3, 4) for parts in itertools.product(["*", "**"], repeat=length)):
        for pattern in (lead + "/".join(parts) + tail for lead in ("", "/") for tail in ("", "/")):
            nothing = GitIgnoreBasicPattern(pattern).regex.pattern == "/"
            try:
                refused = rule_of(pattern) is None
            except PatternError:
                refused = True
            assert refused == nothing, pattern


def airflow_matches(theirs, pattern, names, folder):
    """Airflow compares the bare name, unless a slash binds the pattern to the folder of the ignore file."""
    bound = pattern.startswith("/") or "/" in pattern.rstrip("/")
    name = "/".join(names) if bound else names[-1]
    return theirs.regex.match(name + "/" if folder and pattern.endswith("/") else name) is not None


def test_a_pattern_without_slash_matches_at_any_depth():
    rule = rule_of("test_*.py")
    assert rule.matches("/dags/a/b/test_x.py", False)
    assert not rule.matches("/dags/a/b/x_test.py", False)


def test_a_later_pattern_takes_back():
    rules = [rule_of("*.py"), rule_of("!keep.py")]
    assert ignoring_rule("/dags/x.py", False, rules) is rules[0]
    assert ignoring_rule("/dags/keep.py", False, rules) is None


def test_a_folder_pattern_leaves_files_alone():
    assert rule_of("old/").matches("/dags/old", True)
    assert not rule_of("old/").matches("/dags/old", False)


def test_regexp_searches_in_the_path_from_the_root():
    rule = rule_of("team.*/tmp", IgnoreSyntax.REGEXP)
    assert rule.matches("/dags/x/team_a/tmp.py", False)
    assert not rule.matches("/dags/tmp.py", False)


@pytest.mark.parametrize("line", ["", "   ", "# comment", "  # comment"])
def test_blank_lines_and_comments_say_nothing(line):
    assert rule_of(line) is None


@pytest.mark.parametrize(("line", "syntax"), [("*.py", "regexp"), ("(", "regexp"), ("/", "glob"), ("[a", "glob")])
def test_what_is_no_pattern_is_said(line, syntax):
    with pytest.raises(PatternError):
        rule_of(line, IgnoreSyntax(syntax))
