"""Finds and reads the data files of schemas/, in a checkout and in the wheel; the base of every catalogue."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from dagconv.errors import InternalError


@functools.cache
def schemas_folder() -> Path:
    """`dagconv/_schemas` of an installed wheel, otherwise `schemas/` of the checkout. Raises InternalError."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_schemas", package.parent / "schemas"):
        if (folder / "service.json").is_file():
            return folder
    raise InternalError("the folder of schemas is missing from this installation")


def schema_path(name: str) -> Path:
    """Path of a file of schemas/, such as `service.json` or `operators/s3.json`; it need not exist."""
    return schemas_folder() / name


def read_schema(name: str) -> Any:
    """JSON data of a file of schemas/. Raises InternalError when it is missing or is not JSON."""
    try:
        return json.loads(schema_path(name).read_bytes())
    except (OSError, ValueError) as error:
        raise InternalError(f"schemas/{name} cannot be read: {error}") from error
