"""FACTS §4 a second time, over answers as the service gives them, and a verdict on a series.

Independent of what it judges the judge by: answers are plain dictionaries here, times whole
microseconds, and which statuses may follow one another is the search's matter (`brute_force`,
over `specification_of_facts`). Imports nothing of jobstate itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tests.support import facts
from tests.support.brute_force import Features, Seen, explains_series
from tests.support.specification_of_facts import specification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Answer: TypeAlias = dict[str, Any]

FACTS = specification()
HISTORY = "SecondaryStatusTransitions"
#: What is broken if no life explains what was shown; which of them, the search does not say.
ABOUT_LIVES = frozenset(
    {
        "illegal-pair",
        "illegal-start",
        "illegal-transition",
        "completed-without-training",
        "feature-changed",
        "warm-pool-illegal-transition",
    }
)
#: Rules of thin basis: to break one is legal.
NOTES = frozenset(
    {
        "training-time-is-the-span",
        "artifacts-too-early",
        "warm-pool-lags-end",
        "plan-with-spot",
    }
)

_IN_ORDER = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")
_RUNNING = {"InProgress", "Stopping"}
_ENDED = facts.PRIMARIES - _RUNNING
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND, _MINUTE = 1_000_000, 60_000_000


class Verdict(NamedTuple):
    """What is wrong with a series of answers about one job.

    Attributes:
        rules: The rules over fields, or between answers, that are broken.
        explained: Some life of a job shows all that the answers show of its statuses.
    """

    rules: frozenset[str]
    explained: bool

    @property
    def legal(self) -> bool:
        """Nothing is broken but, perhaps, notes."""
        return self.explained and self.rules <= NOTES


def verdict(answers: Sequence[Answer]) -> Verdict:
    """Return what is wrong with answers about one job, given in order."""
    rules = {rule for answer in answers for rule in broken_by(answer)}
    fresh: list[Answer] = []
    for answer in answers:
        if any(_is_older(answer, earlier) for earlier in fresh):
            rules.add("modified-time-went-back")
        else:
            fresh.append(answer)
    histories = [answer[HISTORY] for answer in fresh if answer.get(HISTORY)]
    if any(not _extends(new, old) for old, new in combinations(histories, 2)):
        rules.add("history-rewritten")
    return Verdict(frozenset(rules), _is_explained(fresh))


def _is_explained(answers: Sequence[Answer]) -> bool:
    jobs = [seen(answer) for answer in answers]
    pools = [
        Seen(answer["WarmPoolStatus"]["Status"], features=job.features)
        for answer, job in zip(answers, jobs, strict=True)
        if "WarmPoolStatus" in answer
    ]
    return bool(explains_series(FACTS, "job", jobs)) and bool(
        explains_series(FACTS, "warm_pool", pools)
    )


def seen(answer: Answer) -> Seen:
    """Return what an answer shows of a job; features that exclude each other show nothing."""
    features = features_of(answer)
    for clash in facts.EXCLUSIONS:
        if all(features.get(name) for name in clash):
            features = {name: value for name, value in features.items() if name not in clash}
    return Seen(
        primary=answer["TrainingJobStatus"],
        secondary=answer.get("SecondaryStatus"),
        features=features,
        entries=tuple(each["Status"] for each in answer.get(HISTORY, ())) or None,
    )


def features_of(answer: Answer) -> dict[str, bool]:
    """Return the features that an answer shows."""
    resources = answer.get("ResourceConfig", {})
    preferences = resources.get("InstancePreferences", ())
    features = {"spot": False} if preferences else {}
    if "EnableManagedSpotTraining" in answer:
        features["spot"] = answer["EnableManagedSpotTraining"]
    if "RetryStrategy" in answer:
        features["retry"] = True
    if "TrainingPlanArn" in resources or any(each.get("TrainingPlanArns") for each in preferences):
        features["plan"] = True
    if "WarmPoolStatus" in answer or resources.get("KeepAlivePeriodInSeconds"):
        features["warm_pool"] = True
    return features


# --- Times ----------------------------------------------------------------------------------------


def moment(text: str) -> int:
    """Return a printed time in microseconds since 1970."""
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)


def agree(one: str, other: str) -> bool:
    """Return whether two times may be the same, one or both of them cut to the second or minute."""
    grain = max(_grain(moment(one)), _grain(moment(other)))
    return moment(one) // grain == moment(other) // grain


def is_earlier(one: str, other: str) -> bool:
    """Return whether a time is earlier than another for certain."""
    return moment(one) < moment(other) and not agree(one, other)


def _grain(microseconds: int) -> int:
    return next((unit for unit in (_MINUTE, _SECOND) if microseconds % unit == 0), 1)


# --- Between two answers --------------------------------------------------------------------------


def _is_older(answer: Answer, earlier: Answer) -> bool:
    name = "LastModifiedTime"
    return name in answer and name in earlier and is_earlier(answer[name], earlier[name])


def _extends(new: list[Answer], old: list[Answer]) -> bool:
    return len(new) >= len(old) and all(
        was["Status"] == now["Status"]
        and agree(was["StartTime"], now["StartTime"])
        and ("EndTime" not in was or "EndTime" not in now or agree(was["EndTime"], now["EndTime"]))
        for was, now in zip(old, new, strict=False)
    )


# --- One answer -----------------------------------------------------------------------------------


def broken_by(answer: Answer) -> Iterator[str]:
    """Yield the rules over fields that one answer breaks; what is absent breaks none."""
    primary = answer["TrainingJobStatus"]
    if "TrainingEndTime" in answer and primary in _RUNNING:
        yield "end-time-only-when-terminal"
    if answer.get("FailureReason") and not _may_have_failed(answer):
        yield "failure-reason-only-when-failed"
    if answer.get("ModelArtifacts") and (primary in _RUNNING or _has_failed(answer)):
        yield "artifacts-too-early"
    times = [answer[name] for name in _IN_ORDER if name in answer]
    if any(is_earlier(later, earlier) for earlier, later in combinations(times, 2)):
        yield "times-out-of-order"
    yield from _broken_by_durations(answer)
    yield from _broken_by_pool(answer)
    features = features_of(answer)
    if features.get("spot") and features.get("warm_pool"):
        yield "warm-pool-with-spot"
    if features.get("spot") and features.get("plan"):
        yield "plan-with-spot"
    if answer.get(HISTORY):
        yield from _broken_by_entries(answer, answer[HISTORY])


def _may_have_failed(answer: Answer) -> bool:
    if answer["TrainingJobStatus"] != "Deleting":
        return bool(answer["TrainingJobStatus"] == "Failed")
    # It keeps its result, shown or not; where a result is shown that can't be, nothing is known.
    secondary = answer.get("SecondaryStatus")
    possible = _reachable(tuple(sorted(seen(answer).features.items())))
    return secondary in {None, "Failed"} or f"Deleting/{secondary}" not in possible


@cache
def _reachable(features: Features) -> set[str]:
    return facts.reachable(**dict(features))


def _has_failed(answer: Answer) -> bool:
    status = answer["TrainingJobStatus"], answer.get("SecondaryStatus")
    return status[0] == "Failed" or status == ("Deleting", "Failed")


def _broken_by_durations(answer: Answer) -> Iterator[str]:
    trained = answer.get("TrainingTimeInSeconds")
    if trained is None:
        return
    if answer.get("BillableTimeInSeconds", 0) > trained:
        yield "billable-exceeds-training"
    if "TrainingStartTime" in answer and "TrainingEndTime" in answer:
        span = moment(answer["TrainingEndTime"]) // _SECOND
        span -= moment(answer["TrainingStartTime"]) // _SECOND
        if trained != span:
            yield "training-time-is-the-span"


def _broken_by_pool(answer: Answer) -> Iterator[str]:
    pool = answer.get("WarmPoolStatus")
    if pool is None:
        return
    fitting = {
        "Available": _ENDED - {"Deleting"},
        "Reused": _ENDED,
        "Terminated": _ENDED,
    }
    if pool["Status"] == "InUse":
        if answer["TrainingJobStatus"] not in _RUNNING:
            yield "warm-pool-lags-end"
    elif answer["TrainingJobStatus"] not in fitting[pool["Status"]]:
        yield "warm-pool-out-of-step"
    if "ReusedByJob" in pool and pool["Status"] != "Reused":
        yield "reused-by-without-reuse"
    released = pool["Status"] in {"Reused", "Terminated"}
    if "ResourceRetainedBillableTimeInSeconds" in pool and not released:
        yield "retained-time-before-release"


def _broken_by_entries(answer: Answer, entries: list[Answer]) -> Iterator[str]:
    statuses = [each["Status"] for each in entries]
    if answer.get("SecondaryStatus", statuses[-1]) != statuses[-1]:
        yield "status-is-last-entry"
    if not agree(answer["CreationTime"], entries[0]["StartTime"]):
        yield "creation-time-is-first-entry"
    yield from _broken_by_start_and_end(answer, entries)
    if any(
        is_earlier(str(each.get("EndTime", each["StartTime"])), each["StartTime"])
        for each in entries
    ):
        yield "times-out-of-order"
    for one, following in pairwise(entries):
        if is_earlier(following["StartTime"], one["StartTime"]):
            yield "times-out-of-order"
        if "EndTime" in one and not agree(one["EndTime"], following["StartTime"]):
            yield "entries-not-chained"
    if any("EndTime" in each for each in entries):  # else the source prints none
        *others, last = entries
        ended = answer["TrainingJobStatus"] in _ENDED
        if any("EndTime" not in each for each in others) or not _ends_well(last, ended=ended):
            yield "open-entry-misplaced"


def _ends_well(last: Answer, *, ended: bool) -> bool:
    """Return whether a last entry is open, or, if the job has ended, closed where it began."""
    if not ended:
        return "EndTime" not in last
    return "EndTime" in last and agree(last["EndTime"], last["StartTime"])


def _broken_by_start_and_end(answer: Answer, entries: list[Answer]) -> Iterator[str]:
    started, ended = answer.get("TrainingStartTime"), answer.get("TrainingEndTime")
    downloading = [each["StartTime"] for each in entries if each["Status"] == "Downloading"]
    trained = any(each["Status"] == "Training" for each in entries)
    if started is not None and downloading and not agree(started, downloading[0]):
        yield "start-time-is-first-download"
    if started is not None and not downloading and not trained:
        yield "start-time-is-first-download"
    terminal = [each["StartTime"] for each in entries if each["Status"] in facts.TERMINAL]
    if ended is not None and terminal and not agree(ended, terminal[0]):
        yield "end-time-is-terminal-entry"
