"""What the worker says about values that a file asks of its environment and that somebody supplied (DC150-DC159)."""

from __future__ import annotations

from dagconv.diagnostics import Effect, Rule, Severity

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
    source="contract 9 rule 37",
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
    source="contract 9 rule 37",
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
    source="contract 9 rule 37",
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
    source="faults of the loader: AWS at import",
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
    source="botocore's model of the service",
)

INPUT_RULES = (INPUT_USED, ENVIRONMENT_DEFAULT, AWS_ANSWERED, AWS_UNANSWERED, AWS_BAD_REPLY)
