"""The progress bar: on a terminal, for more than one file, and nothing of it anywhere else."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

OnProgress = Callable[[str], None]


@contextlib.contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[OnProgress]:
    """Gives a function to be called with each file's path when that file is done, from one thread."""
    if quiet or total < 2 or not sys.stderr.isatty():
        yield lambda _path: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda path: bar.update(task, advance=1, description=path)
