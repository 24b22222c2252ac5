"""What discovery says about the files that it leaves out; each is listed, none vanishes."""

from __future__ import annotations

from dagconv.diagnostics import Effect, Engine, Page, Rule, Severity, Web

UNREADABLE = Rule(
    code="DC190",
    slug="unreadable-file",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A source file cannot be read.",
    message="the file cannot be read ({reason}), so it was not loaded",
    help="make the file readable, or name it in .airflowignore",
    why="A file that cannot be read may hold DAGs; passing over it would lose them silently.",
    example="A file in dags/ with permissions 000.",
    fix="chmod u+r dags/etl.py",
    source=(Engine("airflow.utils.file", "find_path_from_directory"),),
)

NOT_A_FILE = Rule(
    code="DC191",
    slug="not-a-regular-file",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A name in a folder is a pipe, a socket or a device.",
    message="this is no regular file and was left alone",
    help="",
    why="Opening a pipe or a device can block for ever.",
    example="A named pipe dags/control.py.",
    fix="Move it out of the DAG folder.",
    source=(Engine("airflow.utils.file", "find_path_from_directory"),),
)

NOT_A_FILE_NAMED = Rule(
    code="DC192",
    slug="source-is-no-file",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A source named in the call is a pipe, a socket or a device.",
    message="this is no regular file, so it was not loaded",
    help="save the DAG to a file and name that",
    why="A DAG is loaded by its file path, more than once; a pipe can be read once and may block.",
    example="dag-converter convert <(cat etl.py) --output out",
    fix="dag-converter convert etl.py --output out",
    source=(Engine("airflow.utils.file", "find_path_from_directory"),),
)

NOT_PYTHON_TEXT = Rule(
    code="DC193",
    slug="not-python-text",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The bytes of a source file are not text that Python can read.",
    message="Python cannot read this file: {reason}; it was not loaded",
    help="{advice}",
    why="Python reads UTF-8, or the encoding that the first two lines declare (PEP 263); all else fails on MWAA too.",
    example="A DAG file saved as UTF-16 by an editor on Windows.",
    fix="Save the file as UTF-8.",
    source=(Web("https://peps.python.org/pep-0263/"),),
)

NO_DAG_MENTIONED = Rule(
    code="DC194",
    slug="no-dag-mentioned",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A file in a folder does not look as if it held a DAG.",
    message="skipped: the file {reason}",
    help="name the file itself in the call to load it all the same",
    why="Airflow's safe mode leaves such files out as well, so no DAG of the environment comes from them.",
    example="A module of helper functions in the DAG folder.",
    fix="Nothing to do when the file is a helper.",
    source=(Engine("airflow.utils.file", "might_contain_dag_via_default_heuristic"),),
)

IGNORED = Rule(
    code="DC195",
    slug="ignored-by-airflowignore",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="An .airflowignore pattern names this file or folder.",
    message="skipped: {where} names it ({pattern})",
    help="",
    why="Airflow does not load it either.",
    example="The line tests/ in dags/.airflowignore.",
    fix="Take the pattern out, or name the file itself in the call.",
    source=(Engine("airflow.utils.file", "find_path_from_directory"),),
)

SEEN_BEFORE = Rule(
    code="DC196",
    slug="reached-twice",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A link leads to a file or folder that was reached by another name.",
    message="skipped: it leads to {first}, which was looked at already",
    help="",
    why="A loop of links would never end, and one file under two names is one DAG, not two.",
    example="dags/latest -> dags/2024",
    fix="Nothing to do.",
    source=(Engine("airflow.utils.file", "find_path_from_directory"),),
)

BAD_PATTERN = Rule(
    code="DC197",
    slug="airflowignore-pattern-invalid",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A line of .airflowignore is no pattern, so it ignores nothing.",
    message="the pattern {pattern} is not valid ({reason}) and ignores nothing",
    help="correct the line; --airflowignore says which syntax is read (glob or regexp)",
    why="Airflow 3 reads glob patterns, Airflow 2 read regular expressions: a line may mean nothing in the other.",
    example="The line *_test.py in a file read as regular expressions.",
    fix="Use .*_test\\.py, or read the file as glob patterns.",
    source=(Engine("airflow.utils.file", "find_path_from_directory"),),
)

FOLDER_LEFT_OUT = Rule(
    code="DC198",
    slug="folder-left-out",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A folder that never holds DAGs was not searched.",
    message="skipped: {reason}",
    help="name the folder itself in the call to search it",
    why="Caches, virtual environments and hidden folders hold thousands of files and no DAGs.",
    example="dags/.venv, dags/.git",
    fix="Nothing to do.",
    source=(Web("https://docs.astral.sh/ruff/settings/#exclude"),),
)

NO_SOURCE = Rule(
    code="DC199",
    slug="no-python-file",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A folder of the call holds no file to load.",
    message="the folder holds no file to load",
    help="check the path; folders are searched recursively",
    why="A wrong path would otherwise look like a clean run.",
    example="dag-converter convert dag/ --output out, where the folder is called dags/",
    fix="Name the right folder.",
    source=(Page("docs/adr/0002-reports-and-exits.md"),),
)

TOO_LARGE = Rule(
    code="DC189",
    slug="source-too-large",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A Python file is far larger than any DAG file.",
    message="the file has {size} bytes, more than the {limit} that are read; it was not loaded",
    help="move data out of the DAG file",
    why="Reading it would take the memory and time of the whole run.",
    example="A Python file with a table of 20 MB in it.",
    fix="Keep the data in a file of its own.",
    source=(Page("docs/isolation.md", "What happens"),),
)

RULES = (
    TOO_LARGE,
    UNREADABLE,
    NOT_A_FILE,
    NOT_A_FILE_NAMED,
    NOT_PYTHON_TEXT,
    NO_DAG_MENTIONED,
    IGNORED,
    SEEN_BEFORE,
    BAD_PATTERN,
    FOLDER_LEFT_OUT,
    NO_SOURCE,
)
