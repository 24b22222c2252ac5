"""What the declarations of a task come to, field by field, and what they excuse in the attributes of its object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagconv.catalog.rendering import landing
from dagconv.catalog.service import service
from dagconv.ir.change import Change
from dagconv.ir.codec import same
from dagconv.ir.task import MISSING, Default, Missing, Task
from dagconv.ir.value import ListValue, SetValue, TupleValue
from dagconv.ir.workflow import Workflow
from dagconv.language.duration import seconds_of
from dagconv.prove.evidence import evidence_of, shows

# Attributes that a constructor makes of an argument of another name (Airflow 3.0.6, BaseOperator.__init__).
DERIVED: Mapping[str, tuple[str, ...]] = {
    "pre_execute": ("_pre_execute_hook",),
    "post_execute": ("_post_execute_hook",),
    "task_display_name": ("_task_display_name",),
    "logger_name": ("_logger_name",),
    "wait_for_downstream": ("wait_for_downstream", "depends_on_past"),
    "setup": ("is_setup",),
    "teardown": ("is_teardown",),
    "on_failure_fail_dagrun": ("_on_failure_fail_dagrun",),
}
# Arguments whose default the constructor turns into something else: the attribute's text where nothing was given.
CONVERTED: Mapping[str, str] = {
    "pool": '"default_pool"',
    "executor_config": '{"dict": []}',
    **dict.fromkeys(("inlets", "outlets"), "[]"),
    **{f"on_{event}_callback": "[]" for event in ("execute", "failure", "success", "retry", "skipped")},
}
# The same of PythonOperator (fixtures/code/arguments_of_python).
CONVERTED_BY_PYTHON: Mapping[str, str] = {"op_args": '{"tuple": []}', "op_kwargs": '{"dict": []}'}
# Fields that are no attribute of the object.
_STRUCTURE = frozenset({"operator", "upstream", "task_id", "mapping", "schedule"})
# What Airflow takes for the two arguments that the proof looks at even where they are not given.
_AIRFLOW_DEFAULTS: Mapping[str, Default] = {"retries": 0, "execution_timeout": None}


@dataclass(frozen=True, slots=True)
class Declared:
    """What all declarations of one field come to; `default` is what leaving it out means, MISSING if unknown, and
    `converted` the attribute's text then, where the constructor makes something else of the default."""

    field: str
    before: Default
    after: Default
    default: Default
    converted: str | None = None

    def excuses(self, one: str | None, two: str | None) -> bool:
        """Whether an attribute went from the declared value to the declared value."""
        if one == two:  # nothing changed: well, unless the object is known to show the value before
            kept = not isinstance(self.before, Missing) and one is not None and shows(one, self.before)
            return not kept or self.becomes(two) or self.is_unwritten or self._is_another_container
        return self.was(one) and self.becomes(two)

    @property
    def _is_another_container(self) -> bool:
        """Whether only the kind of a container changes, for which some constructors make a kind of their own."""
        return same(_as_list(self.before), _as_list(self.after))

    @property
    def shows_after(self) -> bool:
        """Whether an attribute can show the value after, or the default that takes its place."""
        value = self.default if isinstance(self.after, Missing) else self.after
        return not isinstance(value, Missing) and evidence_of(value) is not None

    def was(self, text: str | None) -> bool:
        """Whether an attribute shows the value before, or may: the witness knows some values by their class alone."""
        return self._shown(text, self.before)

    def becomes(self, text: str | None) -> bool:
        return self._shown(text, self.after)

    def _shown(self, text: str | None, value: Default) -> bool:
        if self.field.startswith("residue:"):  # told by the texts of the attribute themselves
            return text == (None if isinstance(value, Missing) else value)
        if not isinstance(value, Missing):
            return evidence_of(value) is None or shows(text, value)
        if text is None or self.converted is not None:
            return text in (None, self.converted)
        return isinstance(self.default, Missing) or evidence_of(self.default) is None or shows(text, self.default)

    @property
    def is_unwritten(self) -> bool:
        """Whether it is what the service takes where nothing is written, so that no object shows it."""
        return self.field == "execution_timeout" and seconds_of(self.after) == service().defaults.execution_timeout


def _as_list(value: Default) -> Default:
    return ListValue(value.items) if isinstance(value, TupleValue | SetValue) else value


def declared_fields(
    changes: Sequence[Change], task_id: str | None, origin: str | None, workflow: Workflow
) -> dict[str, Declared]:
    """By field; declarations of one field compose in their order. `origin` is the mapped task that it comes from."""
    found: dict[str, Declared] = {}
    made_by = {change.code for change in changes if change.task_id == task_id and change.field == "task_id"}
    for change in changes:
        if change.task_id == task_id:
            first = found.get(change.field)
            # What makes an instance gives it values, which its object in the source shows already.
            given = change.after if change.code in made_by else change.before
            before = first.before if first else given
            default = first.default if first else _default_of(workflow, origin or task_id, change.field)
            converted = {**CONVERTED, **CONVERTED_BY_PYTHON}.get(change.field) if task_id else None
            found[change.field] = Declared(change.field, before, change.after, default, converted)
    return found


def _default_of(workflow: Workflow, task_id: str | None, field: str) -> Default:
    if task_id is None:
        setting = workflow.setting(field)
        return setting.default if setting else MISSING
    task = workflow.task(task_id)
    argument = task.argument(field) if task else None
    return argument.default if argument else _AIRFLOW_DEFAULTS.get(field, MISSING)


def attributes_of(field: str, task: Task | None) -> tuple[str, ...]:
    if field in _STRUCTURE:
        return ()
    own = field.removeprefix("residue:")
    return DERIVED.get(field) or (landing(task, own) if task is not None else own,)
