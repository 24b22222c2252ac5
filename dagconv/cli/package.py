"""`package show`: what a code package holds, and where each statement of it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.language.archive import Mark, PackageFile
    from dagconv.package.describe import Described
    from dagconv.package.needs import Need

_END = """\b
Examples:
  dag-converter package show definitions/etl.zip

\b
Exit codes: 0 shown, 2 no such file or no zip file."""

_MARKS = {
    "intact": "as dagconv wrote it",
    "changed": "changed after dagconv wrote it",
    "foreign": "not written by dagconv",
}


@click.group("package", epilog=_END, short_help="Look into code packages.")
def command() -> None:
    """Look into code packages, as `convert --code-package` writes them."""


@command.command("show", epilog=_END, short_help="List modules, entries, needs and origins.")
@click.argument("archive", metavar="ZIP")
def show(archive: str) -> int:
    """List what the package ZIP holds: its entries with what they call and pull, its modules with the line of the
    source that each statement came from, its other files, and what it needs where it runs. Nothing of it is run."""
    from dagconv.diagnostics.render.terminal import safe
    from dagconv.language.archive import ForeignArchiveError, digest, open_archive
    from dagconv.package.describe import describe_package

    try:
        files, mark = open_archive(Path(archive).read_bytes())
    except OSError as error:
        raise UsageError(f"{archive}: {error.strerror or error}") from error
    except ForeignArchiveError as error:
        raise UsageError(f"{archive}: {error}") from error
    described = list(describe_package(files))
    for line in (*_head(archive, files, mark, digest(files)), *_body(described, files), *_needs(described)):
        click.echo(safe(line))
    return 0


def _head(archive: str, files: Mapping[str, PackageFile], mark: Mark, content: str) -> Iterator[str]:
    size = sum(len(file.content) for file in files.values())
    yield f"{archive}: {_MARKS[mark.value]}; {len(files)} file{'' if len(files) == 1 else 's'}, {size} bytes"
    yield f"content sha256:{content}"


def _body(described: list[Described], files: Mapping[str, PackageFile]) -> Iterator[str]:
    for one in described:
        run = ", executable" if files[one.path].executable else ""
        yield ""
        yield f"{one.path}  {one.kind}{run}"
        if one.kind == "entries":
            yield from _entries_of(files[one.path].content.decode())
        for origin in one.origins:
            yield f"  {origin.line}: {origin.statement}  <- {origin.place}"


def _entries_of(text: str) -> list[str]:
    try:
        return list(_entries(text))
    except (ValueError, TypeError, RecursionError):  # of a module that was changed by hand
        return ["  (no longer as dagconv writes entries)"]


def _entries(text: str) -> Iterator[str]:
    from dagconv.prove.read_entries import read_classes, read_entries

    for name, base in read_classes(text).items():
        yield f"  {name}  a class below {base}"
    for name, entry in read_entries(text):
        said = [f"calls {'.'.join(filter(None, entry.target))}"]
        said += [f"pulls {task_id}[{key!r}]" for task_id, key in _pulled((entry.args, entry.keywords))]
        said += ["pushes each key"] if entry.spreads else []
        said += ["gives no output"] if entry.quiet else []
        yield f"  {name}  {', '.join(said)}"


def _pulled(tree: Any) -> Iterator[tuple[str, str]]:
    match tree:
        case ("pull", str(task_id), str(key), bool()):
            yield task_id, key
        case tuple() | frozenset():
            for part in tree:
                yield from _pulled(part)


def _needs(described: list[Described]) -> Iterator[str]:
    needs = [need for one in described for need in one.needs]
    if needs:
        yield ""
        yield "Needs where it runs:"
    by_name: dict[tuple[str, str], list[Need]] = {}
    for need in sorted(needs, key=lambda need: (need.kind, need.name, need.file, need.line)):
        by_name.setdefault((need.kind, need.name), []).append(need)
    for (kind, name), places in by_name.items():
        when = " when it is imported" if any(need.at_import for need in places) else ""
        optional = " (can go without)" if all(need.optional for need in places) else ""
        shown = ", ".join(f"{need.file}:{need.line}" for need in places)
        yield f"  {kind} {'of a computed name' if name == '?' else name}{when}{optional}: {shown}"
