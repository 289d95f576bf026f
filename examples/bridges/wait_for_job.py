"""Wait for a training job, for a shell: python examples/bridges/wait_for_job.py [NAME [HOURS]].

Ends with 0 where it succeeded, 3 where it failed, 4 where it was stopped, 5 where it met a limit,
6 where it is gone or nothing can be told, 2 where nobody can ask, or not for as long as that.
Without a name it waits for a made-up job, for which it takes the extra testing.
"""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from jobstate import Outcome
from jobstate.aws import FollowStep, wait
from jobstate.errors import JobstateError

CODES = {
    Outcome.SUCCEEDED: 0,
    Outcome.FAILED: 3,
    Outcome.STOPPED: 4,
    Outcome.TIMED_OUT: 5,
}


def waited(client: Any, name: str, hours: float) -> int:  # noqa: ANN401 - boto3 has no types
    """Wait, print what happens, and return the exit code."""
    shown = ""

    def progress(step: FollowStep) -> None:
        nonlocal shown
        if step.job.status != shown:
            shown = step.job.status
            print(f"{name}: {shown}", flush=True)

    try:
        result = wait(client, name, timeout=timedelta(hours=hours), progress=progress)
    except JobstateError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{name}: {result.outcome}" + (f", for {result.cause}" if result.cause else ""))
    return CODES.get(result.outcome, 6)


def main(name: str = "", hours: str = "24") -> int:
    """Wait for a job of the account, or for one that is made up."""
    if name:
        return waited(boto3.client("sagemaker"), name, float(hours))

    from hypothesis import find  # noqa: PLC0415 - to make up a job

    from jobstate.testing import Service, VirtualClock, lives  # noqa: PLC0415

    start = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    life = find(lives(outcome=Outcome.SUCCEEDED, name="lighthouse", start=start), lambda _: True)
    clock = VirtualClock(start)
    with clock.patched():
        return waited(Service(life, clock).client(), "lighthouse", float(hours))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
