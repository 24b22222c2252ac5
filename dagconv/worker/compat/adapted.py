"""Old operator classes whose arguments say the same in another form: made as objects of the class that took over."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from dagconv.catalog.renames import renames
from dagconv.worker.compat.paths import import_path
from dagconv.worker.compat.tasks import merged_defaults
from dagconv.worker.compat.uses import USES


@functools.cache
def adapted_class(path: str) -> type:
    """A subclass of today's class, the call of which makes an object of that class itself."""
    entry = renames().adapted[path]
    modern: Any = import_path(entry.new)
    convert = _WAYS[entry.how]
    module, _, name = path.rpartition(".")

    class Converting(type(modern)):  # type: ignore[misc]  # the metaclass of operators
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            if cls is not old:  # a class of the user's built on the old one
                return super().__call__(*args, **kwargs)
            given = merged_defaults(kwargs).keys() | kwargs.keys()
            defaults = {key: value for key, value in entry.defaults if key not in given}
            for key, value in defaults.items():
                _say(name, f"{key}, left out,", f"{key}={value!r}")
            return modern(*args, **convert(name, {**defaults, **kwargs}))

    old: type = Converting(name, (modern,), {"__module__": module})
    return old


def _say(name: str, old: str, new: str) -> None:
    USES.note("converted-argument", f"{name}.{old}", "2", operator=name, old=old, new=new)


def _s3_prefix(name: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """S3PrefixSensor waited for any key below a prefix: a wildcard does the same, character by character."""
    given = dict(kwargs)
    prefix = given.pop("prefix")
    # The delimiter only chose how the listing was grouped; the sensor asked for one key.
    if given.pop("delimiter", "/") != "/":
        USES.note("lost-argument", name, None, operator=name, old="delimiter", advice="S3KeySensor has no delimiter")
    prefixes = [prefix] if isinstance(prefix, str) else list(prefix)
    for character in "*?[":
        if any(character in text for text in prefixes):
            advice = f"{character} is a wildcard to S3KeySensor, and stood for itself before"
            USES.note("lost-argument", name, None, operator=name, old="prefix", advice=advice)
    keys = [f"{text}*" for text in prefixes]
    _say(
        name, f"prefix={prefix!r}", f"bucket_key={keys[0] if isinstance(prefix, str) else keys!r}, wildcard_match=True"
    )
    return {**given, "bucket_key": keys[0] if isinstance(prefix, str) else keys, "wildcard_match": True}


def _s3_size(name: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """S3KeySizeSensor looked at sizes, which S3KeySensor leaves to a callable."""
    advice = "S3KeySensor looks at sizes by a callable check_fn only, which has no form in a definition"
    USES.note("lost-argument", name, "2", operator=name, old="the check of sizes", advice=advice)
    return kwargs


def _mysql_to_s3(name: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """MySQLToS3Operator wrote neither index nor header unless told to; pandas, asked by its successor, writes both."""
    given = {"sql_conn_id": kwargs.get("mysql_conn_id", "mysql_default"), **kwargs}
    given.pop("mysql_conn_id", None)
    csv = dict(given.pop("pd_csv_kwargs", None) or {})
    csv.setdefault("index", given.pop("index", False))
    csv.setdefault("header", given.pop("header", False))
    _say(name, "index, header, pd_csv_kwargs", f"df_kwargs={csv!r}")
    return {**given, "df_kwargs": csv}


def _old_defaults(_: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Operators of one database each became one that asks for its connection."""
    if "conn_id" not in kwargs:
        return kwargs
    return {key: value for key, value in kwargs.items() if not key.endswith("_conn_id")}


_WAYS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "s3-prefix": _s3_prefix,
    "s3-size": _s3_size,
    "mysql-to-s3": _mysql_to_s3,
    "old-defaults": _old_defaults,
}
