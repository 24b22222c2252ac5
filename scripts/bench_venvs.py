"""The environments that the bench compares: the peer's, an older commit's, the wheel's, and the checkout's own."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "bench"
PEER = "python-to-yaml-dag-converter-mwaa-serverless==0.1.4"
# What 'today' was when the figures of the first bench were taken.
TODAY = "6bc459c"
NAMES = ("dev", "wheel", "today", "peer")


def bin_of(name: str) -> Path:
    """The folder of commands of an environment, which is made first where it is missing."""
    match name:
        case "dev":
            return Path(sys.executable).parent
        case "wheel":
            return _wheel()
        case "today":
            return _made("today", TODAY, lambda pip: _install_commit(pip, TODAY))
        case "peer":
            return _made("peer", PEER, lambda pip: _run(pip, "install", "-q", PEER))
        case _:
            raise SystemExit(f"no environment is called {name}; there are {', '.join(NAMES)}")


def _wheel() -> Path:
    built = FOLDER / "wheel"
    shutil.rmtree(built, ignore_errors=True)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    needs = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()[:12]
    folder = _made("wheel", needs, lambda pip: _install(pip, f"{wheel}[airflow]"))
    # The needed packages stay; only our own are of today.
    _run(folder / "pip", "install", "-q", "--force-reinstall", "--no-deps", str(wheel))
    return folder


def _made(name: str, key: str, install: Callable[[Path], None]) -> Path:
    """Environments are kept by what was installed; a marker says that the installation came to its end."""
    home = FOLDER / f"venv-{name}"
    marker = home / ".ready"
    if not marker.is_file() or marker.read_text() != key:
        print(f"making the environment of {name} (a minute or two, once)", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install(home / "bin" / "pip")
        marker.write_text(key)
    return home / "bin"


def _install_commit(pip: Path, commit: str) -> None:
    tree = FOLDER / f"tree-{commit}"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    _install(pip, f"{tree}[airflow]")


def _install(pip: Path, what: str) -> None:
    _run(pip, "install", "-q", "-c", str(ROOT / "requirements.lock"), what)


def _run(pip: Path, *arguments: str) -> None:
    subprocess.run([str(pip), *arguments], check=True)
