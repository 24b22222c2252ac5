"""Compares wanted definitions with the output folder, then writes them or says what writing would do."""

from __future__ import annotations

import enum
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from dagconv.diagnostics import Diagnostic, Location, Rule
from dagconv.files import write_together
from dagconv.write import rules
from dagconv.write.companions import Companion, read_companion
from dagconv.write.files import read_text
from dagconv.write.header import body_of, read_header, with_header
from dagconv.write.names import PACKAGE, SUFFIX, beside, output_name, same_file_key


class Definition(Protocol):
    """What the pipeline hands over for one DAG: the YAML text without a header line, and contents of files that go with
    it, by the suffix of their names."""

    @property
    def dag_id(self) -> str: ...
    @property
    def source_path(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def companions(self) -> Mapping[str, bytes]: ...


class OutputStatus(str, enum.Enum):
    MISSING = "missing"  # nothing stands there yet
    STALE = "stale"  # written by dagconv, from another state of the source
    UNCHANGED = "unchanged"
    EDITED = "hand-edited"  # written by dagconv and changed since
    FOREIGN = "foreign"  # not written by dagconv
    CLAIMED = "claimed"  # written by dagconv from a file that this call did not load and that is still there
    BLOCKED = "blocked"  # cannot be written: see its diagnostics
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Output:
    """One definition and its file. `text` is the whole file as it should be, `before` the file as it is; `companions`
    are the files that are placed with it."""

    dag_id: str
    source_path: str
    path: str
    text: str
    before: str | None
    status: OutputStatus
    diagnostics: tuple[Diagnostic, ...] = ()
    companions: tuple[Companion, ...] = ()

    @property
    def in_place(self) -> bool:
        return self.status in (OutputStatus.WRITTEN, OutputStatus.UNCHANGED)


def plan_outputs(
    definitions: Iterable[Definition], folder: Path, loaded: Iterable[str] = (), schema: str | None = None
) -> tuple[Output, ...]:
    """How each definition stands against the folder. Reads, writes nothing.

    `loaded` are all files of the call; `schema` is the address for editors that the files are to name.
    """
    known = {os.path.realpath(path) for path in loaded}
    outputs = [_plan_output(definition, folder, known, schema) for definition in definitions]
    by_name: dict[str, list[Output]] = defaultdict(list)
    for output in outputs:
        by_name[same_file_key(Path(output.path).name)].append(output)
    return tuple(_unless_shared(output, by_name[same_file_key(Path(output.path).name)]) for output in outputs)


def write_outputs(outputs: Sequence[Output], *, force: bool) -> tuple[Output, ...]:
    """Writes what is missing or stale, with `force` also over files that were edited or are not ours."""
    return tuple(_write_output(output, force) for output in outputs)


def check_outputs(outputs: Sequence[Output]) -> tuple[Output, ...]:
    """The findings of `--check`: every output that a conversion would have to write."""
    said = {
        OutputStatus.MISSING: rules.MISSING,
        OutputStatus.STALE: rules.STALE,
        OutputStatus.EDITED: rules.EDITED,
        OutputStatus.FOREIGN: rules.FOREIGN,
        OutputStatus.CLAIMED: rules.CLAIMED,
    }
    checked = []
    for output in outputs:
        rule = said.get(output.status)
        same = output.before is not None and body_of(output.before) == body_of(output.text)
        if rule is rules.STALE and same and all(companion.is_same for companion in output.companions):
            rule = None  # only the path in the header line differs: the definition is the same
        checked.append(
            _said(output, _finding(rule, output, path=output.path, source=_source_before(output))) if rule else output
        )
    return tuple(checked)


def _plan_output(definition: Definition, folder: Path, loaded: set[str], schema: str | None) -> Output:
    name = output_name(definition.dag_id)
    path = folder / name
    package = definition.companions.get(PACKAGE)
    named = (beside(name, PACKAGE), package) if package is not None else None
    text = with_header(definition.source_path, definition.text, named, schema)
    output = Output(definition.dag_id, definition.source_path, str(path), text, None, OutputStatus.MISSING)
    if name != definition.dag_id + SUFFIX:
        output = _said(output, _finding(rules.RENAMED, output, name=name))
    try:
        before = read_text(path)
        companions = tuple(
            read_companion(folder / beside(name, suffix), content) for suffix, content in definition.companions.items()
        )
    except OSError as error:
        return _blocked(output, error)
    status = _compare(before, text, loaded | {os.path.realpath(output.source_path)})
    return replace(output, before=before, status=_with_companions(status, companions), companions=companions)


def _with_companions(status: OutputStatus, companions: Sequence[Companion]) -> OutputStatus:
    """The status of a definition together with the files beside it: the worst of all."""
    if any(companion.is_foreign for companion in companions):
        return OutputStatus.FOREIGN
    if status not in (OutputStatus.FOREIGN, OutputStatus.CLAIMED) and any(c.is_edited for c in companions):
        return OutputStatus.EDITED
    if status is OutputStatus.UNCHANGED and not all(companion.is_same for companion in companions):
        return OutputStatus.STALE
    return status


def _compare(before: str | None, text: str, loaded: set[str]) -> OutputStatus:
    if before is None:
        return OutputStatus.MISSING
    if before == text:
        return OutputStatus.UNCHANGED
    header = read_header(before)
    if header is None:
        return OutputStatus.FOREIGN
    # Of a file that was loaded it is known whether it still defines this DAG; of another it is not.
    if Path(header.source).exists() and os.path.realpath(header.source) not in loaded:
        return OutputStatus.CLAIMED
    same = body_of(before) == body_of(text)
    return OutputStatus.STALE if header.intact or same else OutputStatus.EDITED


def _unless_shared(output: Output, same_name: list[Output]) -> Output:
    others = sorted({f"{o.dag_id} of {o.source_path}" for o in same_name if o is not output})
    if not others:
        return output
    found = _finding(rules.NAME_TAKEN, output, others=", ".join(others), name=Path(output.path).name)
    return replace(_said(output, found), status=OutputStatus.BLOCKED)


def _write_output(output: Output, force: bool) -> Output:
    match output.status:
        case OutputStatus.UNCHANGED | OutputStatus.BLOCKED | OutputStatus.WRITTEN:
            return output
        case OutputStatus.EDITED if not force:
            return _said(output, _finding(rules.EDITED, output, path=output.path))
        case OutputStatus.FOREIGN if not force:
            return _said(output, _finding(rules.FOREIGN, output, path=output.path))
        case OutputStatus.CLAIMED if not force:
            return _said(output, _finding(rules.CLAIMED, output, path=output.path, source=_source_before(output)))
    try:
        files = {Path(companion.path): companion.content for companion in output.companions}
        write_together({**files, Path(output.path): output.text.encode("utf-8")})
    except (OSError, UnicodeEncodeError) as error:
        return _blocked(output, error)
    return replace(output, status=OutputStatus.WRITTEN)


def _source_before(output: Output) -> str:
    header = read_header(output.before or "")
    return header.source if header else ""


def _blocked(output: Output, error: OSError | UnicodeEncodeError) -> Output:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    found = _finding(rules.NOT_WRITABLE, output, path=output.path, reason=reason)
    return replace(_said(output, found), status=OutputStatus.BLOCKED)


def _said(output: Output, found: Diagnostic) -> Output:
    return replace(output, diagnostics=(*output.diagnostics, found))


def _finding(rule: Rule, output: Output, **params: object) -> Diagnostic:
    return rule.at(Location(output.source_path), dag_id=output.dag_id, **params)  # type: ignore[arg-type]
