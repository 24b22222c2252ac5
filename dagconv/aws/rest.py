"""Lists of the REST API of an MWAA environment's Airflow, page by page, whatever their members are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dagconv.aws.services import Json, World

_PAGE = 100  # the REST API gives no more at a time


def pages(
    world: World,
    environment: str,
    method: str,
    path: str,
    member: str,
    body: Json | None = None,
    query: Json | None = None,
) -> Iterator[Mapping[str, object]]:
    """What stands in `member` of all pages. A `body` is that of the list calls by POST, which page in it; `query`
    narrows those by GET.

    Raises CallError, and ValueError for an answer that is no such list.
    """
    offset = 0
    while True:
        place = {**(query or {}), "limit": _PAGE, "offset": offset} if body is None else None
        asked = None if body is None else {**body, "page_limit": _PAGE, "page_offset": offset}
        status, answer = world.environments.invoke(environment, method, path, place, asked)
        if status != 200 or not isinstance(answer, Mapping) or not isinstance(answer.get(member), list):
            raise ValueError(f"the REST API answered {status} to {method} {path}")
        yield from answer[member]
        offset += len(answer[member])
        if not answer[member] or offset >= int(answer.get("total_entries", 0)):
            return
