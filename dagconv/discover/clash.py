"""Finds out whether another package owns, or will take away, the command `dag-converter` of this environment."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Effect, Rule, Severity, Web

_PEER = "python-to-yaml-dag-converter-mwaa-serverless"
_SCRIPT = "dag-converter"

SCRIPT_SHARED = Rule(
    code="DC920",
    slug="script-shared",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="Another installed package has a command called dag-converter too.",
    message="{peer} is installed in this environment and has a command dag-converter too; {state}",
    help="install the two in separate environments; the command dagconv is always this program",
    why="The package installed last owns the command, and removing either of them removes it for both.",
    example="pip install dagconv into the environment of the other converter.",
    fix="python3 -m venv dagconv-env && dagconv-env/bin/pip install 'dagconv[airflow]'",
    source=(Web("https://pypi.org/project/python-to-yaml-dag-converter-mwaa-serverless/"),),
)

RULES = (SCRIPT_SHARED,)


def script_findings(scripts: Path | None = None) -> tuple[Diagnostic, ...]:
    """At most one finding. `scripts` is the folder of console scripts, this environment's own by default."""
    if not _is_installed(_PEER):
        return ()
    script = (scripts or Path(sysconfig.get_path("scripts"))) / _SCRIPT
    ours = script.is_file() and "dagconv" in script.read_text(encoding="utf-8", errors="replace")
    state = "it is ours now, and removing that package removes it" if ours else "at present it is that package's"
    return (SCRIPT_SHARED.at(None, peer=_PEER, state=state),)


def _is_installed(package: str) -> bool:
    """By the folder that installers write; importlib.metadata alone would take as long as all of --help."""
    pattern = f"{package.replace('-', '_')}-*.dist-info"
    return any(next(Path(place).glob(pattern), None) for place in sys.path if place)
