"""How far a call over several files is: a bar on a terminal, elsewhere a line when some time has passed."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import click

_EVERY = 30.0  # seconds: minutes of silence look like a hang in the log of a job
OnProgress = Callable[[str], None]


@contextlib.contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[OnProgress]:
    """Gives a function to be called with each file's path when that file is done, from one thread.

    Files that are done once more, for a forecast, are counted apart.
    """
    if quiet or total < 2:
        yield lambda _path: None
        return
    if not sys.stderr.isatty():
        yield _lines(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda path: bar.update(task, advance=1, description=path)


def _lines(total: int) -> OnProgress:
    done, told = 0, time.monotonic()

    def step(_path: str) -> None:
        nonlocal done, told
        done += 1
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            again = f", {done - total} more tries of further steps" if done > total else ""
            click.echo(f"{min(done, total)} of {total} files{again}", err=True)

    return step
