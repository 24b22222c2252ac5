"""The way of the run proof: both sides are enacted in children of their own, within the file's limits, and compared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Severity
from dagconv.discover.source import SourceFile
from dagconv.ir.enactment import RunPlan
from dagconv.load.process import Worker
from dagconv.load.reload import Packaged, reload_definition
from dagconv.load.reply import LoadResult
from dagconv.load.source import enact_source
from dagconv.lower.lowering import Lowering
from dagconv.prove.enactment import RUN_DIFFERS, not_finished, prove_runs, run_plan, unrepeatable
from dagconv.prove.rendering import Told
from dagconv.wire.inputs import Inputs
from dagconv.wire.limits import Limits

_OTHER_SEED = 2
# Times that a side may take what loading its file may take: it is run dozens of times.
_PATIENCE = 4


@dataclass(frozen=True, slots=True)
class Enacting:
    """A file whose DAGs are enacted, beside the definitions that are to be written for them."""

    worker: Worker
    file: SourceFile
    limits: Limits
    inputs: Inputs

    def prove(self, lowering: Lowering, name: str, text: str, packaged: Packaged | None) -> list[Diagnostic]:
        """What the run proof finds between the DAG that lowering began with and its definition."""
        workflow, changes = lowering.source, lowering.changes
        told = Told(changes, lowering.divergences)
        plan = run_plan(workflow, lowering.workflow, changes, lowering.runs)

        def written() -> LoadResult:
            return reload_definition(self.worker, text, name, self._limits, packaged, enact=plan, written=True)

        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self._source, lowering, plan)
            after, before = written(), asked.result()
        for side, result in (("source", before), ("definition", after)):
            if result.enactment is None:
                return [not_finished(workflow, side, _reason(result))]
        assert before.enactment is not None
        assert after.enactment is not None
        found = list(prove_runs(workflow, lowering.workflow, plan, told, before.enactment, after.enactment))
        if not any(one.rule is RUN_DIFFERS for one in found):
            return found
        # What is made anew by each import differs between two of the source already.
        again = self._source(lowering, replace(plan, seed=_OTHER_SEED)).enactment
        chance = list(unrepeatable(workflow, lowering.workflow, plan, before.enactment, again)) if again else []
        excused = {one.task_id for one in chance}
        return [one for one in found if one.task_id not in excused] + chance

    @property
    def _limits(self) -> Limits:
        return replace(self.limits, timeout=self.limits.timeout * _PATIENCE)

    def _source(self, lowering: Lowering, plan: RunPlan) -> LoadResult:
        path, root = Path(self.file.path).absolute(), Path(self.file.root).absolute()
        return enact_source(self.worker, path, root, self._limits, lowering.options.now, plan, self.inputs)


def _reason(result: LoadResult) -> str:
    errors = [one.message for one in result.diagnostics if one.severity is Severity.ERROR]
    return errors[0] if errors else "no answer came"
