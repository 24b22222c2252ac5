"""A child's job: reads a definition's text back through dag-factory and Airflow, and describes what they made."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagconv.ir import codec
from dagconv.wire.answer import Answer, failure
from dagconv.wire.request import Reload
from dagconv.worker.complain import finding, shown_error
from dagconv.worker.describe import read_dags
from dagconv.worker.enact.enact import enact, importing
from dagconv.worker.record import RECORDER, no_file
from dagconv.worker.render.render import render_plan
from dagconv.worker.testify_code import testify_package

_ENGINE_REFUSED = ("rate(", "cron(")


def reload(request: Reload, trace: int) -> Answer:
    """The DAGs that the engine makes of the text, and with a plan what their texts render to."""
    import yaml
    from airflow.utils.dag_cycle_tester import check_cycle
    from dagfactory import load_yaml_dags

    RECORDER.is_user_file = no_file
    try:
        with importing(request.enact):
            code = testify_package(request, trace)
    except BaseException as error:  # noqa: BLE001  # code of the user's runs when it is imported
        return failure(finding("package-import", {"error": shown_error(error)}))
    text, schedules = without_engine_refused_schedules(request.text)
    folder = Path.cwd() / "definition"
    folder.mkdir()
    file = folder / "definition.yaml"
    file.write_text(text, encoding="utf-8")
    os.environ.update(request.markers)
    found: dict[str, Any] = {}
    try:
        # By file path: in folder mode dag-factory logs exceptions and goes on.
        load_yaml_dags(globals_dict=found, config_filepath=str(file), defaults_config_path=str(folder))
        for dag in found.values():
            dag.validate()
            check_cycle(dag)
    except Exception as error:  # noqa: BLE001  # dag-factory raises unrelated types
        place = _yaml_line(error) if isinstance(error, yaml.YAMLError) else None
        return failure(finding("engine-refuses", {"error": shown_error(error)}, None, place))
    if request.enact is not None:
        enactment = enact(request.enact, found[request.enact.dag_id], source=False)
        return Answer(codec.VERSION, False, (), (), enactment=enactment)
    dags, findings = read_dags(list(found.values()))
    told = tuple(replace(dag, schedule_text=schedules.get(dag.workflow.dag_id), code=code) for dag in dags)
    plan = request.render
    rendering = render_plan(plan, found[plan.dag_id], source=False) if plan and plan.dag_id in found else None
    return Answer(codec.VERSION, False, told, tuple(findings), rendering)


def without_engine_refused_schedules(text: str) -> tuple[str, dict[str, str]]:
    """The text with EventBridge schedules, which Airflow refuses (contract 1.5), replaced by null; and those."""
    import yaml

    taken: dict[str, str] = {}
    if not any(word in text for word in _ENGINE_REFUSED):  # reading it a second time is not free
        return text, taken
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return text, taken  # dag-factory says what is wrong
    spans = []
    for dag_id, body in root.value if isinstance(root, yaml.MappingNode) else ():
        for key, value in body.value if isinstance(body, yaml.MappingNode) else ():
            if key.value == "schedule" and str(value.value).startswith(_ENGINE_REFUSED):
                taken[dag_id.value] = value.value
                spans.append((value.start_mark.index, value.end_mark.index))
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + "null" + text[end:]
    return text, taken


def _yaml_line(error: Any) -> int | None:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark is not None else None
