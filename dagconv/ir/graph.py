"""Order and shape of a task graph."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence


def topological_order(upstream: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Ids so that each comes after all of its upstream ids, otherwise in the mapping's own order.

    Unknown upstream ids are passed over. Returns None when there is a cycle.
    """
    position = {name: index for index, name in enumerate(upstream)}
    waiting = {name: {up for up in ups if up in position} for name, ups in upstream.items()}
    downstream: dict[str, list[str]] = {name: [] for name in upstream}
    for name, ups in waiting.items():
        for up in ups:
            downstream[up].append(name)
    ready = [position[name] for name, ups in waiting.items() if not ups]
    heapq.heapify(ready)
    names = list(upstream)
    order: list[str] = []
    while ready:
        name = names[heapq.heappop(ready)]
        order.append(name)
        for child in downstream[name]:
            waiting[child].discard(name)
            if not waiting[child]:
                heapq.heappush(ready, position[child])
    return order if len(order) == len(names) else None


def find_cycle(upstream: Mapping[str, Sequence[str]]) -> list[str] | None:
    """One cycle as ids in downstream direction, the first repeated at the end; None when there is none."""
    done: set[str] = set()
    for start in upstream:
        if start in done:
            continue
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, index = stack.pop()
            if index == 0:
                path.append(name)
                on_path.add(name)
            ups = [up for up in upstream[name] if up in upstream]
            if index < len(ups):
                stack.append((name, index + 1))
                up = ups[index]
                if up in on_path:
                    cycle = path[path.index(up) :]
                    return [up, *reversed(cycle)]
                if up not in done:
                    stack.append((up, 0))
                continue
            done.add(name)
            on_path.discard(name)
            path.pop()
    return None


def ancestors(upstream: Mapping[str, Sequence[str]], name: str) -> set[str]:
    """All ids that `name` waits for, directly or not."""
    seen: set[str] = set()
    stack = list(upstream.get(name, ()))
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            stack.extend(upstream.get(current, ()))
    return seen
