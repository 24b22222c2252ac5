"""Answers AWS calls that a file makes while it is imported from supplied replies, checked against botocore's model."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from dagconv.worker.noticed import OBSERVATIONS
from dagconv.worker.record import RECORDER, UnknownValueError
from dagconv.worker.supplied import INPUTS, Asked


def install() -> None:
    """Takes the place of every call of a client in this process, now or when botocore is imported."""
    # botocore asks for a Region and credentials before it calls; a file that looks at the Region is noticed.
    for name, value in (("DEFAULT_REGION", "us-east-1"), ("ACCESS_KEY_ID", "none"), ("SECRET_ACCESS_KEY", "none")):
        os.environ.setdefault(f"AWS_{name}", value)
    waiting: dict[str, Callable[[Any], None]] = {}
    for name, replace in (("botocore.client", _replace), ("botocore.session", _watch_region)):
        if name in sys.modules:
            replace(sys.modules[name])
        else:
            waiting[name] = replace
    if waiting:
        sys.meta_path.insert(0, _Waiting(waiting))


@dataclass(slots=True)
class StandIn:
    """Who answers, for a task that is enacted, the calls that nothing was supplied for."""

    reply: Callable[[Any, str, dict[str, Any]], Any] | None = None
    note: Callable[[str], None] = lambda _: None


STAND_IN = StandIn()


class _Waiting(MetaPathFinder):
    """Waits for modules of botocore to be imported, and changes each then."""

    def __init__(self, waiting: dict[str, Callable[[Any], None]]) -> None:
        self.waiting = waiting

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del target
        replace = self.waiting.pop(fullname, None)
        if replace is None:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                run(module)
                replace(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _watch_region(module: Any) -> None:
    """`boto3.Session().region_name` would put this process's Region into the DAG."""
    original = module.Session.get_config_variable

    def get_config_variable(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        asking = sys._getframe(1)
        # A property of boto3's own session stands between the file and this one.
        if asking.f_code.co_name == "region_name" and asking.f_back is not None:
            asking = asking.f_back
        if name == "region" and RECORDER.is_user_file(asking.f_code.co_filename):
            OBSERVATIONS.report("environment-read-at-import", {"name": "AWS_DEFAULT_REGION"})
        return original(self, name, *args, **kwargs)

    module.Session.get_config_variable = get_config_variable


def _replace(module: Any) -> None:
    def make_api_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        service = str(self.meta.service_model.service_name)
        STAND_IN.note(f"{service} {operation_name} {_plain(api_params)}")
        for entry in INPUTS.given.aws_replies:
            same = (entry.service, entry.operation) == (service, operation_name)
            if same and _plain(entry.parameters) == _plain(api_params):
                return _answer(self, service, operation_name, entry.reply)
        if STAND_IN.reply is not None:
            return STAND_IN.reply(self, operation_name, api_params)
        told = {"service": service, "operation": operation_name, "parameters": _plain(api_params)}
        OBSERVATIONS.report("aws-call-at-import", told)
        if INPUTS.asking:
            return Asked(operation_name)
        raise UnknownValueError(f"no reply is known for {service} {operation_name}")

    module.BaseClient._make_api_call = make_api_call


def _answer(client: Any, service: str, operation: str, reply: Mapping[str, Any]) -> dict[str, Any]:
    from botocore.validate import ParamValidator

    shape = client.meta.service_model.operation_model(operation).output_shape
    told = {"service": service, "operation": operation}
    if shape is not None:
        report = ParamValidator().validate(reply, shape)
        if report.has_errors():
            reason = " ".join(report.generate_report().split())
            OBSERVATIONS.report("aws-reply-not-of-the-model", {**told, "reason": reason})
            raise UnknownValueError(f"the reply for {service} {operation} is not one of the service")
    if RECORDER.position() is not None:
        OBSERVATIONS.report("aws-call-answered", told)
    return {**reply, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}


def _plain(parameters: Any) -> str:
    return json.dumps(parameters, sort_keys=True, default=lambda value: f"<{type(value).__name__}>")
