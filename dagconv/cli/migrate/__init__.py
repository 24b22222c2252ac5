"""`migrate`: the verbs that move an environment; each module is imported only when its verb is used."""

from __future__ import annotations

import importlib

import click

from dagconv.cli.main import INTERRUPTED, TERMINATED

EXIT_CODES = f"""\b
Exit codes:
  0    done, nothing refused, nothing failed
  1    something refused or failed; the plan is written and what can be done is done
  2    wrong call or setting, stale plan, lock held by another call
  3    a bug in dagconv
  4    `plan --detailed-exitcode`: there are changes and nothing was refused
  {INTERRUPTED}  interrupted (Ctrl-C); `--resume` goes on
  {TERMINATED}  terminated; `--resume` goes on"""

# Verb -> module and its one line in `--help`.
VERBS = {
    "plan": ("plan", "Show what a migration would do; change nothing."),
    "apply": ("apply", "Carry a plan out; resumable at any point."),
    "status": ("status", "Show the workflows of a migration and what differs."),
    "verify": ("verify", "Read workflows back and compare them; with --run, try one."),
    "cutover": ("cutover", "Switch workflows to their schedules, DAG by DAG."),
    "rollback": ("rollback", "Take back the last apply and what followed it."),
    "destroy": ("destroy", "Delete the workflows that are tagged as ours."),
    "import": ("adopt", "Adopt an existing workflow."),
    "unlock": ("unlock", "Free the lock of a call that is certainly dead."),
    "state": ("state", "Share the state of a migration with colleagues."),
    "repair": ("repair", "Set a damaged journal aside."),
    "rehearse": ("rehearse", "Rehearse a migration on this machine, without AWS."),
}


class MigrateGroup(click.Group):
    """Finds its verbs by name, in the order of a migration."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"dagconv.cli.migrate.{VERBS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, VERBS[verb][1]) for verb in self.list_commands(ctx)])


@click.group(
    "migrate",
    cls=MigrateGroup,
    short_help="Move an MWAA environment to MWAA Serverless.",
    epilog=f"""\b
Examples:
  dag-converter migrate plan --environment Prod --region us-east-2 --out plan.json
  dag-converter migrate apply plan.json
  dag-converter migrate verify
  dag-converter migrate cutover --environment Prod --canary 1 --pause-source
  dag-converter migrate rollback

{EXIT_CODES}""",
)
def command() -> None:
    """Move the DAGs of an MWAA environment to MWAA Serverless: plan, apply, verify, cut over, roll back.

    Nothing is scheduled until `cutover`. Every change is in a journal before it is made.
    """
