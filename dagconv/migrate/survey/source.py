"""What the old environment's REST API tells of DAGs and their runs: by list calls, which take ids of any length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dagconv.aws.rest import pages
from dagconv.aws.services import Json, World

_LONGEST_PATH = 64  # InvokeRestApi's own limit
ACTIVE = ("queued", "running")


@dataclass(frozen=True, slots=True)
class SourceRun:
    """A run of an old DAG. `interval_end` is an ISO time, empty where the API gives none."""

    run_id: str
    state: str
    scheduled: bool
    interval_end: str


def can_pause(version: str) -> bool:
    """Whether an environment of this Airflow answers InvokeRestApi: since 2.4.3 (its reference); yes where unknown."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return found is None or tuple(map(int, found.groups())) >= (2, 4, 3)


def path_of(dag_id: str) -> str | None:
    """The path of a DAG, None where it is longer than InvokeRestApi takes."""
    path = f"/dags/{dag_id}"
    return path if len(path) <= _LONGEST_PATH else None


def by_pattern(dag_id: str) -> Json:
    """The query that reaches a DAG whose path is too long, and whatever else `namesakes` finds."""
    return {"dag_id_pattern": dag_id}


def namesakes(dag_id: str, known: Iterable[str]) -> list[str]:
    """Which other DAGs the query for one reaches: Airflow looks for it anywhere in an id, by ILIKE, where _ stands for
    any character (airflow.api_fastapi.common.parameters of Airflow 3.0.6).
    """
    pattern = re.compile(".".join(map(re.escape, dag_id.split("_"))), re.IGNORECASE)
    return sorted(other for other in known if other != dag_id and pattern.search(other))


def paused_dags(world: World, environment: str, pattern: str | None = None) -> Iterator[tuple[str, bool]]:
    """Every DAG of an environment, or those whose id has `pattern` in it, and whether it is paused.

    Raises CallError, and ValueError for an answer that is no list of DAGs.
    """
    query = None if pattern is None else by_pattern(pattern)
    for dag in pages(world, environment, "GET", "/dags", "dags", query=query):
        yield str(dag["dag_id"]), bool(dag["is_paused"])


def source_runs(world: World, environment: str, dag_id: str, states: Sequence[str]) -> list[SourceRun]:
    """The runs of one DAG in these states.

    Raises CallError, and ValueError for an answer that is no list of runs.
    """
    asked: Json = {"dag_ids": [dag_id], "states": list(states)}
    return [
        SourceRun(
            str(run.get("dag_run_id", "")),
            str(run.get("state", "")),
            run.get("run_type") == "scheduled",
            str(run.get("data_interval_end") or ""),
        )
        for run in pages(world, environment, "POST", "/dags/~/dagRuns/list", "dag_runs", asked)
        if run.get("dag_id") == dag_id and run.get("state") in states
    ]


def last_interval_end(world: World, environment: str, dag_id: str) -> str:
    """Up to when the schedule of an old DAG has had its runs, as an ISO time; empty where it had none.

    Raises CallError, and ValueError for an answer that is no list of runs.
    """
    runs = source_runs(world, environment, dag_id, (*ACTIVE, "success", "failed"))
    return max((run.interval_end for run in runs if run.scheduled), default="")
