"""What the proof can find (DC7xx). A finding here means that nothing is written."""

from __future__ import annotations

from dagconv.diagnostics import Effect, Engine, Page, Rule, Section, Severity

_BUG = "report this as a bug of dagconv, with the DAG file; nothing was written"

RELOAD_DIFFERS = Rule(
    code="DC701",
    slug="reload-differs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definition, read back by the service's engine, is not the workflow that was to be written.",
    message="{field} reads back as {after} instead of {before}",
    help=_BUG,
    why="The text is what the service runs; if the engine reads it otherwise, it means something else.",
    example="a text that YAML 1.1 reads as a number",
    fix="quote the text",
    source=(Page("docs/proof.md", "First: the definition against what was to be written"),),
)
UNDECLARED_DIFFERENCE = Rule(
    code="DC702",
    slug="undeclared-difference",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definition differs from the source in a way that no finding says.",
    message="{field} would change from {before} to {after}, and no finding says so",
    help=_BUG,
    why="Every difference between source and definition must have been told.",
    example="an argument that is lost on the way",
    fix="carry it over, or tell",
    source=(Page("docs/proof.md", "Second: source against definition"),),
)
IDLE_DECLARATION = Rule(
    code="DC703",
    slug="declared-difference-missing",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A finding says that something was changed, and it was not.",
    message="{code} says that {field} changes from {before}, but the source has {after}",
    help=_BUG,
    why="A finding that does not describe what happened cannot be believed where it excuses a difference.",
    example="a declared default that the source does not have",
    fix="declare what is there",
    source=(Page("docs/proof.md", "Second: source against definition"),),
)
IGNORED_KEY = Rule(
    code="DC704",
    slug="ignored-key-written",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definition carries a key that the service ignores.",
    message="{field} is ignored by the service and must not be written",
    help=_BUG,
    why="A key that has no effect makes a definition say what it does not do.",
    example="pool: heavy",
    fix="leave the key out and say what is lost",
    source=(Section("1.3"), Section("1.4"), Section("4")),
)
WITNESS_DIFFERS = Rule(
    code="DC705",
    slug="witness-differs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The objects made from source and definition differ where nothing was declared.",
    message="{field} of the operator object is {after} instead of {before}",
    help=_BUG,
    why="The second testimony looks at the objects themselves, so that an error of the reader cannot hide a loss.",
    example="an argument that the reader overlooks",
    fix="read it",
    source=(Page("docs/proof.md", "Third: the objects themselves"),),
)
NOT_ONE_DAG = Rule(
    code="DC706",
    slug="reload-gives-other-dags",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definition does not give exactly the one DAG that it should.",
    message="read back, the definition gives {after} instead of {before}",
    help="rename the DAG if its id is 'default' or 'task_groups', which dag-factory keeps for itself; "
    "otherwise report this as a bug of dagconv",
    why="dag-factory passes over some root keys without an error.",
    example="DAG('default')",
    fix="DAG('etl')",
    source=(Engine("dagfactory.dagfactory", "SYSTEM_PARAMS"),),
)

STRAY_KEY = Rule(
    code="DC707",
    slug="stray-key-in-definition",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The text of the definition holds something that was not to be written.",
    message="{field} {what}",
    help=_BUG,
    why="dag-factory passes over unknown keys, keys that stand twice and other paths of a class without a word, "
    "so that objects alone do not show them.",
    example="tags: [nightly]",
    fix="write only what the lowered workflow says",
    source=(Page("docs/proof.md", "Before: the text itself"), Engine("dagfactory.dagbuilder", "DagBuilder.build")),
)

RENDERS_OTHERWISE = Rule(
    code="DC711",
    slug="renders-otherwise",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A text of the definition renders to something else than that of the source.",
    message="{field} would render to {after} instead of {before} in this run: {where}",
    help="write the template so that it says the same in Airflow 3, with ds, ts, params and ti",
    why="Both sides were rendered in the same runs, the source as its own Airflow does, the definition as the service "
    "does. What differs was either rewritten wrongly or reads something that a definition does not keep.",
    example="prefix='{{ dag.catchup }}'  # the service ignores catchup",
    fix="prefix='True'",
    source=(Page("docs/proof.md", "Fourth: what the texts render to"),),
)
RENDERS_ALIKE = Rule(
    code="DC712",
    slug="declared-rendering-missing",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A finding says that a text renders otherwise, and it renders the same.",
    message="{code} says that {field} renders otherwise in {case} ({how}), and no run shows it",
    help=_BUG,
    why="A finding that does not describe what happens cannot be believed where it excuses a difference.",
    example="a declared difference of runs by hand in a text that reads no date",
    fix="declare what is there",
    source=(Page("docs/proof.md", "Fourth: what the texts render to"),),
)
RENDERS_BY_CHANCE = Rule(
    code="DC713",
    slug="rendering-not-repeatable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A text that had to be rewritten renders to something else each time.",
    message="{field} was rewritten and does not render twice to the same",
    help="take the part that changes out of the text, or write the text so that it needs no rewriting",
    why="What renders by chance cannot be compared, so that nobody would notice a wrong rewrite. Random numbers, uuids "
    "and the clock are held still; this text reads something else.",
    example="name='{{ token() }}-{{ execution_date }}'  # token() reads secrets.token_hex",
    fix="name='{{ macros.uuid.uuid4() }}-{{ ts }}'",
    source=(Page("docs/proof.md", "Fourth: what the texts render to"),),
)

PROOF_RULES = (
    RELOAD_DIFFERS,
    UNDECLARED_DIFFERENCE,
    IDLE_DECLARATION,
    IGNORED_KEY,
    WITNESS_DIFFERS,
    NOT_ONE_DAG,
    STRAY_KEY,
    RENDERS_OTHERWISE,
    RENDERS_ALIKE,
    RENDERS_BY_CHANCE,
)
