"""Renders pairs of texts on both sides: what a source says, and what somebody would write for it, right or wrong."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from dagconv.ir.change import Case, Divergence
from dagconv.ir.rendering import OWN_MOMENT, Pair, RenderPlan, Runs
from dagconv.ir.workflow import Workflow
from dagconv.load.process import Worker
from dagconv.load.reload import reload_definition
from dagconv.load.source import render_source
from dagconv.prove.occasions import occasions
from dagconv.prove.rendering import Told, prove_rendering
from dagconv.wire.limits import Limits

NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
LIMITS = Limits(timeout=120)

# By the name of a task, the code that was found, None where the texts are alike.
Found = dict[str, "str | None"]
Texts = Mapping[str, tuple[str, str]]
Witness = Callable[..., Found]


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as running:
        running.preload(("airflow.providers.amazon.aws.operators.s3",))
        yield running


@pytest.fixture
def witness(worker: Worker, tmp_path: Path) -> Witness:
    """`texts` has by task id the source's text and that of the definition."""

    def witness(
        texts: Texts,
        runs: Runs = OWN_MOMENT,
        dag: str = "",
        declared: Sequence[tuple[str, Case]] = (),
        before: str = "",
        instances: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Found:
        lines = [
            f"    S3CreateBucketOperator(task_id={task!r}, bucket_name={source})" for task, (source, _) in texts.items()
        ]
        head = "from airflow.sdk import DAG\nfrom airflow.providers.amazon.aws.operators.s3 import *\n"
        (tmp_path / "dag.py").write_text(
            "\n".join([head + before, f"with DAG('d', schedule=None{dag}):", "    pass", *lines])
        )
        operator = "airflow.providers.amazon.aws.operators.s3.S3CreateBucketOperator"
        tasks = {task: {"operator": operator, "bucket_name": written} for task, (_, written) in texts.items()}
        text = yaml.safe_dump({"d": {"schedule": None, "tasks": tasks}})
        pairs = tuple(Pair(task, task) for task in texts)
        plan = RenderPlan("d", runs, occasions(runs.schedule), pairs, tuple((instances or {}).items()))
        source = render_source(worker, tmp_path / "dag.py", tmp_path, LIMITS, NOW, plan)
        assert [str(found) for found in source.diagnostics] == []
        written = reload_definition(worker, text, "d.yaml", LIMITS, plan=plan)
        assert [str(found) for found in written.diagnostics] == []
        divergences = [Divergence("DC001", task, "bucket_name", case, "told") for task, case in declared]
        findings = prove_rendering(Workflow("d"), plan, Told((), divergences), source.rendering, written.rendering)
        codes = {finding.task_id: finding.code for finding in findings}
        return {task: codes.get(task) for task in texts}

    return witness
