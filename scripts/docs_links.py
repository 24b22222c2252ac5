"""Makes the site out of files where they lie: README as its first page, links to other files to the repository.

mkdocs calls the functions below by their names (mkdocs.yml, hooks).
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Page of the site -> the file of the repository that it shows.
PAGES = {"index.md": "README.md", "changes.md": "CHANGELOG.md"}
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.structure.files import File

    for page, source in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    name = page.file.src_uri
    return moved(markdown, PAGES.get(name, f"docs/{name}"), str(config["repo_url"]))


def moved(markdown: str, source: str, repository: str) -> str:
    """The text of a file of the repository with links that hold on the site.

    Raises FileNotFoundError for a link to what is not there.
    """
    shown = {file: page for page, file in PAGES.items()}
    here = posixpath.dirname(
        next((page for page, file in PAGES.items() if file == source), source.removeprefix("docs/"))
    )

    def link(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[1]))
        if not (ROOT / target).exists():
            raise FileNotFoundError(f"{source} links to {match[1]}, which is not there")
        page = shown.get(target, target.removeprefix("docs/") if target.startswith("docs/") else "")
        if page.endswith(".md"):
            return posixpath.relpath(page, here or ".")
        return f"{repository}/tree/main/{target}"

    return _LINK.sub(link, markdown)
