"""The cache of a call: opened where it can be used, and the whole result where every file's is kept."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagconv.cache.folder import UnusableError, cache_place, open_cache
from dagconv.discover.source import SourceFile
from dagconv.discover.source_airflow import source_airflows
from dagconv.settings import Settings
from dagconv.wire.reads import Reads

if TYPE_CHECKING:  # a call without a cache needs neither
    from dagconv.caching import Cache
    from dagconv.options import CompileOptions
    from dagconv.verdict import ConvertResult


@contextlib.contextmanager
def using_cache(settings: Settings) -> Iterator[Cache | None]:
    """None where the settings want none, and where it cannot be used, which is said on standard error."""
    if not settings.flag("cache"):
        yield None
        return
    from dagconv.caching import Cache

    try:
        folder = open_cache()
    except UnusableError as error:
        _tell(f"not used: {error}")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="dagconv-") as spool:
        cache = Cache(folder, Path(spool))
        try:
            yield cache
        finally:
            if cache.failures:
                _tell(f"takes nothing in: {cache.failures[0]}")


def _tell(what: str) -> None:
    click.echo(f"notice: the cache {cache_place()} {what}", err=True)


def kept_result(
    cache: Cache | None,
    files: Sequence[SourceFile],
    options: CompileOptions,
    told: Callable[[SourceFile, Reads], None],
) -> ConvertResult | None:
    """What the call comes to, when the results of all files are kept; neither the engine nor a stage is needed."""
    if cache is None:
        return None
    from dagconv.caching import find_all
    from dagconv.verdict import concluded

    started = time.monotonic()
    airflows = source_airflows(files, options.lowering.source_airflow)
    kept = find_all(cache, files, airflows, options)
    if len(kept) < len(files):
        return None
    for file in files:
        told(file, kept[file.path][1])
    return concluded([kept[file.path][0] for file in files], airflows.values(), time.monotonic() - started)
