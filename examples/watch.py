"""Watch made-up jobs, without AWS: python examples/watch.py, or with --serve to try the keys.

It needs: pip install "jobstate[cli,aws,testing]".

It serves jobs at an address of this machine, as AWS would, on a clock that runs faster than ours.
With --serve it goes on and says what to run in another terminal; without, it runs that itself.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

from jobstate.model.life import Life, Stay
from jobstate.model.observation import JobKey
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Service, VirtualClock

ARN = "arn:aws:sagemaker:eu-west-1:111122223333"
AGAIN = "Starting 2, Downloading 1, Training 30"
#: What becomes of jobs: the states and for how many minutes they last, and whether it is on spot.
ROUTES: tuple[tuple[str, bool], ...] = (
    ("Starting 2, Downloading 1, Training 40, Uploading 1, Completed/Completed 0", False),
    ("Starting 3, Downloading 1, Training 90, Uploading 1, Completed/Completed 0", False),
    ("Starting 2, Downloading 1, Training 15, Failed/Failed 0", False),
    (f"{AGAIN}, Interrupted 4, {AGAIN}, Uploading 1, Completed/Completed 0", True),
    ("Starting 2, Downloading 1, Training 60, Stopping/Stopping 1, Stopped/Stopped 0", False),
)
WHY = "AlgorithmError: ExecuteUserScriptError: CUDA out of memory, exit code: 1"
SWEEP = {
    "HyperParameterTuningJobName": "sweep",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Bayesian",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 8, "MaxParallelTrainingJobs": 3},
    },
    "TrainingJobDefinition": {},
}
#: How many seconds of the jobs' time pass in one of ours.
SPEED = 60.0


def life(number: int, now: datetime, random: Random) -> Life:
    """Return the life of a training job that was created up to an hour ago."""
    route, spot = ROUTES[number % len(ROUTES)]
    begin = now - timedelta(minutes=random.uniform(0, 60))
    stays, start = [], begin
    for each in route.split(", "):
        state, minutes = each.split()
        stays.append(Stay(state if "/" in state else f"InProgress/{state}", start))
        start += timedelta(minutes=float(minutes) * random.uniform(0.5, 1.5))
    name = f"{random.choice(('churn', 'demand', 'fraud', 'ranker'))}-{number:03}"
    key = JobKey(TRAINING_JOB.name, f"{ARN}:training-job/{name}", begin)
    features = {"spot": spot}
    return Life(lifecycle=TRAINING_JOB, job=key, stays=tuple(stays), features=features, failure=WHY)


def made_up(jobs: int) -> Service:
    """Return a service with some training jobs and a tuning job."""
    random, now = Random(7), datetime.now(UTC)  # noqa: S311 - no secrets
    service = Service([life(number, now, random) for number in range(jobs)], VirtualClock(now))
    service.answer("CreateHyperParameterTuningJob", SWEEP)
    return service


@contextmanager
def served(service: Service, port: int = 0, speed: float = SPEED) -> Iterator[str]:
    """Yield the address at which a service answers as AWS does, while its clock runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer a request."""
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code, answer = service.answer(operation, request)
            body = json.dumps(answer).encode()
            self.send_response(400 if code else 200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Return what time it is for the jobs."""
            del timestamp
            return format_datetime(service.clock.now(), usegmt=True)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    def run() -> None:
        while not stop.wait(0.05):
            service.clock.advance(0.05 * speed)

    stop = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=run, daemon=True).start()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            stop.set()
            server.shutdown()


def main() -> None:
    """Serve, and watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="only serve, until Ctrl-C")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--speed", type=float, help="seconds of the jobs' time in one of ours")
    given = parser.parse_args()
    speed = given.speed or (SPEED if given.serve else 20 * SPEED)
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1"}
    with served(made_up(given.jobs), given.port, speed) as address:
        watch = ["jobstate", "watch", "--all", "--kind", "training-job", "--kind", "tuning-job"]
        watch += ["--interval", "0.5", "--endpoint-url", address]
        if given.serve:
            print(" ".join([*(f"{name}={value}" for name, value in keys.items()), *watch]))
            threading.Event().wait()
        ran = subprocess.run([sys.executable, "-m", *watch], env=os.environ | keys, check=False)  # noqa: S603 - our own
        print("exit code", ran.returncode)


if __name__ == "__main__":
    main()
