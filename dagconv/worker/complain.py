"""What a child says about exceptions: which finding, at which line of the user's files, in words that are safe.

Making the words calls nothing of the user's: neither a class's own `__str__` nor that of what it holds.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

from dagconv.wire.answer import Answer, Finding, failure
from dagconv.worker.isolation import BlockedError
from dagconv.worker.names import module_name
from dagconv.worker.record import RECORDER, UnboundedValueError, UnknownValueError


def is_user_class(cls: type) -> bool:
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and RECORDER.is_user_file(file)


def describe_error(error: BaseException) -> Finding:
    """A finding for an exception that ended an import, at the innermost frame of the user's files."""
    if isinstance(error, SyntaxError) and error.filename and RECORDER.is_user_file(error.filename):
        params = {"message": error.msg, "text": (error.text or "").strip()}
        return finding("syntax-error", params, error.filename, error.lineno, error.offset)
    slug, params = "import-failed", {"error": shown_error(error)}
    if isinstance(error, ModuleNotFoundError):
        slug, params = "module-not-found", {"module": error.name or "?", "message": message_of(error)}
    elif isinstance(error, (SystemExit, KeyboardInterrupt)):
        slug = "exit-at-import"
    elif isinstance(error, MemoryError):
        slug = "memory-limit"
    elif any(cls.__module__ == "botocore.exceptions" for cls in type(error).__mro__):
        slug = "aws-at-import"
    file, line = user_place(error)
    return finding(slug, params, file, line)


def was_reported(error: BaseException | None) -> bool:
    """Whether the exception comes from what was observed and said already, at its own place."""
    for _ in range(20):
        if error is None:
            return False
        if isinstance(error, (BlockedError, UnknownValueError, UnboundedValueError)):
            return True
        error = error.__cause__ or error.__context__
    return False


def user_place(error: BaseException) -> tuple[str | None, int | None]:
    """The innermost line of the user's files that an exception came through."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if RECORDER.is_user_file(frame.f_code.co_filename):
            return frame.f_code.co_filename, line
    return None, None


def describe_failure(error: BaseException) -> Answer:
    """The answer of a child whose reader failed, on its own or in code of the user that it set off."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    slug = "memory-limit" if isinstance(error, MemoryError) else "description-failed"
    return failure(finding(slug, {"error": shown_error(error), "where": where}, *user_place(error)))


def shown_error(error: BaseException) -> str:
    """Class and text."""
    name, text = str(type.__getattribute__(type(error), "__name__")), message_of(error)
    return f"{name}: {text}" if text else name


_PLAIN = (str, int, float, bool, bytes, type(None))


def message_of(error: BaseException) -> str:
    """The exception's text, where making it calls nothing of the user's: neither its class nor what it holds."""
    if is_user_class(type(error)) or any(type(part) not in _PLAIN for part in error.args):
        return ", ".join(str(part) for part in error.args if type(part) in _PLAIN)
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # an exception that cannot be shown is still one
        return ""


def finding(
    slug: str, params: dict[str, Any], file: str | None = None, line: int | None = None, column: int | None = None
) -> Finding:
    """A place may come from user code: a SyntaxError takes anything."""
    shown = {name: module_name(str(value))[:500] for name, value in params.items()}
    line, column = (number if type(number) is int else None for number in (line, column))
    return Finding(slug, shown, file if type(file) is str else None, line, column)
