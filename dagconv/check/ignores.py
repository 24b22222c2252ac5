"""Finds the comments of a definition that ignore findings; the last step of the check stage."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from dagconv.check.document import Document, span_at
from dagconv.check.node import Mapping, Scalar, walk
from dagconv.diagnostics.ignoring import COMMENT, MARK, Ignore, read_comment


def read_ignores(document: Document) -> Iterator[Ignore]:
    """The comments of a text, in its order; what stands within a value is none."""
    text = document.text
    if MARK not in text:
        return
    inside = _scalar_spans(document)
    for match in COMMENT.finditer(text):
        before = bisect.bisect_right(inside, (match.start(), len(text))) - 1
        if before >= 0 and match.start() < inside[before][1]:
            continue  # part of a value
        span = span_at(text, match.start(), match.end())
        alone = not text[match.start() - span.column + 1 : match.start()].strip()
        yield read_comment(match, span.location(document.file), alone=alone)


def _scalar_spans(document: Document) -> list[tuple[int, int]]:
    """Start and end of every key and scalar, in the order of the text."""
    spans: list[tuple[int, int]] = []
    for node in walk(document.root) if document.root is not None else ():
        if isinstance(node, Scalar):
            spans.append((node.span.start, node.span.end))
        elif isinstance(node, Mapping):
            spans.extend((entry.key.span.start, entry.key.span.end) for entry in node.entries)
    return sorted(spans)
