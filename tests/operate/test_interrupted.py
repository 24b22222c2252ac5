"""Ctrl-C and a kill at each call of deploy: the next deploy finishes it, or there is nothing left to finish."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.operate.conftest import prepare

TEXT = """\
etl:
  schedule: null
  tasks:
    first: {{operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator, bucket: data, prefix: {prefix}}}
"""


def deploy(stand, **options):
    return stand.cli("deploy", "etl.yaml", "--bucket", stand.bucket, "--role", stand.role, **options)


def write(stand, prefix):
    (stand.folder / "etl.yaml").write_text(TEXT.format(prefix=prefix))


def cut_off(stand, nth, when, sign):
    """A deploy that gets the signal while its nth call is under way; the calls that it has made."""
    before = len(stand.state()["calls"])
    stand.fault("*", when, nth=nth, value=1)
    done = deploy(stand, kill_at=(lambda: len(stand.state()["calls"]) >= before + nth, sign))
    stand.post("/_clear")
    return done, len(stand.state()["calls"]) - before


FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))  # else every fourth call, interrupted after it was carried out
WAYS = [(when, sign) for when in ("slow_after", "slow") for sign in (signal.SIGINT, signal.SIGKILL)]


@pytest.mark.parametrize(("when", "sign"), WAYS if FULL else WAYS[:1])
@pytest.mark.parametrize("changed", [False, True], ids=["create", "update"])
def test_the_next_deploy_finishes_what_was_cut_off(stand, changed, when, sign):
    """`slow`: before the service carries the call out; `slow_after`: after it, before the answer."""
    nth, cut, step = 0, True, 1 if FULL else 4
    while cut:
        nth += step
        stand.post("/_reset")
        prepare(stand)
        versions = 1
        if changed:
            write(stand, "a")
            assert deploy(stand).code == 0
            versions = 2
        write(stand, "b")
        done, made = cut_off(stand, nth, when, sign)
        cut = made >= nth and done.code != 0
        if cut:
            assert done.code == (130 if sign == signal.SIGINT else -sign), done.text
            assert "Traceback" not in done.err
        time.sleep(1.2 * cut)  # the service carries on with a call whose caller is gone
        finished = deploy(stand)
        assert finished.code == 0, (nth, finished.text)
        there = stand.workflows()
        assert list(there) == ["etl"]
        assert there["etl"]["versions"] == versions, (nth, when)
        assert "nothing to change" in deploy(stand).out
    assert nth > 6
