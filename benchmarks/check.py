"""How fast `jobstate check` starts, and how many answers a second it judges.

Run it with the Python that has `jobstate[cli]` and botocore: ``python benchmarks/check.py``. It
makes its own answers (seeded, so the same every time), runs the command as a person would, in a
process of its own, and prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobstate import check_jobs
from jobstate.conformance import judge as judgement
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.reader import READER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROAD = ("Starting", "Downloading", "Training", "Uploading", "Completed")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
JUDGE = (sys.executable, "-m", "jobstate.cli", "check", "--format", "json")


def answers(count: int, *, histories: bool) -> Iterator[dict[str, Any]]:
    """Yield answers of a poller: each job is seen five times on its way, jobs mixed.

    Args:
        count: How many.
        histories: As describe answers with their transitions, else as items of a list.
    """
    rng = random.Random(2026)
    at_once = 200
    for first in range(0, count // len(ROAD), at_once):
        jobs = range(first, min(first + at_once, count // len(ROAD)))
        for seen in range(1, len(ROAD) + 1):
            for job in jobs:
                yield _answer(job, seen, rng, histories=histories)


def _answer(job: int, seen: int, rng: random.Random, *, histories: bool) -> dict[str, Any]:
    name = f"job-{job:07d}"
    created = BEGIN + timedelta(seconds=7 * job, milliseconds=job % 1000)
    times = [created + timedelta(seconds=61 * entry) for entry in range(seen)]
    ended = seen == len(ROAD)
    answer: dict[str, Any] = {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
        "CreationTime": created.isoformat(),
        "LastModifiedTime": (times[-1] + timedelta(milliseconds=rng.randrange(400))).isoformat(),
        "TrainingJobStatus": ROAD[-1] if ended else "InProgress",
        "SecondaryStatus": ROAD[seen - 1],
    }
    if ended:
        answer["TrainingEndTime"] = times[-1].isoformat()
    if histories:
        answer |= _described(times, ended=ended)
    return answer


def _described(times: Sequence[datetime], *, ended: bool) -> dict[str, Any]:
    ends: list[datetime | None] = [*times[1:], times[-1] if ended else None]
    more: dict[str, Any] = {"TrainingStartTime": times[1].isoformat()} if len(times) > 1 else {}
    return more | {
        "EnableManagedSpotTraining": False,
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        "SecondaryStatusTransitions": [
            {
                "Status": status,
                "StartTime": start.isoformat(),
                **({} if end is None else {"EndTime": end.isoformat()}),
                "StatusMessage": "as AWS says it",
            }
            for status, start, end in zip(ROAD, times, ends, strict=False)
        ],
    }


def seconds_of(run: Callable[[], object]) -> float:
    """Return how long a call takes, by the clock on the wall."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def check(path: Path) -> None:
    """Run the command on a file, its output thrown away."""
    subprocess.run([*JUDGE, str(path)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - own


def start(folder: Path, rounds: int) -> float:
    """Return the median seconds of the command on one answer, from a cold start."""
    one = folder / "one.json"
    one.write_text(json.dumps(_answer(1, 5, random.Random(0), histories=True)))
    return statistics.median(seconds_of(lambda: check(one)) for _ in range(rounds))


def rate(folder: Path, count: int, *, histories: bool) -> float:
    """Return how many answers a second the command judges, its start included."""
    many = folder / "many.jsonl"
    with many.open("w", encoding="utf-8") as lines:
        for answer in answers(count, histories=histories):
            lines.write(json.dumps(answer) + "\n")
    return count / seconds_of(lambda: check(many))


def stages(count: int, *, histories: bool) -> dict[str, float]:
    """Return the microseconds an answer costs in each stage."""
    texts = [json.dumps(each) for each in answers(count, histories=histories)]
    documents: list[dict[str, Any]] = []
    parse = seconds_of(lambda: documents.extend(map(json.loads, texts)))
    seen: list[Any] = []
    read = seconds_of(lambda: seen.extend(map(READER.read, documents)))
    judge = judgement.judge_of(TRAINING_JOB)
    job_states: dict[Any, Any] = {}

    def judge_all() -> None:
        for observation in seen:
            judged = judge.judge(job_states.get(observation.job), observation)
            job_states[observation.job] = judged.job_state

    judging = seconds_of(judge_all)
    each = {"parse": parse, "read": read, "judge": judging}
    return {stage: seconds / count * 1e6 for stage, seconds in each.items()}


def beside_botocore(count: int, *, histories: bool) -> tuple[float, float]:
    """Return what botocore's parsing of answers costs, and `check_jobs` on what it gives: µs each.

    The same answers for both, in processor time, without the garbage collector; the better of
    three rounds each. Times are seconds on the wire and become datetimes in the machine's zone.
    """
    from botocore.parsers import create_parser  # noqa: PLC0415 - the rest goes without it
    from botocore.session import get_session  # noqa: PLC0415

    operation = "DescribeTrainingJob" if histories else "ListTrainingJobs"
    model = get_session().get_service_model("sagemaker").operation_model(operation)
    sent = [_on_the_wire(each) for each in answers(count, histories=histories)]
    pages = (sent[start : start + 100] for start in range(0, count, 100))
    bodies = sent if histories else [{"TrainingJobSummaries": page} for page in pages]
    responses = [
        {"body": json.dumps(each).encode(), "headers": {}, "status_code": 200} for each in bodies
    ]
    parser = create_parser("json")
    costs: list[tuple[float, float]] = []
    for _ in range(3):
        gc.collect()
        gc.disable()
        began = time.process_time()
        parsed = [parser.parse(each, model.output_shape) for each in responses]
        between = time.process_time()
        check_jobs(KINDS, parsed)
        costs.append((between - began, time.process_time() - between))
        gc.enable()
    parse, judge = (min(each) / count * 1e6 for each in zip(*costs, strict=True))
    return parse, judge


def _on_the_wire(value: Any) -> Any:  # noqa: ANN401 - whatever an answer holds
    if isinstance(value, dict):
        return {name: _on_the_wire(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_on_the_wire(each) for each in value]
    is_time = isinstance(value, str) and value[:2] == "20" and value[10:11] == "T"
    return datetime.fromisoformat(value).timestamp() if is_time else value


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000, help="how many a run judges")
    parser.add_argument("--rounds", type=int, default=7, help="how often the start is measured")
    chosen = parser.parse_args()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python}, {os.cpu_count()} cores\n")
    print("| what | measured | aim |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"| one answer, cold start | {start(folder, chosen.rounds):.2f} s | ≤ 0.5 s |")
        for histories, kind in ((False, "list items"), (True, "describe answers")):
            found = rate(folder, chosen.answers, histories=histories)
            print(f"| {chosen.answers:,} {kind} | {found:,.0f} a second | ≥ 20,000 |")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    jobs = chosen.answers // len(ROAD)
    print(f"| memory of the largest run ({jobs:,} jobs) | {peak:,.0f} MiB | bounded by the jobs |")
    for histories, kind in ((False, "list item"), (True, "describe answer")):
        parts = stages(chosen.answers // 10, histories=histories)
        told = ", ".join(f"{stage} {cost:.1f}" for stage, cost in parts.items())
        print(f"| µs a {kind} | {told} | |")
    for histories, kind, aim in ((False, "list item", 1.2), (True, "describe answer", 1.0)):
        parse, judge = beside_botocore(chosen.answers, histories=histories)
        said = f"{judge:.1f} µs, {judge / parse:.2f} of botocore's {parse:.1f}"
        print(f"| `check_jobs`, a {kind} | {said} | ≤ {aim} |")


if __name__ == "__main__":
    main()
