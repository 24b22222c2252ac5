"""The passes in order: the whole of lowering on one screen."""

from __future__ import annotations

from typing import Protocol

from dagconv.lower.carry_code import carry_code
from dagconv.lower.drop_aws_settings import drop_aws_settings
from dagconv.lower.drop_callbacks import drop_callbacks
from dagconv.lower.drop_history import drop_history
from dagconv.lower.drop_metadata import drop_metadata
from dagconv.lower.drop_queueing import drop_queueing
from dagconv.lower.drop_relative_start import drop_relative_start
from dagconv.lower.escape_dollars import escape_dollars
from dagconv.lower.flatten_groups import flatten_groups
from dagconv.lower.fold_macros import fold_macros
from dagconv.lower.fold_settings import fold_settings
from dagconv.lower.follow_instances import follow_instances
from dagconv.lower.hand_over_dates import hand_over_dates
from dagconv.lower.inline_template_files import inline_template_files
from dagconv.lower.lower_crons import lower_crons
from dagconv.lower.lower_dates import lower_dates
from dagconv.lower.lower_default_args import lower_default_args
from dagconv.lower.lower_params import lower_params
from dagconv.lower.lower_periods import lower_periods
from dagconv.lower.lower_retries import lower_retries
from dagconv.lower.lower_setup_teardown import lower_setup_teardown
from dagconv.lower.lower_subclasses import lower_subclasses
from dagconv.lower.lower_templates import lower_templates
from dagconv.lower.lower_time_zones import lower_time_zones
from dagconv.lower.lower_timeouts import lower_timeouts
from dagconv.lower.lower_values import lower_values
from dagconv.lower.lower_variables import lower_variables
from dagconv.lower.lower_waits import lower_waits
from dagconv.lower.lower_xcoms import lower_xcoms
from dagconv.lower.lowering import Lowering
from dagconv.lower.pack_callables import pack_callables
from dagconv.lower.pack_commands import pack_commands
from dagconv.lower.pack_operators import pack_operators
from dagconv.lower.refuse_code import refuse_code
from dagconv.lower.refuse_placeholders import refuse_placeholders
from dagconv.lower.refuse_rendering import refuse_rendering
from dagconv.lower.refuse_secrets import refuse_secrets
from dagconv.lower.refuse_triggers import refuse_triggers
from dagconv.lower.refuse_written_secrets import refuse_written_secrets
from dagconv.lower.settle_configuration import settle_configuration
from dagconv.lower.settle_generation import settle_generation
from dagconv.lower.settle_pulls import settle_pulls
from dagconv.lower.shift_intervals import shift_intervals
from dagconv.lower.unroll_mapping import unroll_mapping
from dagconv.lower.write_old_defaults import write_old_defaults


class Pass(Protocol):
    """Rewrites `lowering.workflow` and records each loss; a pass that finds nothing to do changes nothing."""

    def __call__(self, lowering: Lowering) -> None: ...


PASSES: tuple[Pass, ...] = (
    carry_code,  # first of all: what is carried is not refused
    refuse_code,  # among the first, so that no later pass explains details of a task that is refused anyway
    refuse_placeholders,  # with it, for the same reason: nothing is known of such a class
    lower_subclasses,  # before anything that looks at a task's class
    lower_setup_teardown,  # reads trigger rules as the source says them, and edges before tasks multiply
    unroll_mapping,  # before anything that looks at arguments: instances have arguments of their own
    pack_callables,  # after unrolling, whose instances have entries of their own
    pack_operators,  # after the functions, which some of them call
    pack_commands,  # beside the functions: it too decides what goes into the package
    flatten_groups,  # after unrolling, which refuses mapped groups
    settle_configuration,  # before the defaults of the source's Airflow, which it overrules
    settle_generation,  # before anything that reads schedule and catchup
    write_old_defaults,  # before anything that looks at arguments left out
    hand_over_dates,  # before dates are shifted, among them those that it hands over
    shift_intervals,  # before crons and templates, which then find no data interval and no removed date
    lower_waits,  # reads execution_timeout as the source says it
    lower_timeouts,  # after waits, which a limit of 60 minutes would make look shorter
    lower_retries,  # after the configuration, which may give retries
    refuse_triggers,  # before the passes on times, which then see fixed times only
    lower_crons,  # before periods, whose crons have no data interval
    lower_time_zones,  # after crons, so that it moves what will be written
    lower_periods,  # reads catchup and start_date as the source says them
    lower_dates,  # after periods, which count from the start date's own zone
    drop_relative_start,  # after the dates of tasks, which it would leave without the DAG's
    drop_callbacks,  # the five drops take each its own keys: any order, but before values are judged
    drop_history,
    drop_queueing,
    drop_metadata,
    drop_aws_settings,
    lower_params,  # before templates, which ask which params there are
    inline_template_files,  # before the passes that look into templates
    refuse_rendering,  # before macros are folded: it asks what the source's texts are
    fold_macros,  # before the passes that read references: a macro may hide a variable's name
    settle_pulls,  # after macros, which may hold ids; before instances make one pull a list
    follow_instances,  # after macros, which may hold ids of tasks
    lower_variables,  # after params are plain, to which it adds; before what it leaves is refused
    lower_templates,  # after dates were shifted, so that only variables right with any schedule are left
    refuse_secrets,  # after templates, so that it reads what will be written
    lower_xcoms,  # after unrolling, whose instances have outputs of their own
    lower_values,  # after the drops, which take values away that have no form
    fold_settings,  # after values, so that it compares what will be written with the source
    refuse_written_secrets,  # before dollars are escaped, of which a secret may hold some
    escape_dollars,  # the last to touch texts: it looks at what will be written
    lower_default_args,  # last: only now is every argument of every task what will be written
)


def lower(lowering: Lowering) -> None:
    """Runs every pass. All run even after a refusal, so that one call shows everything that stands in the way."""
    for step in PASSES:
        step(lowering)
