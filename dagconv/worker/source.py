"""A child's job: imports one DAG file through Airflow's DagBag and describes what it holds."""

from __future__ import annotations

import datetime
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagconv.ir import codec
from dagconv.ir.enactment import RunPlan
from dagconv.ir.rendering import RenderPlan
from dagconv.wire.answer import Answer
from dagconv.wire.request import Again, Load
from dagconv.worker import audit, aws_replies, compat, isolation, read_hooks, supplied, warm
from dagconv.worker.audit import AUDIT
from dagconv.worker.compat import stubs, user_modules
from dagconv.worker.compat.era import judge
from dagconv.worker.compat.subdag import INLINED
from dagconv.worker.compat.uses import USES
from dagconv.worker.complain import describe_error, was_reported
from dagconv.worker.describe import read_dags
from dagconv.worker.enact.enact import enact, importing
from dagconv.worker.noticed import OBSERVATIONS
from dagconv.worker.observe import watch_files
from dagconv.worker.reads import READS
from dagconv.worker.record import RECORDER
from dagconv.worker.render.render import render_plan
from dagconv.worker.testify_code import Witness

_ELSEWHERE: list[Any] = []


def load(request: Load, trace: int) -> Answer:
    """Where the child stands when user code ends it goes to the file `trace`."""
    path, given = request.path, request.inputs
    sys.path.extend(given.overlays)  # before the user's files are told from a library's
    RECORDER.is_user_file = user_files(request.root, *request.roots)
    isolation.guard(OBSERVATIONS.report, request.root, trace)
    sys.dont_write_bytecode = True
    if request.compat:
        compat.enable(datetime.datetime.fromtimestamp(request.now, datetime.timezone.utc))
    aws_replies.install()
    supplied.take(given, request.asking)
    if zone := given.configuration.get("core.default_timezone"):
        compat.set_timezone(zone)
    if given.stub_missing:
        stubs.install()
    is_user_file = RECORDER.is_user_file
    read_hooks.start(lambda path: not is_user_file(path))
    user_modules.install(list(request.roots), path)
    read_hooks.watch_imports()
    if request.asking:
        watch_files()
    witness = Witness(request)
    if request.enact is not None:
        return _import(path, witness, plan=request.enact)
    if request.render is not None:
        return _import(path, witness, plan=request.render)
    return _import(path, witness) if request.again is None else _import_elsewhen(path, request.again, witness)


def user_files(*roots: str) -> Any:
    """Whether a file name is one of the user's: under a folder of theirs, or outside every library folder."""
    owned = tuple(f"{root}/" for root in roots)
    folders = (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *sys.path, str(Path(__file__).parents[1]))
    libraries = tuple({f"{Path(folder)}/" for folder in folders if folder})
    # A virtual environment beside the DAGs is a library all the same.
    inside = tuple(library for library in libraries if library.startswith(owned) and library not in owned)
    known: dict[str, bool] = {}

    def is_user_file(name: str) -> bool:
        answer = known.get(name)
        if answer is None:
            place = f"{name}/"
            own = place.startswith(owned) and not place.startswith(inside)
            answer = own or not (place.startswith(libraries) or name.startswith("<"))
            known[name] = answer
        return answer

    return is_user_file


def _import_elsewhen(path: str, again: Again, code: Witness) -> Answer:
    """The same import one day and some hours later, with other random numbers and addresses of objects."""
    import time_machine

    READS.seed(again.seed)
    with time_machine.travel(again.moment, tick=True) as traveller:
        read_hooks.watch_clock(traveller)
        _turn_clocks_left_behind()
        return _import(path, code, _move_elsewhere)


def _move_elsewhere() -> None:
    """Takes free places of every size, and those that Python keeps for its own kinds, so that what is made from here on
    lies elsewhere in memory. Again before each module runs: reading it has freed places that stood before the fork."""
    _take_places(300)

    def on_event(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "exec" and RECORDER.is_user_file(getattr(arguments[0], "co_filename", "<")):
            _take_places(100)

    sys.addaudithook(on_event)


def _take_places(count: int) -> None:
    for number in range(count):
        _ELSEWHERE.extend(bytes(size) for size in range(0, 480, 16))
        _ELSEWHERE.extend((object(), number / 7, [], {}, set(), *(tuple(range(n)) for n in range(1, 20))))
    _ELSEWHERE.extend(bytes(size) for size in range(480, 2048, 16) for _ in range(8))


def _turn_clocks_left_behind() -> None:
    """Two functions that time_machine forgets."""
    clock: Any = time
    ctime, asctime = time.ctime, time.asctime
    clock.ctime = lambda seconds=None: ctime(time.time() if seconds is None else seconds)
    clock.asctime = lambda parts=None: asctime(time.localtime() if parts is None else parts)


def _import(
    path: str, code: Witness, prepare: Callable[[], None] = lambda: None, plan: RenderPlan | RunPlan | None = None
) -> Answer:
    """`prepare` is the last thing before the file runs. With a `plan` the DAG that it names is rendered or run, and
    nothing else is read of it."""
    from airflow.models.dagbag import DagBag

    problems: list[BaseException] = []

    class Log:
        """Stands in for DagBag's logger: the exception itself is worth more than its text."""

        def exception(self, *_: object) -> None:
            error = sys.exc_info()[1]
            if error is not None:
                problems.append(error)

        def __getattr__(self, _: str) -> Any:
            return lambda *_, **__: None

    class Bag(DagBag):  # type: ignore[misc]
        log = Log()

    bag = Bag(dag_folder="/nonexistent", include_examples=False, collect_dags=False, safe_mode=False)
    # Template files are read by the reader, one by one, with their names.
    _leave_templates()
    AUDIT.watch()
    prepare()
    try:
        with importing(plan if isinstance(plan, RunPlan) else None):
            found = bag.process_file(path, only_if_updated=False, safe_mode=False)
    except BaseException as error:  # noqa: BLE001  # DagBag lets KeyboardInterrupt through
        problems.append(error)
        found = []
    libraries = AUDIT.changed_names()
    if libraries:
        warm.forget()
    # A DAG whose id was set after it was made is found under both.
    found = [*{id(dag): dag for dag in found if not any(dag is inner for inner in INLINED)}.values()]
    if plan is not None and not problems:
        (dag,) = (dag for dag in found if dag.dag_id == plan.dag_id)
        if isinstance(plan, RunPlan):
            return Answer(codec.VERSION, False, (), (), enactment=enact(plan, dag, source=True))
        rendering = render_plan(plan, dag, source=True)
        changed = audit.findings(libraries, audit.user_files())
        return Answer(codec.VERSION, False, (), (*OBSERVATIONS.found, *changed), rendering)
    generation, reason = judge(path)
    dags, unreadable = read_dags([] if problems else found, generation, reason, code.testify)
    errors = [describe_error(problem) for problem in problems if not was_reported(problem)]
    changed = [] if problems else audit.findings(libraries, audit.user_files())
    findings = (*OBSERVATIONS.found, *USES.found, *errors, *changed, *unreadable)
    return Answer(codec.VERSION, bool(problems), tuple(dags), findings)


def _leave_templates() -> None:
    from airflow.sdk.definitions.dag import DAG

    def resolve_template_files(_: Any) -> None:
        pass

    DAG.resolve_template_files = resolve_template_files
