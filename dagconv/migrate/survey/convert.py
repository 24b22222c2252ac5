"""The converter of the pipeline as the migrator needs it: one folder of DAG files to definitions with findings."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dagconv.deploy.definition import Definition, Finding, Origin, as_finding
from dagconv.deploy.links import Link, links_of
from dagconv.diagnostics import Diagnostic
from dagconv.diagnostics.report import FileReport, FileStatus
from dagconv.discover import discover
from dagconv.discover.source_airflow import ignore_syntax
from dagconv.ir.workflow import Workflow
from dagconv.load.configuration import read_configuration
from dagconv.migrate.survey.inventory import Environment
from dagconv.pipeline import CompileOptions, compiler

_LOST = frozenset({FileStatus.REFUSED, FileStatus.FAILED})


@dataclass(frozen=True, slots=True)
class PipelineConverter:
    """`options` are those of `convert`; the environment's Airflow decides what they leave open."""

    options: CompileOptions

    def __call__(self, folder: Path, environment: Environment | None) -> Iterator[Definition]:
        """Converts a folder, with the Airflow version and configuration of the environment, where there is one."""
        version = environment.airflow_version if environment else ""
        told = environment.configuration if environment else {}
        said = self.options.lowering.source_airflow or _generation(version)
        syntax = ignore_syntax((str(folder),), told.get("core.dag_ignore_file_syntax"), said)
        discovery = discover((str(folder),), syntax)
        skipped = [file for file in discovery.skipped if file.status in _LOST]
        if not discovery.files:
            yield from self._without_dags(skipped, folder)
            return
        configuration = _checked(told)
        lowering, inputs = self.options.lowering, self.options.inputs
        lowering = replace(lowering, configuration={**configuration, **lowering.configuration}, code_package=False)
        inputs = replace(inputs, configuration={**configuration, **inputs.configuration})
        lowering = replace(lowering, source_airflow=said)
        options = replace(self.options, lowering=lowering, inputs=inputs)
        links: dict[tuple[str, str], tuple[Link, ...]] = {}

        def keep_links(path: str, read: Workflow, _: Workflow) -> None:
            links[path, read.dag_id] = links_of(read)

        with compiler(options) as running:
            result = replace(running, on_dag=keep_links).convert(discovery.files)
            texts = {(d.source_path, d.dag_id): d for d in result.definitions}
            for file in (*result.report.files, *skipped):
                if not file.dags:
                    yield from self._without_dags([file], folder)
                for dag in file.dags:
                    found = texts.get((file.path, dag.dag_id))
                    about = [d for d in file.diagnostics if d.dag_id in (None, dag.dag_id)]
                    text = found.text if found is not None else ""
                    yield Definition(
                        dag.dag_id, text, Origin.CONVERTED, _shown(file.path, folder), _findings(about, folder),
                        links=links.get((file.path, dag.dag_id), ()),
                    )  # fmt: skip

    def _without_dags(self, files: list[FileReport], folder: Path) -> Iterator[Definition]:
        """A file that could not be read stands in the plan as refused, by its name."""
        for file in files:
            if file.status in _LOST:
                findings = _findings(list(file.diagnostics), folder)
                name = Path(file.path).stem
                yield Definition(name, "", Origin.CONVERTED, _shown(file.path, folder), findings, unread=True)


def _checked(configuration: Mapping[str, str]) -> dict[str, str]:
    """The environment's options, read as --airflow-config reads a file. Raises UsageError for an odd value."""
    with tempfile.TemporaryDirectory(prefix="dagconv-") as folder:
        file = Path(folder) / "environment.json"
        file.write_text(json.dumps(dict(configuration)), encoding="utf-8")
        return read_configuration(file)


def _findings(diagnostics: list[Diagnostic], folder: Path) -> tuple[Finding, ...]:
    return tuple(_relative(as_finding(diagnostic), folder) for diagnostic in diagnostics)


def _relative(finding: Finding, folder: Path) -> Finding:
    place = finding.place.removeprefix(f"{folder}/")
    return Finding(finding.code, finding.severity, finding.effect, finding.message, finding.help, place)


def _shown(path: str, folder: Path) -> str:
    return os.path.relpath(path, folder)


def _generation(version: str) -> str | None:
    """Of an environment's Airflow; None where there is no environment."""
    return ("1.10" if version.startswith("1.") else version[:1]) if version else None
