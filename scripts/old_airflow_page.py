"""Builds docs/old-airflow.md: what is rewritten of source for Airflow 1.10, 2 and 3.1, from schemas/renames.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dagconv.catalog.renames import Renames, renames

INTRODUCTION = """# Source of other Airflow releases

dagconv runs DAG files under Airflow 3.0.6, the release of MWAA Serverless, and keeps the meaning that a file had in
the Airflow it was written for. Nothing needs to be changed in the source. Each use of an old name is a finding of
severity info with its line and today's spelling.

## Which Airflow a file is for

One environment has one Airflow, so that all files below a DAG root get one answer, whichever of them a call names. It
is found in what pins Airflow beside the root (requirements.txt, constraints.txt, Dockerfile, airflow.cfg), else in all
DAG files of the root: a name or argument that Airflow 3 does not have tells 1.10 or 2, `airflow.sdk` tells 3. An import
under `try: ... except ImportError:` tells nothing, nor does a file that .airflowignore leaves out. Where these do not
tell, what a file uses while it is imported does, and a removed variable in a template tells 2. The report begins with
the answer; `--source-airflow 1.10|2|3` overrules it. Where nothing tells, or files contradict one another, each line
whose meaning depends on that is refused (DC244, DC442); a catchup that is left out is a warning (DC245), since the
service never catches up.

## What a file of 1.10 or 2 means

| In the source | In Airflow 1.10 and 2 | What is written | Code |
|---|---|---|---|
| no schedule | once a day | the daily schedule | DC241 |
| no `catchup` | missed runs are made up for | nothing: the service never does; said as a warning | DC242, DC201 |
| a cron or timedelta | a run covers the interval before it | dates in templates, see below | DC243 |
| `ds`, `ts`, `execution_date`, ... in templates | the start of that interval | the same day, said anew | DC443 |
| the same, where no expression is exact | the start of that interval | refused; `--accept interval-shift` | DC444 |
| the same in a DAG without a schedule | the run's own moment | the same under a name that still exists | DC445 |
| `start_date=days_ago(n)` | a day that moves with every import | nothing: it has always passed | DC143, DC246 |
| an argument whose default has changed | the old default | the old one, with `--source-provider` | DC446, DC447 |
| an unknown argument | ignored (1.10), refused (2) | nothing (1.10), refused (2) | DC140 |
| a class of another provider | runs | refused by name (DC240) | DC144 |

Exact expressions are known for crons whose intervals all have one length (daily, weekly, every n minutes or hours that
divide a day), for one run a day on chosen weekdays, for chosen hours of every day, and for one run a month on a day up
to the 28th; in UTC and in zones whose clocks do not change. A run started by hand covered the last full interval, or
none, in Airflow 2; on the service it has its own moment.
"""


def build() -> str:
    table = renames()
    parts = [INTRODUCTION, _variables(table), _arguments(table), _names(table)]
    return "\n".join(parts)


def _rows(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heading)} |", f"|{'---|' * len(heading)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _variables(table: Renames) -> str:
    moments = {
        "start": "start of the interval",
        "end": "end of the interval",
        "next": "end of the interval",
        "previous": "start of the interval before it",
        "yesterday": "a day before the start",
        "tomorrow": "a day after the start",
    }
    removed = table.removed_variables
    rows = (
        (f"`{name}`", moments[variable.moment], "yes" if name in removed else "no")
        for name, variable in table.dates.items()
    )
    return "## Dates in templates\n\n" + _rows(("Variable", "Meaning in Airflow 1.10 and 2", "Removed in 3"), rows)


def _arguments(table: Renames) -> str:
    dag = [(f"`{old}`", f"`{new}`") for old, new in table.dag_renamed.items()]
    dag += [(f"`{old}`", "dropped") for old in sorted(table.dag_dropped)]
    dag += [("arguments by position", f"`{'`, `'.join(table.dag_positional)}`")]
    rules = [(f"`{old}`", f"`{new}`") for old, new in table.trigger_rules.items()]
    tasks = [
        (f"`{path.rpartition('.')[2]}`", f"`{old}`", f"`{new}`" if new else "dropped")
        for path, arguments in table.arguments.items()
        for old, new in arguments.items()
    ]
    tasks += _said(table.adapted_arguments, "converted: {}")
    tasks += _said(table.lost_arguments, "refused: {}")
    return "\n".join(
        (
            "## Arguments of DAGs\n",
            _rows(("Old", "Airflow 3"), dag),
            "## Trigger rules\n",
            _rows(("Old", "Airflow 3"), rules),
            "## Arguments of operators\n",
            _rows(("Class and its subclasses", "Old", "Today"), sorted(tasks)),
        )
    )


def _said(arguments: Mapping[str, Mapping[str, str]], form: str) -> list[tuple[str, str, str]]:
    return [
        (f"`{path.rpartition('.')[2]}`", f"`{old}`", form.format(said))
        for path, rows in arguments.items()
        for old, said in rows.items()
    ]


def _names(table: Renames) -> str:
    moved = [(f"`{old}`", f"`{new}`") for old, new in table.names.items()]
    adapted = [(f"`{old}`", f"`{row.new}`, arguments converted") for old, row in table.adapted.items()]
    emulated = [(f"`{old}`", f"emulated (today: {new})") for old, new in table.emulated.items()]
    gone = [(f"`{old}`", f"refused (today: {new})") for old, new in table.gone.items()]
    newer = [(f"`{old}`", f"`{new}`") for old, new in table.newer.items()]
    return "\n".join(
        (
            "## Names of 1.10 and 2\n",
            f"Beside these, {len(table.absent)} names of providers that the service does not have are known by name.\n",
            _rows(("Old", "Airflow 3"), sorted([*moved, *adapted, *emulated, *gone])),
            "## Names of 3.1 and later\n",
            _rows(("Newer", "In 3.0.6"), newer),
        )
    )
