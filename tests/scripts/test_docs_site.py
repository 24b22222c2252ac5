"""The site: links that hold there and in the repository, every page in its navigation, commands that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import docs_links
import pytest
import yaml

from dagconv.cli.main import cli

ROOT = Path(__file__).parents[2]
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
DOCS = sorted((ROOT / "docs").rglob("*.md"))
COMMANDS = {
    (page.name, line.strip())
    for page in (ROOT / "README.md", *DOCS)
    for block in re.findall(
        r"^```(?:bash|sh|console|text)?\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    for line in block.replace("\\\n", " ").splitlines()
    if line.strip().startswith("dag-converter ")
}


def leaves(nav):
    for entry in nav:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(value, list):
            yield from leaves(value)
        else:
            yield value


def test_every_page_stands_in_the_navigation():
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in DOCS} | set(docs_links.PAGES)
    assert sorted(leaves(SITE["nav"])) == sorted(pages)


@pytest.mark.parametrize(
    ("source", "text", "want"),
    [
        ("README.md", "[a](docs/howto.md)", "[a](howto.md)"),
        ("README.md", "[a](CHANGELOG.md#x)", "[a](changes.md#x)"),
        ("README.md", "[a](schemas/renames.json)", "[a](https://host/r/tree/main/schemas/renames.json)"),
        ("docs/api.md", "[a](../schemas/renames.json)", "[a](https://host/r/tree/main/schemas/renames.json)"),
        ("docs/adr/0001-dependencies.md", "[a](../proof.md) [b](../../README.md)", "[a](../proof.md) [b](../index.md)"),
        ("docs/api.md", "[a](https://x/y) [b](#c)", "[a](https://x/y) [b](#c)"),
    ],
)
def test_links_hold_on_the_site(source, text, want):
    assert docs_links.moved(text, source, "https://host/r") == want


def test_a_link_to_nothing_is_an_error():
    with pytest.raises(FileNotFoundError, match=r"docs/api.md links to no/such.md"):
        docs_links.moved("[a](no/such.md)", "docs/api.md", "https://host/r")
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS):
        docs_links.moved(page.read_text("utf-8"), page.relative_to(ROOT).as_posix(), "https://host/r")


def parsed(words):
    """Follows a command line through its groups; click refuses an option or a verb that there is not."""
    command, context = cli, click.Context(cli)
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
        context = click.Context(command, info_name=name, parent=context)
    command.make_parser(context).parse_args(words)


@pytest.mark.parametrize(("page", "line"), sorted(COMMANDS))
def test_commands_of_the_pages_exist(page, line):
    words = shlex.split(re.split(r"\s{2,}[(#]|\s[>|]|\s#", line)[0])
    parsed([word for word in words[1:] if word not in ("...", "[...]")])


def test_a_command_that_does_not_exist_is_noticed():
    assert len(COMMANDS) > 30
    for words in (["conver", "dags"], ["convert", "--no-such", "dags"], ["workflow", "start", "x", "--no-such"]):
        with pytest.raises(click.UsageError):
            parsed(words)
