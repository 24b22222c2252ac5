"""What the bench runs: each row is a command of ours, what it is compared with, and the bars that were set for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CLICK = ("{python}", "-c", "import click")
VALIDATES = ("{python}", "-c", "import click, ruamel.yaml, jsonschema")
ENGINE = ("{python}", "-c", "import airflow.models.dagbag, dagfactory")
CACHE_OPTION, WATCH_OPTION = "--no-cache", "--watch"
# Tasks of DAGs beyond the service's limit of size: what refusing them costs must not fall as they grow.
TOO_LARGE = (500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Row:
    """A command of ours and what it is compared with; `wall` and `cpu` are the largest ratios that were asked for.

    Words such as `{one}` are inputs, `{out}` the folder of outputs, `{python}` the environment's interpreter; a
    command without that is the converter's. `against` is the environment that runs `theirs`, "" for our own.
    """

    name: str
    ours: Sequence[str]
    theirs: Sequence[str]
    against: str = ""
    wall: float | None = None
    cpu: float | None = None
    floor: Sequence[str] = ()
    cached: bool = False
    changed: bool = False
    exits: Sequence[int] = (0,)
    beside: Sequence[str] = ("dev", "today")


def converted(what: str, *more: str) -> tuple[str, ...]:
    return ("convert", what, "--output", "{out}", *more)


def rows(files: int) -> list[Row]:
    one, folder = converted("{one}"), converted("{folder}")
    many = converted("{many}", "--timeout", "600")
    return [
        Row("one file cold", one, one, "peer", 0.30, 0.32, ENGINE),
        Row(f"{files} files x 10 tasks cold", folder, folder, "peer", 0.5, 1.0, ENGINE),
        Row("the same, one file changed", folder, folder, "peer", 0.12, floor=CLICK, cached=True, changed=True),
        Row("the same, nothing changed", folder, folder, "peer", 0.012, floor=CLICK, cached=True),
        Row("nothing changed / `import click`", folder, CLICK, "", 3.0, cached=True),
        Row(
            f"{2 * files} DAGs in one file / 6bc459c",
            many,
            many,
            "today",
            0.45,
            beside=["dev"],
        ),
        Row("`--help` / `import click`", ["--help"], CLICK, "", 1.3),
        Row("`convert --help` / `import click`", ["convert", "--help"], CLICK, "", 1.6),
        Row("`--version` / `import click`", ["--version"], CLICK, "", 1.6),
        Row("validate 100 definitions / imports", ["validate", "{definitions}"], VALIDATES, "", 3.0),
        Row("a DAG of 375 tasks, proved / one file", converted("{largest}"), one, "", 2.0),
        *(
            Row(
                f"a DAG of {tasks:,} tasks, refused / one file",
                converted(f"{{tasks_{tasks}}}"),
                one,
                "",
                2.0,
                exits=(1,),
            )
            for tasks in TOO_LARGE
        ),
    ]
