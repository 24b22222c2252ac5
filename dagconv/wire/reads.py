"""What loading a file read of its surroundings: all that its result may depend on, besides the request itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

MAX_READS = 5000
ALL = "*"


@dataclass(frozen=True, slots=True)
class Reads:
    """Absolute paths outside of the libraries and of the throwaway home, and names; each sorted.

    `modules` are the user's Python files and `files` all others that were opened; `folders` were listed. Of `present`
    only the kind was asked, of `stats` perhaps size and times too; `absent` were looked for and are not there, nor is
    at the `stems` a folder or a file with an ending of Python's. `environment`, `distributions`: ALL when they were
    listed. `clock` and `randomness`: the user's code asked for them, whether or not that shows. `untraceable` is what
    was done that may have read more; `overflow` that more was read than is told here.
    """

    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    stats: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    configuration: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    untraceable: tuple[str, ...] = ()
    clock: bool = False
    randomness: bool = False
    overflow: bool = False

    @property
    def is_traced(self) -> bool:
        """Whether everything is told that the result may depend on."""
        return not self.untraceable and not self.overflow


NO_READS = Reads()


def union(reads: Iterable[Reads]) -> Reads:
    """What several loads read together."""
    together: dict[str, set[str] | bool] = {}
    for one in reads:
        for field in fields(Reads):
            value = getattr(one, field.name)
            if isinstance(value, bool):
                together[field.name] = bool(together.get(field.name)) or value
            else:
                held = together.setdefault(field.name, set())
                assert isinstance(held, set)
                held.update(value)
    return Reads(**{n: v if isinstance(v, bool) else tuple(sorted(v)) for n, v in together.items()})  # type: ignore[arg-type]
