"""check_definition(): every rule over one definition, layer by layer; the whole of the check stage on one screen."""

from __future__ import annotations

import datetime

from dagconv.catalog.operators import Operators, load_operators
from dagconv.catalog.service import Service
from dagconv.catalog.service import service as load_service
from dagconv.check.document import Document, read_document
from dagconv.check.ignores import read_ignores
from dagconv.check.rules import DAG_CHECKS, DOCUMENT_CHECKS, ROOT_CHECKS, TASK_CHECKS
from dagconv.check.subject import read_subject
from dagconv.diagnostics import Diagnostic
from dagconv.diagnostics.ignoring import apply_ignores


def check_definition(
    data: bytes | str,
    filename: str,
    *,
    operators: Operators | None = None,
    service: Service | None = None,
    now: datetime.datetime | None = None,
) -> list[Diagnostic]:
    """All findings about a definition, in the order of the text.

    `now` decides what is past; it is the present moment unless given. Keys of diagnostics are the names of
    arguments, so that a caller who knows where they came from can place a finding there (house, Who refuses).
    """
    return check_document(read_document(data, filename), operators=operators, service=service, now=now)


def check_document(
    document: Document,
    *,
    operators: Operators | None = None,
    service: Service | None = None,
    now: datetime.datetime | None = None,
) -> list[Diagnostic]:
    """As check_definition, for a text that was read before."""
    found = [diagnostic for check in DOCUMENT_CHECKS for diagnostic in check(document)]
    if document.root is None:
        return apply_ignores(read_ignores(document), found)
    found.extend(diagnostic for check in ROOT_CHECKS for diagnostic in check(document))
    subject = read_subject(
        document,
        operators or load_operators(),
        service or load_service(),
        now or datetime.datetime.now(datetime.timezone.utc),
    )
    if subject is not None:
        found.extend(diagnostic for check in DAG_CHECKS for diagnostic in check(subject))
        for task in subject.tasks:
            found.extend(diagnostic for task_check in TASK_CHECKS for diagnostic in task_check(subject, task))
    return sorted(apply_ignores(read_ignores(document), found), key=Diagnostic.sort_key)
