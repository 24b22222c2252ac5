"""What the worker says about values that a file asks of its environment and that somebody supplied (DC150-DC159)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Engine, Means, Page, Remedy, Rule, Severity, Web

INPUT_USED = Rule(
    code="DC150",
    slug="input-used",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The file asks for a value of its environment while it is imported, and the value was supplied.",
    message="{kind} {name} is read while the file is imported; the supplied value is taken, once and for all",
    help="convert again when the value changes: the definition holds what it was",
    why="In Airflow the value is read at every import; a definition is written once.",
    example="BUCKET = Variable.get('bucket')  # with --variables",
    fix="Read the value in a template, or convert again when it changes.",
    source=(ContractRule(37),),
)
ENVIRONMENT_DEFAULT = Rule(
    code="DC151",
    slug="environment-default-at-import",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The file reads an environment variable with a default while it is imported.",
    message="the file reads the environment variable {name} while it is imported; its own default is taken",
    help="if the variable is set where the file runs, give its value with --env-file",
    why="The default counts only where the variable is not set; the environment may set it.",
    example="ENV = os.environ.get('ENV', 'dev')",
    fix="ENV = 'dev'",
    source=(ContractRule(37),),
)
AWS_ANSWERED = Rule(
    code="DC152",
    slug="aws-call-answered",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The file calls AWS while it is imported, and the reply was supplied.",
    message="{service} {operation} is called while the file is imported; the supplied reply is taken, once and for all",
    help="convert again when the reply would be another one",
    why="In Airflow the call is made at every import; a definition is written once.",
    example="boto3.client('s3').list_buckets()  # with --aws-replies",
    fix="Name the buckets in the file.",
    source=(ContractRule(37),),
)
AWS_UNANSWERED = Rule(
    code="DC153",
    slug="aws-call-at-import",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file calls AWS while it is imported, and no reply was supplied.",
    message="the file calls {service} {operation} with {parameters} while it is imported, and no reply is known",
    help="call AWS in a task, or give the reply with --aws-replies",
    why="A DAG that depends on what AWS answers is another DAG tomorrow, and an import must not act on an account.",
    example="KEYS = boto3.client('s3').list_objects_v2(Bucket='data')",
    fix="KEYS = ['orders.csv', 'customers.csv']",
    source=(Page("docs/isolation.md", "What happens"),),
    remedy=Remedy(Means.INPUTS, "AWS call", "operation"),
)
AWS_BAD_REPLY = Rule(
    code="DC154",
    slug="aws-reply-not-of-the-model",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A supplied reply of AWS is not what the service can answer.",
    message="the supplied reply to {service} {operation} is not one that the service gives: {reason}",
    help="correct the reply",
    why="A DAG made from an impossible reply would exist nowhere.",
    example="reply: {Buckets: orders}",
    fix="reply: {Buckets: [{Name: orders}]}",
    source=(Web("https://github.com/boto/botocore/tree/develop/botocore/data"),),
)

LIBRARY_MODULE = Rule(
    code="DC155",
    slug="module-of-the-library",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A file of the source tree has the name of a module of Python or Airflow, which is imported in its place.",
    message="import {module} takes the library's module, as in Airflow; {path} is not used",
    help="give the file another name",
    why="Airflow puts its folders at the end of sys.path, so that the library's modules come first.",
    example="dags/json.py and import json",
    fix="dags/json_files.py and import json_files",
    source=(
        Engine("airflow.settings", "prepare_syspath_for_config_and_plugins"),
        Page("docs/isolation.md", "What happens"),
    ),
)

CONFIGURATION_READ = Rule(
    code="DC158",
    slug="configuration-read-at-import",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file reads an option of Airflow's configuration while it is imported.",
    message="the file reads the option {name} while it is imported, and its value there is not known",
    help="give the option with --airflow-config, or put the value into the file",
    why="The DAG depends on the configuration of its Airflow; the one of this machine would make another DAG.",
    example="FOLDER = conf.get('core', 'dags_folder')",
    fix="FOLDER = Path(__file__).parent",
    source=(ContractRule(37),),
    remedy=Remedy(Means.INPUTS, "Airflow option", "name"),
)
STUBBED = Rule(
    code="DC156",
    slug="module-stubbed",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A module that is not installed is replaced by an inert one, as the user asked.",
    message="module {module} is not installed; an inert one stands in for it, so that its DAGs are not verified",
    help="give the environment's requirements with --requirements",
    why="Code that runs against a stand-in may build another DAG than it would build with the module.",
    example="import snowflake.connector  # with --stub-missing",
    fix="dagconv convert --requirements requirements.txt dags/",
    source=(Page("docs/isolation.md", "What happens"),),
)
STUB_USED = Rule(
    code="DC157",
    slug="stub-value-used",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A value of a module that is not installed decides something about a DAG.",
    message="the value of {value} is needed while the file is imported, and its module is not installed",
    help="give the environment's requirements with --requirements",
    why="The DAG depends on what only the module knows; guessing it would make another DAG.",
    example="for table in catalog.tables(): ...  # with --stub-missing",
    fix="dagconv convert --requirements requirements.txt dags/",
    source=(Page("docs/isolation.md", "What happens"),),
    remedy=Remedy(Means.PACKAGES, "package"),
)

INPUT_RULES = (
    INPUT_USED,
    ENVIRONMENT_DEFAULT,
    AWS_ANSWERED,
    AWS_UNANSWERED,
    AWS_BAD_REPLY,
    LIBRARY_MODULE,
    CONFIGURATION_READ,
    STUBBED,
    STUB_USED,
)
