"""What writing says: files that it will not touch, cannot write, or found to be out of date."""

from __future__ import annotations

from dagconv.diagnostics import Effect, Page, Rule, Severity

MISSING = Rule(
    code="DC910",
    slug="output-missing",
    severity=Severity.ERROR,
    effect=Effect.NOTED,
    summary="With --check: a DAG has no definition in the output folder.",
    message="{path} does not exist",
    help="run the same command without --check",
    why="The DAG was added or its definition never committed, so what is deployed lacks it.",
    example="A new DAG file committed without its YAML.",
    fix="dag-converter convert dags/ --output definitions/",
    source=(Page("docs/adr/0003-outputs.md"),),
)

STALE = Rule(
    code="DC911",
    slug="output-stale",
    severity=Severity.ERROR,
    effect=Effect.NOTED,
    summary="With --check: a definition is not what its DAG compiles to now.",
    message="{path} is not what this DAG compiles to now",
    help="run the same command without --check; --diff shows the difference",
    why="The source was changed after the definition was written, so what is deployed is older.",
    example="A schedule changed in Python and not in the YAML.",
    fix="dag-converter convert dags/ --output definitions/",
    source=(Page("docs/adr/0003-outputs.md"),),
)

EDITED = Rule(
    code="DC912",
    slug="output-hand-edited",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A definition that dagconv wrote was changed by hand.",
    message="{path} was edited after dagconv wrote it, so it was not overwritten",
    help="make the change in the Python source and convert with --force, or keep the file and drop its first line",
    why="Overwriting would lose work that nobody else has.",
    example="A retry count changed in the YAML after the conversion.",
    fix="dag-converter convert dags/etl.py --output definitions/ --force",
    source=(Page("docs/adr/0003-outputs.md"),),
)

FOREIGN = Rule(
    code="DC913",
    slug="output-not-ours",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A file that dagconv did not write stands where a definition belongs.",
    message="{path} was not written by dagconv, so it was not overwritten",
    help="convert into another folder, move the file away, or overwrite it with --force",
    why="The file may be written by hand and not exist anywhere else.",
    example="A hand-written definition of the same name, or one by another converter.",
    fix="dag-converter convert dags/etl.py --output definitions/ --force",
    source=(Page("docs/adr/0003-outputs.md"),),
)

NAME_TAKEN = Rule(
    code="DC914",
    slug="output-name-shared",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Two DAGs need the same file name, as on systems that ignore case.",
    message="DAG {dag_id} needs the file {name}, and so does DAG {others}; neither was written",
    help="give the DAGs ids that differ in more than upper and lower case",
    why="On macOS and Windows the second file would overwrite the first.",
    example="The DAGs etl and ETL in one folder.",
    fix="Rename one of the DAGs.",
    source=(Page("docs/adr/0003-outputs.md"),),
)

RENAMED = Rule(
    code="DC915",
    slug="output-name-escaped",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The id of a DAG is no safe file name, so its file is called otherwise.",
    message="the id {dag_id} is no safe file name; the definition is written to {name}",
    help="",
    why="A file must stay in the output folder and be possible on every system.",
    example="A DAG called con, a device on Windows.",
    fix="Nothing to do; the name of the file has no meaning to the service.",
    source=(Page("docs/adr/0003-outputs.md"),),
)

NOT_WRITABLE = Rule(
    code="DC916",
    slug="output-not-writable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A definition could not be written.",
    message="{path} cannot be written: {reason}",
    help="make room or make the folder writable, then run the command again; what was there before is untouched",
    why="The disk is full, the folder read-only, or something else stands in the place.",
    example="An output folder on a read-only volume.",
    fix="Choose another folder with --output.",
    source=(Page("docs/adr/0003-outputs.md"),),
)

LEFT_OVER = Rule(
    code="DC917",
    slug="output-left-over",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A definition in the output folder has no DAG behind it any more.",
    message="{path} was generated from {source}, but {reason}; {outcome}",
    help="delete the workflow too if it is not wanted any more; --prune deletes files whose DAG is certainly gone",
    why="An old definition that stays in place goes on being deployed and run.",
    example="A DAG that was deleted, renamed, or is refused since its last change.",
    fix="dag-converter convert dags/ --output definitions/ --prune",
    source=(Page("docs/adr/0003-outputs.md"),),
)

CLAIMED = Rule(
    code="DC918",
    slug="output-of-another-source",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definition in place was generated from another file, which is still there.",
    message="{path} was generated from {source}, which this call did not load, so it was not overwritten",
    help="name {source} in the same call too: it tells whether both files define this DAG",
    why="Two files that define one DAG id would overwrite each other's definition, whichever is converted last.",
    example="dags/a.py and dags/b.py both define etl, and only one of them is converted.",
    fix="dag-converter convert dags/ --output definitions/",
    source=(Page("docs/adr/0003-outputs.md"),),
)

RULES = (MISSING, STALE, EDITED, FOREIGN, NAME_TAKEN, RENAMED, NOT_WRITABLE, LEFT_OVER, CLAIMED)
