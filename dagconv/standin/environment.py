"""mwaa of the stand-in: one old environment, and the part of its REST API for DAGs, runs and inputs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dagconv.standin.answer import Refusal, invalid, not_found
from dagconv.standin.ticker import Ticker


@dataclass(slots=True)
class DagRun:
    """A run that needs `seconds` more of a DAG that is not paused: Airflow schedules no task of a paused one."""

    dag_id: str
    run_id: str
    seconds: float = 0.0
    run_type: str = "scheduled"
    data_interval_end: str | None = None

    @property
    def state(self) -> str:
        return "running" if self.seconds > 0 else "success"


class OldEnvironment:
    """`paused` holds the DAGs of the environment; `settings` are GetEnvironment's members.

    `knows_every_dag` takes any DAG for one that runs, where nobody has said which there are.
    """

    def __init__(self, ticker: Ticker) -> None:
        self._ticker = ticker
        self.forget()

    def forget(self) -> None:
        self.settings: dict[str, Any] = {}
        self.paused: dict[str, bool] = {}
        self.knows_every_dag = False
        self.runs: list[DagRun] = []
        self.variables: dict[str, str] = {}
        self.connections: list[str] = []
        self._seen = self._ticker.now()

    def GetEnvironment(self, name: str) -> dict[str, Any]:  # noqa: N802  # operations keep their names
        if self.settings.get("Name") != name:
            raise not_found("Environment", name)
        return {"Environment": self.settings}

    def InvokeRestApi(self, name: str, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if self.settings.get("Name") != name:
            raise not_found("Environment", name)
        if self.settings.get("Status") != "AVAILABLE":
            raise invalid(f"Environment {name} is {self.settings.get('Status')}")
        self._go_on()
        method, path = request["Method"], request["Path"]
        if path == "/dags/~/dagRuns/list" and method == "POST":
            return _ok(self._list_runs(request.get("Body") or {}))
        if path in self._LISTED and method == "GET":
            return _ok(self._list(path, request.get("QueryParameters") or {}))
        if path == "/dags" and method == "PATCH":
            return _ok(self._patch_all(request))
        found = re.fullmatch(r"/dags/([^/]+)", path)
        if found is not None and self.knows_every_dag:
            self.paused.setdefault(found[1], False)
        if found is None or found[1] not in self.paused:
            raise _client_error(404, f"{path} not found")
        dag_id = found[1]
        if method == "PATCH":
            self.paused[dag_id] = _wanted(request)
        elif method != "GET":
            raise _client_error(405, f"{method} is not allowed here")
        return _ok(self._dag(dag_id))

    _LISTED = ("/dags", "/variables", "/connections")

    def _list(self, path: str, query: dict[str, Any]) -> dict[str, Any]:
        match path:
            case "/variables":
                rows: list[Any] = [{"key": key, "value": self.variables[key]} for key in sorted(self.variables)]
            case "/connections":
                rows = [{"connection_id": name, "conn_type": "aws"} for name in sorted(self.connections)]
            case _:
                rows = [self._dag(name) for name in self._matching(query)]
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 100)), 100)
        return {path.strip("/"): rows[offset : offset + limit], "total_entries": len(rows)}

    def _patch_all(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted, query = _wanted(request), request.get("QueryParameters") or {}
        named = self._matching(query)[: min(int(query.get("limit", 100)), 100)]
        self.paused.update(dict.fromkeys(named, wanted))
        return {"dags": [self._dag(name) for name in named], "total_entries": len(named)}

    def _matching(self, query: dict[str, Any]) -> list[str]:
        """As ILIKE does: anywhere in the id, in either case, _ for any character."""
        pattern = str(query.get("dag_id_pattern", ""))
        if self.knows_every_dag and pattern:
            self.paused.setdefault(pattern, False)
        expression = "".join("." if c == "_" else ".*" if c == "%" else re.escape(c) for c in pattern)
        return sorted(name for name in self.paused if re.search(expression, name, re.IGNORECASE))

    def _list_runs(self, asked: dict[str, Any]) -> dict[str, Any]:
        offset, limit = int(asked.get("page_offset", 0)), min(int(asked.get("page_limit", 100)), 100)
        runs = [r for r in self.runs if r.dag_id in asked.get("dag_ids", []) and r.state in asked["states"]]
        shown = [
            {
                "dag_id": run.dag_id,
                "dag_run_id": run.run_id,
                "state": run.state,
                "run_type": run.run_type,
                "data_interval_end": run.data_interval_end,
            }
            for run in runs[offset : offset + limit]
        ]
        return {"dag_runs": shown, "total_entries": len(runs)}

    def _go_on(self) -> None:
        """Runs make way for as long as has passed since the last look."""
        now = self._ticker.now()
        for run in self.runs:
            if not self.paused.get(run.dag_id, True):
                run.seconds = max(0.0, run.seconds - (now - self._seen))
        self._seen = now

    def _dag(self, dag_id: str) -> dict[str, Any]:
        return {"dag_id": dag_id, "is_paused": self.paused[dag_id]}


def _wanted(request: dict[str, Any]) -> bool:
    value = (request.get("Body") or {}).get("is_paused")
    if not isinstance(value, bool):
        raise _client_error(400, "is_paused must be a boolean")
    return value


def _ok(body: Any) -> dict[str, Any]:
    return {"RestApiStatusCode": 200, "RestApiResponse": body}


def _client_error(status: int, title: str) -> Refusal:
    return Refusal("RestApiClientException", title, 400, RestApiStatusCode=status, RestApiResponse={"title": title})
