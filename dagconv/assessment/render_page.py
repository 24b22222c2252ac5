"""The assessment as one self-contained HTML page: its document stands in it as data, one script builds the lists."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from dagconv.assessment.assessment import TODAY, UNREAD, UNTOLD, WORK

# What is no step, by outcome.
_KINDS = {TODAY: "today", WORK: "work", UNREAD: "unread", UNTOLD: "unread"}
_FOLDER = Path(__file__).with_name("page")


def render_page(document: Mapping[str, Any]) -> str:
    """HTML that asks nobody for anything: its content policy names the one style and the one script that it holds."""
    style, script = ((_FOLDER / name).read_text("utf-8") for name in ("page.css", "page.js"))
    loader = jinja2.FileSystemLoader(_FOLDER)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    total = sum(share["dags"] + share["files"] for share in document["shares"])
    return environment.get_template("page.html").render(
        document=document,
        bars=_bars(document["shares"], total),
        total=total,
        data=_inert(document),
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
    )


def _bars(shares: Sequence[Mapping[str, Any]], total: int) -> list[dict[str, Any]]:
    """Each share with where its bar begins and how long it is, in percent of all."""
    bars, before = [], 0
    for place, share in enumerate(shares):
        units = share["dags"] + share["files"]
        begin, length = (round(100 * part / max(total, 1), 3) for part in (before, units))
        kind = _KINDS.get(share["outcome"], "step")
        color = f"step{place % 4}" if kind == "step" else kind
        bar = {"units": units, "begin": begin, "length": length, "kind": kind, "color": color, "so_far": before + units}
        bars.append({**share, **bar})
        before += units
    return bars


def _inert(document: Mapping[str, Any]) -> str:
    """JSON that ends no script element and begins no comment."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
