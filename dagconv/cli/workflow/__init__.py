"""`workflow`: the verbs that work on one workflow; each module is imported only when its verb is used."""

from __future__ import annotations

import importlib

import click

from dagconv.cli.main import INTERRUPTED, TERMINATED

EXIT_CODES = f"""\b
Exit codes:
  0    done; for `start --wait` and `watch`: the run and every last attempt succeeded or was skipped
  1    the run, a task or the deploy failed
  2    wrong call or setting, refused by AWS, or a question without a terminal
  3    a bug in dagconv
  {INTERRUPTED}  interrupted (Ctrl-C); a run goes on
  {TERMINATED}  terminated"""

# Verb -> module and its one line in `--help`.
VERBS = {
    "deploy": ("deploy", "Create or update a workflow from a definition or a DAG file."),
    "list": ("listing", "List the workflows of the account."),
    "show": ("show", "Show one workflow."),
    "versions": ("versions", "List the versions of a workflow."),
    "diff": ("diff", "Compare a definition with the workflow, or two versions."),
    "pause": ("pause", "Switch the schedule of a workflow off."),
    "resume": ("resume", "Switch the schedule of a workflow on."),
    "start": ("start", "Start a run."),
    "runs": ("runs", "List the runs of a workflow."),
    "status": ("status", "Show a run and its tasks once."),
    "watch": ("watch", "Follow a run to its end."),
    "stop": ("stop", "Stop a run."),
    "logs": ("logs", "Print the log of a run's tasks."),
    "delete": ("delete", "Delete a workflow."),
}


class WorkflowGroup(click.Group):
    """Finds its verbs by name, in the order of a workflow's life."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"dagconv.cli.workflow.{VERBS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, VERBS[verb][1]) for verb in self.list_commands(ctx)])


@click.group(
    "workflow",
    cls=WorkflowGroup,
    short_help="Deploy, start, watch and delete single workflows.",
    epilog=f"""\b
Examples:
  dag-converter workflow deploy etl.yaml --bucket BUCKET --role ROLE_ARN
  dag-converter workflow start etl --wait
  dag-converter workflow logs etl
  dag-converter workflow delete etl --with-objects --with-logs

{EXIT_CODES}""",
)
def command() -> None:
    """Work on single workflows, each by its name. Every verb is safe to repeat."""
