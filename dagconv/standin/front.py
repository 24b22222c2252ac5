"""The stand-in's one address: routes each request to our services or to moto, applies faults, checks every shape."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from dagconv.aws import shapes
from dagconv.standin.answer import Answer, Refusal, as_error, as_json, invalid, throttled
from dagconv.standin.environment import OldEnvironment
from dagconv.standin.faults import AFTER, Fault, Faults
from dagconv.standin.workflows import Workflows

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]*/([^/]+)/aws4_request")
_OWN = {"airflow-serverless": "mwaa-serverless", "airflow": "mwaa"}
_HOP = {"connection", "transfer-encoding", "keep-alive", "expect", "host", "content-length"}


class Backstage(Protocol):
    """What stands behind the address."""

    faults: Faults
    workflows: Workflows
    environment: OldEnvironment
    moto_url: str

    def control(self, path: str, body: dict[str, Any]) -> Answer: ...
    def simulate(self, body: bytes) -> Answer: ...
    def guard(self, service: str, operation: str, path: str, headers: dict[str, str], body: bytes) -> None: ...


class Front(ThreadingHTTPServer):
    """Listens on loopback only. `calls` records every call by name, `broken` every breach of a service's model."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, stage: Backstage, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.stage = stage
        self.lock = threading.Lock()
        self.calls: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.broken: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def note(self, name: str, request: Any) -> None:
        with self.lock:
            self.calls.append(name)
            if request is not None:
                self.requests.append({"call": name, "request": request})

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what the faults are about; nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in one segment: header and body apart wait 40 ms for one another's acknowledgement.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    server: Front

    def handle_expect_100(self) -> bool:
        kept = super().handle_expect_100()
        self.wfile.flush()
        return kept

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Quiet: the record of calls is kept by the server."""

    def _serve(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        if len(body) < size:  # a client that was killed while it sent: no request
            self._hang_up()
            return
        if self.path.startswith("/_"):
            self._send(self.server.stage.control(self.path, json.loads(body or b"{}")))
            return
        service, operation = self._name(body)
        name = f"{service}:{operation}"
        fault = self.server.stage.faults.strike(name)
        if fault is None or fault.action in AFTER:
            answer = self._answer(service, operation, body)
            self._send_spoilt(answer, fault) if fault else self._send(answer)
            return
        self.server.note(name, None)
        if fault.action == "drop_before":
            self._hang_up()
        elif fault.action == "slow":
            time.sleep(float(fault.value or 1))
            self._send(self._answer(service, operation, body))
        else:
            self._send(as_error(service, _refusal(fault)))

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = _serve  # noqa: N815  # http.server's names

    def _name(self, body: bytes) -> tuple[str, str]:
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        service = _OWN.get(scope[1], scope[1]) if scope else "s3"
        if target := self.headers.get("X-Amz-Target"):
            return service, target.rsplit(".", 1)[-1]
        if service == "mwaa":
            return service, "InvokeRestApi" if self.path.startswith("/restapi/") else "GetEnvironment"
        if service in ("iam", "sts"):
            return service, urllib.parse.parse_qs(body.decode()).get("Action", ["?"])[0]
        return service, _s3_operation(self.command, self.path)

    def _answer(self, service: str, operation: str, body: bytes) -> Answer:
        try:
            if service == "mwaa-serverless":
                return self._serverless(operation, json.loads(body or b"{}"))
            if service == "mwaa":
                return self._environment(operation, json.loads(body or b"{}"))
            self.server.note(f"{service}:{operation}", None)
            self.server.stage.guard(service, operation, self.path, dict(self.headers), body)
            if operation == "SimulatePrincipalPolicy":
                return self.server.stage.simulate(body)
            return self._forward(body)
        except Refusal as refusal:
            if service == "mwaa-serverless":
                for wrong in shapes.check_error(service, refusal.code, refusal.members):
                    self.server.broken.append(f"{operation} error {refusal.code}: {wrong}")
            return as_error(service, refusal)

    def _serverless(self, operation: str, request: dict[str, Any]) -> Answer:
        self.server.note(f"mwaa-serverless:{operation}", request)
        wrong = shapes.check_request("mwaa-serverless", operation, request)
        if wrong:
            self.server.broken += [f"{operation} request: {text}" for text in wrong]
            raise invalid(wrong[0], *(tuple(text.split(": ", 1)) for text in wrong))  # type: ignore[arg-type]
        answer = self.server.stage.workflows.handle(operation, request)
        self._own_answer("mwaa-serverless", operation, answer)
        return as_json(answer)

    def _environment(self, operation: str, request: dict[str, Any]) -> Answer:
        name = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path.rsplit("/", 1)[-1])
        self.server.note(f"mwaa:{operation}", request)
        old = self.server.stage.environment
        if operation == "GetEnvironment":
            answer = old.GetEnvironment(name)
        else:
            wrong = shapes.check_request("mwaa", operation, {"Name": name, **request})
            self.server.broken += [f"{operation} request: {text}" for text in wrong]
            answer = old.InvokeRestApi(name, request)
        self._own_answer("mwaa", operation, answer)
        return as_json(answer)

    def _own_answer(self, service: str, operation: str, answer: dict[str, Any]) -> None:
        self.server.broken += [
            f"{operation} answer: {text}" for text in shapes.check_answer(service, operation, answer)
        ]

    def _forward(self, body: bytes) -> Answer:
        target = urllib.parse.urlsplit(self.server.stage.moto_url)
        connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
        try:
            connection.request(self.command, self.path, body or None, headers)
            found = connection.getresponse()
            kept = {k: v for k, v in found.getheaders() if k.lower() not in _HOP or self.command == "HEAD"}
            return Answer(found.status, found.read(), kept)
        finally:
            connection.close()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = dict(answer.headers)
        if self.command == "HEAD":
            headers.setdefault("Content-Length", "0")
        else:
            headers["Content-Length"] = str(len(answer.body))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _send_spoilt(self, answer: Answer, fault: Fault) -> None:
        """The call was carried out; its answer does not arrive as it should."""
        match fault.action:
            case "timeout":
                members = {"__type": "OperationTimeoutException", "Message": "the operation timed out"}
                self._send(as_json(members, 504))
            case "meanwhile":
                self.server.stage.control(fault.value["path"], fault.value["body"])
                self._send(answer)
            case "html":
                page = b"<html><body>proxy error</body></html>"
                self._send(Answer(200, page, {"Content-Type": "text/html"}))
            case "cut":
                self._send(Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers))
            case "truncate":
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body) + 10))
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) // 2])
                self._hang_up()
            case "slow_after":
                time.sleep(float(fault.value or 1))
                self._send(answer)
            case _:
                self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()


def _refusal(fault: Fault) -> Refusal:
    if fault.action == "throttle":
        return throttled(int(fault.value or 1))
    if fault.action == "deny":
        return Refusal(
            "AccessDeniedException", str(fault.value or "User is not authorized to perform this action"), 403
        )
    if fault.action == "error":
        body = dict(fault.value)
        return Refusal(body.pop("code"), body.pop("message", "scripted"), fault.status, **body)
    return Refusal("InternalServerException", "scripted failure", 500)


def _s3_operation(method: str, path: str) -> str:
    parts = urllib.parse.urlsplit(path)
    query = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
    has_key = "/" in parts.path.strip("/")
    for name, operation in _S3_QUERIES.items():
        if name in query:
            return f"{method.title()}{operation}"
    if method == "GET" and not has_key:
        return "ListObjectsV2"
    kind = "Object" if has_key else "Bucket"
    return f"{ {'PUT': 'Put', 'GET': 'Get', 'HEAD': 'Head', 'DELETE': 'Delete'}.get(method, method) }{kind}".replace(
        " ", ""
    )


_S3_QUERIES = {
    "versioning": "BucketVersioning",
    "location": "BucketLocation",
    "encryption": "BucketEncryption",
    "publicAccessBlock": "PublicAccessBlock",
    "lifecycle": "BucketLifecycleConfiguration",
}
