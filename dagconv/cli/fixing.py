"""`validate --fix` and `--diff`: writes the fixed files, or shows what would change."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from dagconv.errors import UsageError
from dagconv.files import write_atomically
from dagconv.judge import Fix

_BOM = "\ufeff"


def place_fixes(fixes: Iterable[Fix], stdin: tuple[str, bytes] | None, *, diff: bool) -> tuple[str, bytes] | None:
    """Brings fixed texts to their files, or with `diff` only shows them; standard input as it is after its fixes.

    Raises UsageError when a file cannot be written.
    """
    for fix in fixes:
        if diff:
            _show(fix)
        elif stdin is not None and fix.path == stdin[0]:
            stdin = (fix.path, fix.after.encode("utf-8"))
        elif fix.after != fix.before:
            _write(fix)
    return stdin


def _show(fix: Fix) -> None:
    before, after = fix.before.splitlines(keepends=True), fix.after.splitlines(keepends=True)
    rows = difflib.unified_diff(before, after, fix.path, fix.path)
    sys.stdout.writelines(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


def _write(fix: Fix) -> None:
    target = Path(fix.path)
    try:
        begins = _BOM if target.read_bytes().startswith(_BOM.encode()) else ""
        write_atomically(target.resolve(), begins + fix.after)
    except OSError as error:
        raise UsageError(f"{fix.path} cannot be written: {error.strerror or error}") from error
    counts = ", ".join(f"{code} ({count})" if count > 1 else code for code, count in sorted(fix.codes.items()))
    click.echo(f"fixed {fix.path}: {counts}", err=True)
