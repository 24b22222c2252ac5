"""Makes up replies to AWS calls from botocore's own model of the service, the same for the same call."""

from __future__ import annotations

import datetime
import io
import re
import zlib
from typing import Any

_DEEP = 6
# What asks for another page, of which there would be no end.
_PAGES = re.compile(r"token$|marker$|^is_?truncated$|^last_?evaluated", re.IGNORECASE)
_MOMENT = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)


def made_up(client: Any, operation: str, seed: int) -> dict[str, Any]:
    """A whole reply of the operation; `seed` chooses among the words of an enumeration and makes the numbers."""
    shape = client.meta.service_model.operation_model(operation).output_shape
    reply = _value(shape, operation, seed, 0) if shape is not None else {}
    return {**reply, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}


def _value(shape: Any, name: str, seed: int, depth: int) -> Any:
    number = (zlib.crc32(name.encode()) + seed) % 1000
    match shape.type_name:
        case "structure":
            wanted = {} if depth > _DEEP else shape.members
            return {key: _value(one, key, seed, depth + 1) for key, one in wanted.items() if not _PAGES.search(key)}
        case "list":
            return [] if depth > _DEEP else [_value(shape.member, f"{name}{n}", seed, depth + 1) for n in range(2)]
        case "map":
            key = _value(shape.key, f"{name}-key", seed, depth + 1)
            return {} if depth > _DEEP else {key: _value(shape.value, name, seed, depth + 1)}
        case "string":
            words = getattr(shape, "enum", None)
            return words[seed % len(words)] if words else f"{name}-{seed}"
        case "boolean":
            return seed % 2 == 0
        case "timestamp":
            return _MOMENT + datetime.timedelta(days=seed)
        case "blob":
            return _blob(shape, f"{name}-{seed}".encode())
        case "integer" | "long":
            return number
    return float(number)


def _blob(shape: Any, content: bytes) -> Any:
    if not shape.serialization.get("streaming"):
        return content
    from botocore.response import StreamingBody

    return StreamingBody(io.BytesIO(content), len(content))
