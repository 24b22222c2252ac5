"""`validate --fix` and `--diff`: writes the fixed files, or shows what would change."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from dagconv.check.batch import Judged
from dagconv.check.definition import check_definition
from dagconv.diagnostics.report import FileStatus
from dagconv.errors import InternalError, UsageError
from dagconv.fix.apply import Fixed, fix_text
from dagconv.write.files import write_atomically

_BOM = "\ufeff"


def fix_files(
    judged: Sequence[Judged],
    stdin: tuple[str, bytes] | None,
    *,
    unsafe: bool,
    diff: bool,
    same: Callable[[str, str, str], bool] | None = None,
) -> tuple[str, bytes] | None:
    """Fixes every file that was read and judged. Gives standard input back as it is after its fixes.

    With `diff` nothing is written. `same` tells of path, text before and after whether both mean the same; it is
    asked about safe fixes. Raises UsageError when a file cannot be written, InternalError when a safe fix is none.
    """
    for one in judged:
        if one.document is None or one.report.status is FileStatus.SKIPPED or not one.document.text:
            continue
        path, text = one.report.path, one.document.text
        fixed = fix_text(text, lambda new, path=path: check_definition(new, path), unsafe=unsafe)  # type: ignore[misc]
        if same is not None and not unsafe and fixed.text != text and not same(path, text, fixed.text):
            raise InternalError(f"the fixes {', '.join(sorted(fixed.codes))} change what {path} means; it is as it was")
        if diff:
            _show(path, text, fixed.text)
        elif stdin is not None and path == stdin[0]:
            stdin = (path, fixed.text.encode("utf-8"))
        elif fixed.text != text:
            _write(path, fixed)
    return stdin


def _show(path: str, before: str, after: str) -> None:
    rows = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), path, path)
    sys.stdout.writelines(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


def _write(path: str, fixed: Fixed) -> None:
    target = Path(path)
    try:
        begins = _BOM if target.read_bytes().startswith(_BOM.encode()) else ""
        write_atomically(target.resolve(), begins + fixed.text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    counts = ", ".join(f"{code} ({count})" if count > 1 else code for code, count in sorted(fixed.codes.items()))
    click.echo(f"fixed {path}: {counts}", err=True)
