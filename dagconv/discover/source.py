"""One file on disk, looked at without running it: is it Python text, does it mention a DAG, what does it import."""

from __future__ import annotations

import codecs
import enum
import io
import os
import re
import stat
import tokenize
import zipfile
from dataclasses import dataclass
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Location
from dagconv.discover import rules

_SIZE_LIMIT = 16 * 1024 * 1024
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(airflow(?:\.[A-Za-z_]\w*)*)", re.MULTILINE)


class SourceKind(str, enum.Enum):
    PYTHON = "python"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to load.

    `path` is what the user is shown and may be relative to the working directory; `root` is the DAG folder that
    belongs on `sys.path`; `explicit` files were named in the call and are loaded whatever they mention. `imports`
    are the `airflow` modules that the text seems to import, sorted: worth importing before the file is loaded.
    """

    path: str
    root: str
    kind: SourceKind = SourceKind.PYTHON
    explicit: bool = False
    imports: tuple[str, ...] = ()


def examine(path: str, root: str, *, explicit: bool) -> SourceFile | Diagnostic | None:
    """The file as something to load, or why not; None for a file that is none of Airflow's business.

    Opens regular files only, so that a pipe or a device never blocks. Airflow looks at `.py` files and at
    everything that is a zip archive (Airflow 3.0.6, utils.file.find_dag_file_paths).
    """
    at = Location(path)
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            rule = rules.NOT_A_FILE_NAMED if explicit else rules.NOT_A_FILE
            return rule.at(at) if explicit or path.endswith(".py") else None
        if not explicit and not path.endswith(".py") and not _is_archive(path):
            return None
        if status.st_size > _SIZE_LIMIT and path.endswith(".py"):
            return rules.TOO_LARGE.at(at, size=status.st_size, limit=_SIZE_LIMIT)
        if not path.endswith(".py") and _is_archive(path):
            return _examine_archive(path, root, explicit)
        return _examine_text(Path(path).read_bytes(), path, root, explicit)
    except OSError as error:
        return rules.UNREADABLE.at(at, reason=error.strerror or type(error).__name__)


def _examine_text(data: bytes, path: str, root: str, explicit: bool) -> SourceFile | Diagnostic:
    # NUL bytes are left out of the comparison so that UTF-16 text is judged by its words as well.
    if not explicit and not mentions_dag(data.replace(b"\0", b"")):
        reason = "does not mention both 'airflow' and 'dag'" if data.strip() else "is empty"
        return rules.NO_DAG_MENTIONED.at(Location(path), reason=reason)
    fault = text_fault(data)
    if fault is not None:
        line, reason, advice = fault
        return rules.NOT_PYTHON_TEXT.at(Location(path, line), reason=reason, advice=advice)
    return SourceFile(path, root, SourceKind.PYTHON, explicit, airflow_imports(data))


def _examine_archive(path: str, root: str, explicit: bool) -> SourceFile | Diagnostic:
    try:
        texts = _archive_texts(path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        return rules.UNREADABLE.at(Location(path), reason=f"damaged archive: {error}")
    if not explicit and not any(mentions_dag(text) for text in texts):
        return rules.NO_DAG_MENTIONED.at(Location(path), reason="holds no top-level Python file that mentions a DAG")
    imports = sorted({name for text in texts for name in airflow_imports(text)})
    return SourceFile(path, root, SourceKind.ZIP, explicit, tuple(imports))


def _is_archive(path: str) -> bool:
    # Opened without waiting: the file might have been replaced by a pipe since it was looked at.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        return zipfile.is_zipfile(file)


def _archive_texts(path: str) -> list[bytes]:
    """Contents of the Python files at the top of the archive, the only ones that Airflow loads as DAG files."""
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if m.filename.endswith(".py") and "/" not in m.filename]
        return [archive.read(m) for m in members if m.file_size <= _SIZE_LIMIT]


def mentions_dag(data: bytes) -> bool:
    """Airflow's own guess in safe mode (3.0.6, might_contain_dag_via_default_heuristic)."""
    text = data.lower()
    return b"airflow" in text and (b"dag" in text or b"asset" in text)


def airflow_imports(data: bytes) -> tuple[str, ...]:
    return tuple(sorted({match.decode("ascii") for match in _IMPORT.findall(data)}))


def text_fault(data: bytes) -> tuple[int | None, str, str] | None:
    """Why Python cannot read these bytes as source: (line, reason, advice); None when it can (PEP 263)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None, "the text is UTF-16 or UTF-32", "save the file as UTF-8"
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        return line, "it holds NUL bytes", "save the file as UTF-8 text; if it is not Python, move it away"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return line, f"byte 0x{data[error.start]:02x} is not {encoding}", "save it as UTF-8 or declare its encoding"
    except (SyntaxError, LookupError) as error:
        return 1, str(error), "save the file as UTF-8, or declare the right encoding in its first two lines"
    return None
