"""The rules in order, layer by layer: the explicit registry of the check stage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from dagconv.check.document import Document
from dagconv.check.rules.argument import bash_script, choice, exclusive, needed_at_run, one_of, wrong_type
from dagconv.check.rules.argument import callable as callable_argument
from dagconv.check.rules.argument import missing as missing_argument
from dagconv.check.rules.argument import unknown as unknown_argument
from dagconv.check.rules.dag import (
    dag_id,
    dag_mapping,
    default_args,
    default_args_ignored,
    ignored_key,
    ignored_setting,
    inner_dag_id,
    key_type,
    params,
    root,
    tasks,
    unknown_key,
    unproven_key,
)
from dagconv.check.rules.dependency import cycle, form, target
from dagconv.check.rules.jinja import macro, not_rendered, param, template_file, variable, xcom
from dagconv.check.rules.jinja import syntax as jinja_syntax
from dagconv.check.rules.operator import (
    abstract,
    missing,
    moved,
    needs_code,
    not_offered,
    phantom,
    short_name,
    unconfirmed,
    unknown,
    unlisted,
)
from dagconv.check.rules.schedule import date
from dagconv.check.rules.schedule import form as schedule_form
from dagconv.check.rules.task import aws_attribute, inner_task_id, misread_key, task_id, task_mapping, trigger_rule
from dagconv.check.rules.task import ignored_key as ignored_task_key
from dagconv.check.rules.task import ignored_setting as ignored_task_setting
from dagconv.check.rules.text import (
    aliases,
    control_character,
    depth,
    documents,
    duplicate_key,
    empty,
    encoding,
    key,
    size,
    syntax,
    tab,
    tag,
    unreadable_value,
)
from dagconv.check.rules.time import (
    execution_timeout,
    retries,
    retry_delay,
    sensor_interval,
    sensor_timeout,
    task_date,
    waiter,
)
from dagconv.check.rules.value import environment_name, reserved_key, type_object, yaml_word
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import Diagnostic, Rule

# Bytes and YAML. What stands here may leave no tree to judge.
DOCUMENT_CHECKS: tuple[Callable[[Document], Iterator[Diagnostic]], ...] = (
    encoding.check_encoding,
    control_character.check_control_character,
    size.check_size,
    syntax.check_syntax,
    tab.check_tab,
    documents.check_documents,
    empty.check_empty,
    duplicate_key.check_duplicate_key,
    tag.check_tag,
    aliases.check_aliases,
    depth.check_depth,
    unreadable_value.check_unreadable_value,
    key.check_key,
)

# The root: one DAG, a mapping.
ROOT_CHECKS: tuple[Callable[[Document], Iterator[Diagnostic]], ...] = (
    root.check_root,
    dag_mapping.check_dag_mapping,
)

# The DAG as a whole, its graph, and values wherever they stand.
DAG_CHECKS: tuple[Callable[[Subject], Iterator[Diagnostic]], ...] = (
    dag_id.check_dag_id,
    inner_dag_id.check_inner_dag_id,
    unknown_key.check_unknown_key,
    unproven_key.check_unproven_key,
    ignored_setting.check_ignored_setting,
    ignored_key.check_ignored_key,
    key_type.check_key_type,
    default_args.check_default_args,
    default_args_ignored.check_default_args_ignored,
    tasks.check_tasks,
    params.check_params,
    schedule_form.check_form,
    date.check_date,
    task_mapping.check_task_mapping,
    task_id.check_task_id,
    cycle.check_cycle,
    trigger_rule.check_trigger_rule,
    retries.check_retries,
    retry_delay.check_retry_delay,
    execution_timeout.check_execution_timeout,
    type_object.check_type_object,
    reserved_key.check_reserved_key,
    environment_name.check_environment_name,
    yaml_word.check_yaml_word,
    jinja_syntax.check_syntax,
    variable.check_variable,
    macro.check_macro,
    not_rendered.check_not_rendered,
    template_file.check_loaded_template,
    xcom.check_xcom,
    param.check_param,
)

# Each task by itself.
TASK_CHECKS: tuple[Callable[[Subject, TaskNode], Iterator[Diagnostic]], ...] = (
    inner_task_id.check_inner_task_id,
    misread_key.check_misread_key,
    missing.check_missing,
    short_name.check_short_name,
    unknown.check_unknown,
    phantom.check_phantom,
    abstract.check_abstract,
    unconfirmed.check_unconfirmed,
    unlisted.check_unlisted,
    moved.check_moved,
    not_offered.check_not_offered,
    needs_code.check_needs_code,
    unknown_argument.check_unknown,
    missing_argument.check_missing,
    needed_at_run.check_needed_at_run,
    one_of.check_one_of,
    exclusive.check_exclusive,
    wrong_type.check_wrong_type,
    choice.check_choice,
    callable_argument.check_callable,
    bash_script.check_bash_script,
    form.check_form,
    target.check_target,
    sensor_interval.check_sensor_interval,
    sensor_timeout.check_sensor_timeout,
    waiter.check_waiter,
    task_date.check_task_date,
    ignored_task_setting.check_ignored_setting,
    ignored_task_key.check_ignored_key,
    aws_attribute.check_aws_attribute,
    params.check_task_params,
    template_file.check_template_file,
)

# What the checks say: the constants of their modules. The ignore comments are read last (diagnostics/ignoring.py),
# and check/batch.py adds what only a call over files can show.
CHECK_RULES: tuple[Rule, ...] = tuple(
    rule
    for module in dict.fromkeys(
        check.__module__ for check in (*DOCUMENT_CHECKS, *ROOT_CHECKS, *DAG_CHECKS, *TASK_CHECKS)
    )
    for rule in vars(sys.modules[module]).values()
    if isinstance(rule, Rule)
)
