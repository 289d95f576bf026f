"""Series of answers about jobs that did nothing wrong: to be judged as they are, and mutated.

From the corpus what has a history, and lives drawn at random from the facts (`brute_force`), told
as DescribeTrainingJob and ListTrainingJobs would: with times, fields, features and a warm pool
that fit. Imports nothing of jobstate itself.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.support import corpus_series, facts
from tests.support.brute_force import random_features, random_life, shown
from tests.support.oracle import FACTS, HISTORY, Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What generated jobs have in turn; what is left out is drawn.
JOBS: tuple[dict[str, bool], ...] = (
    {"spot": True},
    {"spot": False, "warm_pool": False},
    {"spot": True, "plan": False},
    {"warm_pool": True},
    {"retry": True, "spot": False},
    {"plan": True},
    {"warm_pool": True, "retry": False, "plan": False},
    {"stop": False},
)
#: Longer lives show nothing that shorter ones do not, and nobody can read them.
MOST_STATES = 12
PLAN_ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/reserved"
THIN = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingJobStatus",
    "LastModifiedTime",
    "SecondaryStatus",
    "TrainingEndTime",
    "WarmPoolStatus",
)


class Series(NamedTuple):
    """Answers about one job, in order.

    Attributes:
        name: Where they come from.
        answers: The answers.
    """

    name: str
    answers: list[Answer]


def corpus_histories() -> list[Series]:
    """Return the real series in which an answer has a history."""
    return [
        Series(f"{trace['kind']} {trace['job']}", answers)
        for trace, answers in corpus_series.usable_series()
        if any(answer.get(HISTORY) for answer in answers)
    ]


def generated(count: int, seed: int) -> list[Series]:
    """Return the series of some jobs, as many of each of `JOBS`."""
    rng = random.Random(seed)
    return [_generated(number, JOBS[number % len(JOBS)], rng) for number in range(count)]


def _generated(number: int, wanted: Mapping[str, bool], rng: random.Random) -> Series:
    features = random_features(FACTS, "job", rng, wanted)
    life = _life(features, rng)
    return Series(f"job-{number} {' '.join(life)}", _Job(number, life, features, rng).answers())


def _life(features: Mapping[str, bool], rng: random.Random) -> list[str]:
    """Return a life that people can read; at random most would fail early and be deleted."""
    while True:
        life = random_life(FACTS, "job", rng, rng.random() < 0.8, features)
        if life[-1].startswith("Deleting") and rng.random() < 0.7:
            life.pop()
        if len(life) <= MOST_STATES and (life[-1] != "Failed/Failed" or rng.random() < 0.3):
            return life


class _Job:
    """A job that lived a life, and how its source prints it."""

    def __init__(
        self, number: int, life: list[str], features: Mapping[str, bool], rng: random.Random
    ) -> None:
        self._rng = rng
        self._name = f"job-{number}"
        self._pairs = [shown(FACTS, "job", state) for state in life]
        self._features = features
        self._prints_ends = rng.random() < 0.85
        self._prints_milliseconds = rng.random() < 0.85
        self._told = {name for name in features if rng.random() < 0.7}
        begin = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=rng.uniform(0, 1e7))
        lengths = [timedelta(seconds=rng.uniform(1.5, 4000)) for _ in life]
        #: When each state began, and at last when the source stopped looking.
        self._times = [
            begin + sum(lengths[:place], timedelta()) for place in range(len(lengths) + 1)
        ]

    def answers(self) -> list[Answer]:
        """Return what is seen at some moments of the life, its end at last."""
        count, rng = len(self._pairs), self._rng
        before = [place for place in range(count - 1) if rng.random() < 0.45]
        series = [self._answer(place) for place in (*before, count - 1)]
        if self._features["warm_pool"] and rng.random() < 0.9:
            series = self._with_pool(series)
        return [self._thin(each) if rng.random() < 0.15 else each for each in series]

    def _answer(self, place: int) -> Answer:
        primary, secondary = self._pairs[place]
        entries = self._entries(place)
        answer: Answer = {
            "TrainingJobName": self._name,
            "TrainingJobArn": corpus_series.ARN + self._name,
            "CreationTime": self._clock(self._times[0]),
            "TrainingJobStatus": primary,
            "SecondaryStatus": secondary,
            "LastModifiedTime": self._clock(
                self._times[place] + (self._times[place + 1] - self._times[place]) / 3
            ),
            HISTORY: entries,
            **self._shown_features(),
        }
        starts = {each["Status"]: each["StartTime"] for each in reversed(entries)}
        if "Downloading" in starts:
            answer["TrainingStartTime"] = starts["Downloading"]
        if entries[-1]["Status"] in facts.TERMINAL:
            answer["TrainingEndTime"] = entries[-1]["StartTime"]
            answer |= self._result(answer, entries[-1]["Status"])
        return answer

    def _entries(self, place: int) -> list[Answer]:
        entries: list[Answer] = []
        for (_, status), time in zip(self._pairs[: place + 1], self._times, strict=False):
            if entries and entries[-1]["Status"] == status:
                continue  # the primary moved alone
            if entries and self._prints_ends:
                entries[-1]["EndTime"] = self._clock(time)
            entries.append({"Status": str(status), "StartTime": self._clock(time)})
        if entries[-1]["Status"] in facts.TERMINAL and self._prints_ends:
            entries[-1]["EndTime"] = entries[-1]["StartTime"]
        return entries

    def _shown_features(self) -> Answer:
        features, told = self._features, self._told
        answer: Answer = {}
        resources: Answer = {}
        if "spot" in told:
            answer["EnableManagedSpotTraining"] = features["spot"]
        if "retry" in told and features["retry"]:
            answer["RetryStrategy"] = {"MaximumRetryAttempts": 3}
        if "plan" in told and features["plan"]:
            resources["TrainingPlanArn"] = PLAN_ARN
        if "warm_pool" in told and features["warm_pool"]:
            resources["KeepAlivePeriodInSeconds"] = 600
        return answer | ({"ResourceConfig": resources} if resources else {})

    def _result(self, answer: Answer, end: str) -> Answer:
        fields: Answer = {}
        if end == "Failed" and self._rng.random() < 0.9:
            fields["FailureReason"] = "AlgorithmError: exit code 1"
        if end == "Completed":
            fields["ModelArtifacts"] = {"S3ModelArtifacts": f"s3://models/{self._name}.tar.gz"}
        if "TrainingStartTime" in answer:
            span = _seconds(answer["TrainingEndTime"]) - _seconds(answer["TrainingStartTime"])
            fields["TrainingTimeInSeconds"] = span
            fields["BillableTimeInSeconds"] = self._rng.randint(0, span)
        return fields

    def _with_pool(self, series: list[Answer]) -> list[Answer]:
        """Add the pool: in use while the job runs, then what becomes of it, seen some time later.

        A job is deleted only after its pool is gone.
        """
        for answer in series[:-1]:
            if answer["TrainingJobStatus"] in {"InProgress", "Stopping"}:
                answer["WarmPoolStatus"] = {"Status": "InUse"}
        last = series[-1]
        if last["TrainingJobStatus"] in {"InProgress", "Stopping"}:
            return [*series[:-1], last | {"WarmPoolStatus": {"Status": "InUse"}}]
        ways = (
            ("Terminated",),
            ("Available",),
            ("Available", "Terminated"),
            ("Available", "Reused"),
        )
        way = self._rng.choice(ways)
        if last["TrainingJobStatus"] == "Deleting":
            way = way[-1:] if way[-1] in facts.POOL_FINAL else ("Terminated",)
        return [
            *series[:-1],
            *(self._pooled(last, status, later) for later, status in enumerate(way)),
        ]

    def _pooled(self, last: Answer, status: str, later: int) -> Answer:
        pool: Answer = {"Status": status}
        if status in facts.POOL_FINAL:
            pool["ResourceRetainedBillableTimeInSeconds"] = self._rng.randint(0, 600)
        if status == "Reused":
            pool["ReusedByJob"] = f"{self._name}-next"
        modified = self._times[-1] + timedelta(seconds=601 * later)
        return last | {"WarmPoolStatus": pool, "LastModifiedTime": self._clock(modified)}

    def _thin(self, answer: Answer) -> Answer:
        """Return what an item of a list answer says of it; of old, without secondary status."""
        names = THIN if self._rng.random() < 0.7 else (*THIN[:5], *THIN[6:])
        return {name: answer[name] for name in names if name in answer}

    def _clock(self, time: datetime) -> str:
        unit = "milliseconds" if self._prints_milliseconds else "seconds"
        return time.isoformat(timespec=unit).replace("+00:00", "Z")


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
