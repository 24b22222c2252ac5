"""What the stand-in keeps of workflows and their versions, and the knobs that a test or a rehearsal may turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagconv.standin.runs import Run, Script


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a test or a rehearsal may turn. `failing_tasks` are "workflow/task" names, as are the keys of `task_states`
    and `log_lines`; `rendering_errors` are by workflow. A new workflow is listed after `list_lag` seconds. With
    `scheduler` schedules fire; with `late_groups` a log group is there with its first line only.
    """

    page_size: int = 1
    workflow_quota: int = 100
    version_quota: int = 50
    deletion_seconds: float = 10.0
    extra_warnings: tuple[str, ...] = ()
    failing_tasks: tuple[str, ...] = ()
    run_quota: int = 20
    run_limit: float | None = None
    list_lag: float = 0.0
    scheduler: bool = False
    late_groups: bool = False
    rendering_errors: Mapping[str, str] = field(default_factory=dict)
    task_states: Mapping[str, Sequence[str]] = field(default_factory=dict)
    log_lines: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def script(self, workflow: str) -> Script:
        return Script(
            frozenset(name.partition("/")[2] for name in self.failing_tasks if name.startswith(f"{workflow}/")),
            {name.partition("/")[2]: v for name, v in self.task_states.items() if name.startswith(f"{workflow}/")},
            self.run_limit,
            self.rendering_errors.get(workflow, ""),
        )


@dataclass(slots=True)
class Version:
    number: str
    created: float
    members: dict[str, Any]
    text: str
    dag: dict[str, Any]


@dataclass(slots=True)
class Workflow:
    name: str
    arn: str
    created: float
    fixed: dict[str, Any]
    versions: list[Version]
    tags: dict[str, str]
    deleting_since: float | None = None
    runs: dict[str, Run] = field(default_factory=dict)
    fired_until: float = 0.0

    @property
    def latest(self) -> Version:
        return self.versions[-1]

    @property
    def identifier(self) -> str:
        return self.arn.rsplit("/", 1)[-1]
