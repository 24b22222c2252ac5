"""mwaa of the stand-in: one old environment, and the part of its Airflow REST API that pauses DAGs."""

from __future__ import annotations

import re
from typing import Any

from dagconv.standin.answer import Refusal, invalid, not_found


class OldEnvironment:
    """`paused` holds the DAGs of the environment; `settings` are GetEnvironment's members.

    `knows_every_dag` takes any DAG for one that runs, where nobody has said which there are.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.settings: dict[str, Any] = {}
        self.paused: dict[str, bool] = {}
        self.knows_every_dag = False

    def GetEnvironment(self, name: str) -> dict[str, Any]:  # noqa: N802  # operations keep their names
        if self.settings.get("Name") != name:
            raise not_found("Environment", name)
        return {"Environment": self.settings}

    def InvokeRestApi(self, name: str, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if self.settings.get("Name") != name:
            raise not_found("Environment", name)
        if self.settings.get("Status") != "AVAILABLE":
            raise invalid(f"Environment {name} is {self.settings.get('Status')}")
        method, path = request["Method"], request["Path"]
        if path == "/dags" and method == "GET":
            return _ok(self._list(request.get("QueryParameters") or {}))
        found = re.fullmatch(r"/dags/([^/]+)", path)
        if found is not None and self.knows_every_dag:
            self.paused.setdefault(found[1], False)
        if found is None or found[1] not in self.paused:
            raise _client_error(404, f"{path} not found")
        dag_id = found[1]
        if method == "PATCH":
            value = (request.get("Body") or {}).get("is_paused")
            if not isinstance(value, bool):
                raise _client_error(400, "is_paused must be a boolean")
            self.paused[dag_id] = value
        elif method != "GET":
            raise _client_error(405, f"{method} is not allowed here")
        return _ok(self._dag(dag_id))

    def _list(self, query: dict[str, Any]) -> dict[str, Any]:
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 100)), 100)
        names = sorted(self.paused)
        return {"dags": [self._dag(n) for n in names[offset : offset + limit]], "total_entries": len(names)}

    def _dag(self, dag_id: str) -> dict[str, Any]:
        return {"dag_id": dag_id, "is_paused": self.paused[dag_id]}


def _ok(body: Any) -> dict[str, Any]:
    return {"RestApiStatusCode": 200, "RestApiResponse": body}


def _client_error(status: int, title: str) -> Refusal:
    return Refusal("RestApiClientException", title, 400, RestApiStatusCode=status, RestApiResponse={"title": title})
