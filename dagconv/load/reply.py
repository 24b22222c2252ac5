"""What a child answered, as workflows and findings: the answer is untrusted, and a bad one fails its file only."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.ir import codec
from dagconv.ir.enactment import Enactment
from dagconv.ir.rendering import Rendering
from dagconv.load import failed_rules, import_rules, rules
from dagconv.load.text import unwritable_text
from dagconv.wire.answer import Finding, Loaded, decode_answer, decode_reads
from dagconv.wire.limits import MAX_DESCENDANTS, Limits
from dagconv.wire.reads import NO_READS, Reads
from dagconv.wire.reply import End, Outcome, Reply


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`failed` when the file could not be loaded at all, whatever else was found; `reads` what its result may depend
    on."""

    dags: tuple[Loaded, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: bool = False
    reads: Reads = NO_READS
    rendering: Rendering | None = None
    enactment: Enactment | None = None


def read_reply(reply: Reply, path: Path, limits: Limits) -> LoadResult:
    """The reply of a load or reload child; a child that did not answer, or not as agreed, fails this file only."""
    if reply.end.outcome is not Outcome.DONE:
        return LoadResult((), (_explain_end(reply.end, path, limits),), failed=True, reads=_UNFINISHED)
    try:
        answer = decode_answer(reply.answer)
        findings = [_diagnostic(finding, path, limits) for finding in answer.findings]
    except codec.DecodeError as error:
        bad = failed_rules.BAD_REPLY.at(Location(str(path)), reason=str(error))
        return LoadResult((), (bad,), failed=True, reads=_UNFINISHED)
    if _ESCAPED.search(reply.answer):
        for dag in answer.dags:
            findings += unwritable_text(codec.encode(dag.workflow), dag.workflow)
    if reply.end.cut:
        findings.append(import_rules.MUCH_OUTPUT.at(Location(str(path))))
    if answer.failed and not any(finding.severity is Severity.ERROR for finding in findings):
        findings.append(failed_rules.BAD_REPLY.at(Location(str(path)), reason="it failed without a reason"))
    dags = () if answer.failed else answer.dags
    return LoadResult(dags, tuple(findings), answer.failed, read_reads(reply), answer.rendering, answer.enactment)


def read_reads(reply: Reply) -> Reads:
    """What the child read; that it may have read more, where it did not come to its end."""
    try:
        return decode_reads(reply.answer) if reply.end.outcome is Outcome.DONE else _UNFINISHED
    except codec.DecodeError:
        return _UNFINISHED


_UNFINISHED = Reads(untraceable=("it did not come to its end",))
# How JSON in ASCII spells NUL and halves of surrogate pairs; whole pairs are looked at more closely.
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


# Names that `Rule.at` has for itself.
_NOT_PARAMS = frozenset({"self", "location", "dag_id", "related", "severity"})


def _diagnostic(finding: Finding, path: Path, limits: Limits) -> Diagnostic:
    """Raises DecodeError for a finding that no worker of this release makes."""
    rule = rules.BY_SLUG.get(finding.slug)
    if rule is None:
        raise codec.DecodeError("a finding of an unknown kind")
    known: dict[str, Any] = {"limit": str(limits.memory_mb), **finding.params}
    missing = rule.parameters - known.keys()
    if missing:
        raise codec.DecodeError(f"{rule.slug} without {min(missing)}")
    line, column = (number if number is not None and number > 0 else None for number in (finding.line, finding.column))
    location, dag_id = Location(finding.file or str(path), line, column), finding.params.get("dag_id")
    return rule.at(location, dag_id=dag_id, **{name: known[name] for name in sorted(known.keys() - _NOT_PARAMS)})


def _explain_end(end: End, path: Path, limits: Limits) -> Diagnostic:
    line = last_line(end.trace, str(path))
    location, place = Location(str(path), line), f" at line {line}" if line else ""
    if end.outcome is Outcome.CROWD:
        return failed_rules.PROCESS_BOMB.at(location, limit=MAX_DESCENDANTS)
    if end.outcome is Outcome.TIMEOUT or end.signal == signal.SIGXCPU:
        return failed_rules.TIME_LIMIT.at(location, seconds=f"{limits.timeout:g}", place=place)
    if end.outcome is Outcome.GARBLED:
        return failed_rules.BAD_REPLY.at(location, reason="something else was written in its place")
    if end.signal is not None:
        return failed_rules.PROCESS_KILLED.at(location, signal=_signal_name(end.signal), place=place)
    return failed_rules.PROCESS_EXITED.at(location, exit=end.exit, place=place)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


_FRAME = re.compile(r'^  File "(?P<file>.*)", line (?P<line>\d+)', re.MULTILINE)
_FRAME_NAME_LIMIT = 500  # faulthandler cuts names there


def last_line(trace: str, path: str) -> int | None:
    """The innermost line of the file in faulthandler's last dump, which escapes what is not ASCII.

    Of several threads the one that crashed counts ("Current thread"), else the main one, which comes last.
    """
    threads = re.split(r"^(?=(?:Current thread|Thread) 0x)", trace, flags=re.MULTILINE)
    current = [thread for thread in threads if thread.startswith("Current thread")]
    name = path.encode("ascii", "backslashreplace").decode()[:_FRAME_NAME_LIMIT]
    for match in _FRAME.finditer((current or threads)[-1]):
        if match["file"].removesuffix("...") == name:
            return int(match["line"])
    return None
