"""What keeps a DAG that was imported from being told or told apart (DC1xx); the worker names these rules by slug."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Engine, Page, Rule, Severity

NOT_REPRODUCIBLE = Rule(
    code="DC116",
    slug="task-not-reproducible",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task cannot be made again from the arguments that it was made with.",
    message="a task of DAG {dag_id} cannot be constructed again from its own arguments: {error}",
    help="construct the operator from plain arguments",
    why="A definition is nothing but arguments; what they do not say cannot be carried over.",
    example="an operator whose constructor counts its calls",
    fix="a constructor that depends on its arguments alone",
    source=(Page("docs/proof.md", "Second: source against definition"),),
)
INSTANCES_FAIL = Rule(
    code="DC165",
    slug="instances-fail",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Airflow cannot make the instances of a mapped task.",
    message="the instances of task {task_id} fail in Airflow too: {error}",
    help="map over arguments of the operator's own only; give retries, owner, pool and the like to partial()",
    why="Airflow makes the instances in the run only, so that the import succeeds all the same.",
    example="S3ListOperator.partial(task_id='list').expand_kwargs([{'bucket': 'a', 'retries': 2}])",
    fix="S3ListOperator.partial(task_id='list', retries=2).expand_kwargs([{'bucket': 'a'}])",
    source=(Engine("airflow.sdk.definitions.mappedoperator", "MappedOperator.unmap"),),
)
METHODS_REPLACED = Rule(
    code="DC166",
    slug="dag-methods-replaced",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file replaces methods of a DAG, which Airflow calls when it runs.",
    message="DAG {dag_id} has code of its own for {names}, which the service does not run",
    help="leave the DAG's methods as they are; filters and macros that a template needs can be written into it",
    why="Airflow imports the DAG file in each task's process; the service runs the definition alone.",
    example="dag.get_template_env = lambda **options: environment",
    fix="DAG('report', user_defined_macros={'bucket': 'data'})",
    source=(Engine("airflow.sdk.definitions.dag", "DAG.get_template_env"),),
)
CHANGES_BETWEEN_LOADS = Rule(
    code="DC117",
    slug="changes-between-loads",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Two imports of the same file, at another time and with other random numbers, gave different DAGs.",
    message="{what} differs when the file is imported again: {before} became {after}",
    help="where the day or the run is meant, use a template: {{{{ ds }}}}, {{{{ macros.ds_add(ds, -1) }}}}, "
    "{{{{ run_id }}}}; else replace now(), random and uuid values, and paths of this machine, by fixed ones",
    why="The definition is written once; a DAG that is another one at every import has no fixed meaning to write.",
    example="start_date=datetime.now()",
    fix="start_date=datetime(2024, 1, 1)",
    source=(Page("docs/isolation.md", "What happens"),),
)
ADDRESS = Rule(
    code="DC164",
    slug="address-in-value",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A text holds the address of an object, as Python prints what has no text of its own.",
    message="{what} holds {value}, which is another text at every import",
    help="print what is meant instead of the object: an attribute of it; a parameter of a DAG function, which is no "
    "text, as {{{{ params.NAME }}}}; the output of a task as {{{{ ti.xcom_pull(task_ids='ID') }}}}",
    why="The address is where the object lies in memory. In Airflow the text is another in each process.",
    example="@dag\ndef flow(env='dev'): S3ListOperator(task_id='list', bucket=f'data-{env}')",
    fix="bucket='data-{{ params.env }}'",
    source=(Page("docs/isolation.md", "What happens"),),
)
ID_HALF_SET = Rule(
    code="DC168",
    slug="id-half-set",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file sets the id of a task, or one end of a link between tasks, on the objects themselves.",
    message="in DAG {dag_id} {what}",
    help="give task_id= when the task is made, and link tasks by a >> b or a.set_downstream(b)",
    why="Airflow keeps both in two places. Its scheduler reads downstream_task_ids alone, and runs no task that the "
    "DAG knows by another id, so that what was meant is not what happens.",
    example="load.upstream_task_ids.add('extract')",
    fix="extract >> load",
    source=(Engine("airflow.serialization.serialized_objects", "SerializedDAG.deserialize_dag"),),
)
DUPLICATE_IN_FILE = Rule(
    code="DC118",
    slug="dag-id-twice-in-file",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A file defines two DAGs with one id.",
    message="DAG {dag_id} is defined twice in this file; neither is written",
    help="give each DAG an id of its own",
    why="Airflow keeps one of the two, and which one depends on the order of a set.",
    example="DAG('etl'); DAG('etl')",
    fix="DAG('etl_orders'); DAG('etl_customers')",
    source=(Engine("airflow.models.dagbag", "DagBag.bag_dag"),),
)
DUPLICATE_ACROSS_FILES = Rule(
    code="DC119",
    slug="dag-id-in-two-files",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Two files define a DAG with one id.",
    message="DAG {dag_id} is also defined in {other}; neither is written",
    help="give each DAG an id of its own",
    why="One definition would overwrite the other.",
    example="a.py: DAG('etl'), b.py: DAG('etl')",
    fix="a.py: DAG('etl_a'), b.py: DAG('etl_b')",
    source=(Engine("airflow.exceptions", "AirflowDagDuplicatedIdException"),),
)
IMPORTED_DAG = Rule(
    code="DC120",
    slug="dag-of-another-file",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The file imports a DAG that another file of this call defines.",
    message="DAG {dag_id} comes from {other} and is converted there",
    help="",
    why="Airflow would list the DAG under whichever file it read last; it is one DAG.",
    example="from etl import dag",
    fix="nothing needs to be done",
    source=(Page("docs/isolation.md", "What happens"),),
)
NO_DAG = Rule(
    code="DC121",
    slug="no-dag",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The file was imported and defines no DAG at its top level.",
    message="the file defines no DAG that Airflow would find{hint}",
    help="a DAG must be bound to a name of the module, or be made in a `with` block or by @dag and called",
    why="A file that was expected to hold a DAG, and whose DAG is never made, is lost without a word otherwise.",
    example="def build(): return DAG('etl')",
    fix="dag = build()",
    source=(Engine("airflow.models.dagbag", "DagBag._process_modules"),),
)
TEMPLATE_FILE_MISSING = Rule(
    code="DC129",
    slug="template-file-missing",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument names a template file that is not there.",
    message="{key} names the template file {file}, which is neither beside the DAG file nor in template_searchpath",
    help="put the file there, so that its text can be written into the definition",
    why="Airflow puts the file's text in place of the argument; the service does not have the file (contract 5).",
    example="AthenaOperator(task_id='q', query='report.sql', ...)",
    fix="Keep report.sql beside the DAG file while it is converted.",
    source=(
        ContractRule(39),
        Engine("airflow.sdk.definitions._internal.templater", "Templater.resolve_template_files"),
    ),
)
UNBOUNDED_ARGUMENT = Rule(
    code="DC171",
    slug="unbounded-argument",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument of a DAG or task contains itself, or is nested too deep or too large to be written.",
    message="an argument {reason}",
    help="give the argument as a plain value of a bounded size",
    why="A definition is text of at most 50 KB; what has no end has no text.",
    example="tags = {}; tags['self'] = tags",
    fix="tags = {'team': 'data'}",
    source=(Page("docs/isolation.md", "What happens"),),
)
TEXT_NOT_WRITABLE = Rule(
    code="DC172",
    slug="text-not-writable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A text of the DAG holds a NUL character or half of a surrogate pair.",
    message="{key} of {where} holds {fault}, which no definition can hold",
    help="take the character out; it usually comes from decoding bytes in the wrong way",
    why="UTF-8 has no form for half of a pair, and what reads a definition may end a text at NUL.",
    example="description=b'\\xff'.decode('utf-8', 'surrogateescape')",
    fix="description=b'\\xff'.decode('latin-1')",
    source=(Page("docs/isolation.md", "What happens"),),
)

DAG_RULES = (
    NOT_REPRODUCIBLE,
    INSTANCES_FAIL,
    METHODS_REPLACED,
    CHANGES_BETWEEN_LOADS,
    ADDRESS,
    ID_HALF_SET,
    DUPLICATE_IN_FILE,
    DUPLICATE_ACROSS_FILES,
    IMPORTED_DAG,
    NO_DAG,
    TEMPLATE_FILE_MISSING,
    UNBOUNDED_ARGUMENT,
    TEXT_NOT_WRITABLE,
)
