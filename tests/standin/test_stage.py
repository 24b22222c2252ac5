"""The stand-in's control door: a knob that does not exist is not turned in silence."""

from __future__ import annotations

import socket

import pytest

from dagconv.standin.answer import Refusal
from dagconv.standin.stage import Stage

pytestmark = pytest.mark.slow


def test_a_knob_and_an_operation_that_do_not_exist_are_refused() -> None:
    with Stage() as stage:
        stage.control("/_set", {"page_size": 7})
        assert stage.workflows.knobs.page_size == 7
        with pytest.raises(TypeError, match="page_sice"):
            stage.control("/_set", {"page_sice": 7})
        with pytest.raises(Refusal, match="not part of"):
            stage.workflows.handle("forget", {})


def test_a_request_whose_client_was_killed_while_it_sent_is_none() -> None:
    head = (
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nX-Amz-Target: AmazonMWAAServerless.DeleteWorkflow\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=a/20261124/us-east-2/airflow-serverless/aws4_request\r\n\r\n"
    )
    with Stage() as stage:
        address = stage.front.server_address
        with socket.create_connection((str(address[0]), int(address[1])), timeout=10) as client:
            client.sendall(head.encode())
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100) == b""
        assert (stage.front.calls, stage.front.broken) == ([], [])
