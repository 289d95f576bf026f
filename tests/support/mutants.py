"""Legal series of answers with one thing changed that FACTS forbids, kind by kind.

Each kind takes a copy of a legal series and changes one thing, with whatever must follow if the
rest is to stay whole (a TrainingStartTime moves with its entry). It tells which rules are then
broken; whether they really are is for the test to find out, because some changes turn out legal:
a dropped Downloading is only a job without a download stage. Imports nothing of jobstate itself.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tests.support import facts
from tests.support.legal_answers import PLAN_ARN
from tests.support.oracle import HISTORY, Answer, features_of, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.support.legal_answers import Series

#: Changes a series, which is a copy, and returns what has become of it.
Change: TypeAlias = Callable[[random.Random, list[Answer]], list[Answer]]

RUNNING = {"InProgress", "Stopping"}
#: Shifts of a time, in seconds; the small ones vanish where a source prints no finer.
SHIFTS = (0.001, 0.4, 1, 7, 61, 5400)
#: Shifts that every source shows.
LARGE_SHIFTS = (61, 600, 5400)


class Unfit(Exception):  # noqa: N818 - no error: this kind can't be made from this series
    """A series that has nothing to change of this kind."""


class Kind(NamedTuple):
    """One way to do wrong.

    Attributes:
        name: What is wrong.
        rules: The rules that may say so.
        change: How it is made.
    """

    name: str
    rules: frozenset[str]
    change: Change


class Mutant(NamedTuple):
    """A series that may have become illegal.

    Attributes:
        origin: The series that it was made from.
        answers: What it is now.
    """

    origin: str
    answers: list[Answer]


KINDS: dict[str, Kind] = {}


def kind(name: str, *rules: str) -> Callable[[Change], Change]:
    """Note a change under a name, with the rules that may say what is wrong with it."""

    def note(change: Change) -> Change:
        KINDS[name] = Kind(name, frozenset(rules), change)
        return change

    return note


def mutants(which: Kind, bases: Sequence[Series], count: int, seed: int) -> list[Mutant]:
    """Return different mutants of a kind, each base used once before any is used again."""
    rng = random.Random(f"{which.name} {seed}")
    found: dict[str, Mutant] = {}
    for _ in range(20):
        for base in rng.sample(bases, len(bases)):
            for answers in _changed(which, rng, base.answers):
                found.setdefault(repr(answers), Mutant(base.name, answers))
            if len(found) == count:
                return list(found.values())
    return list(found.values())


def _changed(which: Kind, rng: random.Random, answers: list[Answer]) -> Iterator[list[Answer]]:
    try:
        # A copy in which no two answers share a list.
        changed = which.change(rng, json.loads(json.dumps(answers)))
    except Unfit:
        return
    # Some kinds look at one answer of a series: that alone is no change yet.
    if any(answer not in answers for answer in changed):
        yield changed


# --- What to change -------------------------------------------------------------------------------


def _any(
    rng: random.Random, answers: Iterable[Answer], *wanted: Callable[[Answer], object]
) -> Answer:
    fitting = [answer for answer in answers if all(each(answer) for each in wanted)]
    if not fitting:
        raise Unfit
    return rng.choice(fitting)


def _one_of(rng: random.Random, choices: Iterable[str]) -> str:
    ordered = sorted(choices)
    if not ordered:
        raise Unfit
    return rng.choice(ordered)


def _place(rng: random.Random, first: int, beyond: int) -> int:
    if first >= beyond:
        raise Unfit
    return rng.randrange(first, beyond)


def _runs(answer: Answer) -> bool:
    return answer["TrainingJobStatus"] in RUNNING


def _has_ended(answer: Answer) -> bool:
    return not _runs(answer)


def _has(name: str) -> Callable[[Answer], bool]:
    return lambda answer: bool(answer.get(name))


def _is(primary: str) -> Callable[[Answer], bool]:
    return lambda answer: bool(answer["TrainingJobStatus"] == primary)


def _has_shown(*statuses: str) -> Callable[[Answer], bool]:
    return lambda answer: any(each["Status"] in statuses for each in answer.get(HISTORY, ()))


def _prints_ends(answer: Answer) -> bool:
    return any("EndTime" in each for each in answer.get(HISTORY, ()))


def _may_have_pool(answer: Answer) -> bool:
    return not features_of(answer).get("spot")


# --- How to change it -----------------------------------------------------------------------------


def _later(text: str, seconds: float) -> str:
    """Return a time so much later, printed as finely as is needed."""
    shifted = datetime.fromisoformat(text) + timedelta(seconds=seconds)
    return shifted.isoformat().replace("+00:00", "Z")


def _shift(rng: random.Random) -> float:
    return rng.choice((-1, 1)) * rng.choice(SHIFTS)


def _split(entries: list[Answer], place: int) -> str:
    """Return a time within an entry, or after the last one began."""
    start = entries[place]["StartTime"]
    if place + 1 == len(entries):
        return _later(start, 60)
    length = moment(entries[place + 1]["StartTime"]) - moment(start)
    return _later(start, length // 2_000 / 1_000)


def _settled(answer: Answer, *, ends: bool) -> list[Answer]:
    """Make what follows from the entries follow from them again, and return the answer alone."""
    entries = answer[HISTORY]
    if not entries:
        raise Unfit
    for place, entry in enumerate(entries):
        entry.pop("EndTime", None)
        if ends and place + 1 < len(entries):
            entry["EndTime"] = entries[place + 1]["StartTime"]
        elif ends and _has_ended(answer):
            entry["EndTime"] = entry["StartTime"]
    answer["SecondaryStatus"] = entries[-1]["Status"]
    if "TrainingStartTime" in answer:
        del answer["TrainingStartTime"]
        for entry in entries[::-1]:
            if entry["Status"] == "Downloading":
                answer["TrainingStartTime"] = entry["StartTime"]
    for name in ("TrainingTimeInSeconds", "BillableTimeInSeconds"):
        answer.pop(name, None)
    return [answer]


def _ended_as(answer: Answer, status: str) -> None:
    """Change how a job ended."""
    primary = "Stopped" if status in facts.STOPPED else status
    answer["TrainingJobStatus"] = primary
    answer["SecondaryStatus"] = answer[HISTORY][-1]["Status"] = status
    for name in ("FailureReason", "ModelArtifacts"):
        answer.pop(name, None)


def _thin(answer: Answer, **changes: str) -> Answer:
    names = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
    more = ("SecondaryStatus", "LastModifiedTime")
    return {name: answer[name] for name in names + more if name in answer} | changes


def _pooled(answer: Answer, status: str, **more: object) -> None:
    answer["WarmPoolStatus"] = {"Status": status, **more}


# --- Lives ----------------------------------------------------------------------------------------

_ANY_STEP = ("illegal-transition", "illegal-start", "completed-without-training")


@kind("two statuses of a history exchanged", *_ANY_STEP)
def _exchange_statuses(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    entries, ends = answer[HISTORY], _prints_ends(answer)
    one = _place(rng, 0, len(entries) - 2)
    other = _place(rng, one + 1, len(entries) - 1)
    statuses = entries[one]["Status"], entries[other]["Status"]
    entries[other]["Status"], entries[one]["Status"] = statuses
    return _settled(answer, ends=ends)


@kind("two entries exchanged, times and all", "times-out-of-order")
def _exchange_entries(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    entries = answer[HISTORY]
    one = _place(rng, 0, len(entries) - 1)
    other = _place(rng, one + 1, len(entries))
    entries[one], entries[other] = entries[other], entries[one]
    return [answer]


@kind("an entry dropped", *_ANY_STEP)
def _drop_entry(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    entries, ends = answer[HISTORY], _prints_ends(answer)
    place = _place(rng, 0, len(entries) - 1)
    start = entries[0]["StartTime"]
    del entries[place]
    entries[0]["StartTime"] = start
    return _settled(answer, ends=ends)


@kind("an entry put in between", *_ANY_STEP)
def _insert_entry(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    entries, ends = answer[HISTORY], _prints_ends(answer)
    place = _place(rng, 0, len(entries) - 1)
    status = _one_of(rng, facts.SECONDARIES)
    entries.insert(place + 1, {"Status": status, "StartTime": _split(entries, place)})
    return _settled(answer, ends=ends)


@kind("a status of a history replaced", *_ANY_STEP)
def _replace_status(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    ends = _prints_ends(answer)
    entry = answer[HISTORY][_place(rng, 0, len(answer[HISTORY]) - 1)]
    entry["Status"] = _one_of(rng, facts.SECONDARIES - {entry["Status"]})
    return _settled(answer, ends=ends)


@kind("a start in the middle", "illegal-start", "completed-without-training")
def _begin_in_the_middle(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    ends = _prints_ends(answer)
    del answer[HISTORY][: _place(rng, 1, len(answer[HISTORY]))]
    answer["CreationTime"] = answer[HISTORY][0]["StartTime"]
    return _settled(answer, ends=ends)


@kind("an entry after the end", "illegal-transition")
def _go_on_after_the_end(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY), _has_ended)
    entries, ends = answer[HISTORY], _prints_ends(answer)
    primary, secondary = rng.choice(sorted(facts.PAIRS))
    entries.append({"Status": secondary, "StartTime": _split(entries, len(entries) - 1)})
    answer["TrainingJobStatus"] = primary
    _forget_the_end(answer)
    return _settled(answer, ends=ends)


def _forget_the_end(answer: Answer) -> None:
    if "LastModifiedTime" in answer:
        answer["LastModifiedTime"] = _later(answer["LastModifiedTime"], 3600)
    for name in ("TrainingEndTime", "FailureReason", "ModelArtifacts", "WarmPoolStatus"):
        answer.pop(name, None)


@kind("a poll after the end", "illegal-transition")
def _poll_after_the_end(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    if _runs(answers[-1]):
        raise Unfit
    primary, secondary = rng.choice(sorted(facts.PAIRS))
    poll = _thin(answers[-1], TrainingJobStatus=primary, SecondaryStatus=secondary)
    _forget_the_end(poll)
    return [*answers, poll]


@kind("two polls exchanged", "illegal-transition", "completed-without-training")
def _exchange_polls(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    polls = [_thin(answer) for answer in answers]
    one = _place(rng, 0, len(polls) - 1)
    other = _place(rng, one + 1, len(polls))
    for name in ("TrainingJobStatus", "SecondaryStatus"):
        if name not in polls[one] or name not in polls[other]:
            raise Unfit
        polls[one][name], polls[other][name] = polls[other][name], polls[one][name]
    return polls


@kind("primary and secondary apart", "illegal-pair")
def _take_pair_apart(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("SecondaryStatus"))
    secondary = answer["SecondaryStatus"]
    partners = {primary for primary, partner in facts.PAIRS if partner == secondary}
    answer["TrainingJobStatus"] = _one_of(rng, facts.PRIMARIES - partners)
    return answers


@kind("another primary that goes with the secondary", "illegal-transition")
def _replace_primary(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("SecondaryStatus"))
    secondary = answer["SecondaryStatus"]
    partners = {primary for primary, partner in facts.PAIRS if partner == secondary}
    answer.pop("WarmPoolStatus", None)
    answer["TrainingJobStatus"] = _one_of(rng, partners - {answer["TrainingJobStatus"]})
    return answers


@kind("another end than the history's way leads to", *_ANY_STEP)
def _replace_end(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY), _has_ended)
    _ended_as(answer, _one_of(rng, {*facts.TERMINAL} - {answer[HISTORY][-1]["Status"]}))
    return [answer]


@kind("Completed, all Training taken out", "completed-without-training", "illegal-transition")
def _untrained(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY), _is("Completed"))
    ends = _prints_ends(answer)
    answer[HISTORY] = [each for each in answer[HISTORY] if each["Status"] != "Training"]
    return _settled(answer, ends=ends)


@kind("Completed, stopped before Training", "completed-without-training", "illegal-transition")
def _stopped_untrained(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    stopping = _has_shown("Stopping")
    answer = _any(rng, answers, _has(HISTORY), _is("Stopped"), stopping)
    ends = _prints_ends(answer)
    answer[HISTORY] = [each for each in answer[HISTORY] if each["Status"] != "Training"]
    _ended_as(answer, "Completed")
    return _settled(answer, ends=ends)


@kind("spot's statuses on a job that shows spot false", "illegal-transition")
def _spot_off(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has_shown("Interrupted", "MaxWaitTimeExceeded"))
    answer["EnableManagedSpotTraining"] = False
    return [answer]


@kind("Pending on a job that shows spot true", "illegal-transition")
def _spot_on(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has_shown("Pending"))
    for name in ("WarmPoolStatus", "ResourceConfig"):
        answer.pop(name, None)
    answer["EnableManagedSpotTraining"] = True
    return [answer]


@kind("what is fixed at creation changes", "feature-changed")
def _change_feature(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    name = "EnableManagedSpotTraining"
    showing = [answer for answer in answers if name in answer and "spot" in features_of(answer)]
    answer = _any(rng, showing[1:])
    if features_of(answer).get("warm_pool") or features_of(answer).get("plan"):
        raise Unfit  # with those, spot is another rule's matter
    answer[name] = not answer[name]
    return answers


# --- Between two answers --------------------------------------------------------------------------


def _two_histories(rng: random.Random, answers: list[Answer]) -> tuple[Answer, Answer]:
    """Return an answer with a history, and a later one."""
    histories = [answer for answer in answers if answer.get(HISTORY)]
    place = _place(rng, 1, len(histories))
    return histories[place - 1], histories[place]


# To a source that prints minutes a second back is none, but it may still be before the end.
@kind("LastModifiedTime goes back", "modified-time-went-back", "times-out-of-order")
def _modify_earlier(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    modified = [answer for answer in answers if "LastModifiedTime" in answer]
    place = _place(rng, 1, len(modified))
    before = modified[place - 1]["LastModifiedTime"]
    modified[place]["LastModifiedTime"] = _later(before, -rng.choice(SHIFTS))
    return answers


@kind("an earlier entry gets another status", "history-rewritten")
def _rewrite_status(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    earlier, later = _two_histories(rng, answers)
    entry = later[HISTORY][_place(rng, 0, len(earlier[HISTORY]))]
    entry["Status"] = _one_of(rng, facts.SECONDARIES - {entry["Status"]})
    _settled(later, ends=_prints_ends(later))
    return answers


@kind("an earlier entry gets another time", "history-rewritten")
def _rewrite_time(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    earlier, later = _two_histories(rng, answers)
    entry = later[HISTORY][_place(rng, 1, len(earlier[HISTORY]))]
    entry["StartTime"] = _later(entry["StartTime"], _shift(rng))
    _settled(later, ends=_prints_ends(later))
    return answers


@kind("a shortened history", "history-rewritten")
def _shorten(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    earlier, later = _two_histories(rng, answers)
    ends = _prints_ends(later)
    del later[HISTORY][_place(rng, 1, len(earlier[HISTORY])) :]
    _settled(later, ends=ends)
    return answers


# --- Entries --------------------------------------------------------------------------------------


@kind("an entry ends elsewhere than the next begins", "entries-not-chained")
def _unchain(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _prints_ends)
    entry = answer[HISTORY][_place(rng, 0, len(answer[HISTORY]) - 1)]
    entry["EndTime"] = _later(entry["EndTime"], _shift(rng))
    return answers


@kind("an entry begins before the one before it", "times-out-of-order")
def _begin_too_early(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    entries = answer[HISTORY]
    place = _place(rng, 1, len(entries))
    entries[place]["StartTime"] = _later(entries[place - 1]["StartTime"], -rng.choice(LARGE_SHIFTS))
    return answers


@kind("an open entry in the middle", "open-entry-misplaced")
def _open_the_middle(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _prints_ends)
    del answer[HISTORY][_place(rng, 0, len(answer[HISTORY]) - 1)]["EndTime"]
    return answers


@kind("the last entry of a running job is closed", "open-entry-misplaced")
def _close_the_last(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    entry = _any(rng, answers, _has(HISTORY), _runs)[HISTORY][-1]
    entry["EndTime"] = _later(entry["StartTime"], rng.choice((0, *SHIFTS)))
    return answers


@kind("the last entry of a finished job is open", "open-entry-misplaced")
def _open_the_last(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    del _any(rng, answers, _prints_ends, _has_ended)[HISTORY][-1]["EndTime"]
    return answers


@kind("the last entry of a finished job lasts", "open-entry-misplaced")
def _prolong_the_last(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    entry = _any(rng, answers, _prints_ends, _has_ended)[HISTORY][-1]
    entry["EndTime"] = _later(entry["EndTime"], rng.choice(SHIFTS))
    return answers


@kind("SecondaryStatus is not the last entry", "status-is-last-entry")
def _leave_the_history(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY), _has("SecondaryStatus"))
    others = facts.SECONDARIES - {answer["SecondaryStatus"]}
    answer["SecondaryStatus"] = _one_of(rng, others)
    return answers


# --- Fields ---------------------------------------------------------------------------------------


@kind("an end time while the job runs", "end-time-only-when-terminal")
def _end_while_running(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _runs)
    answer["TrainingEndTime"] = answer.get("LastModifiedTime", answer["CreationTime"])
    return answers


@kind("TrainingEndTime is not where the terminal entry began", "end-time-is-terminal-entry")
def _move_the_end(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("TrainingEndTime"), _has(HISTORY))
    answer["TrainingEndTime"] = _later(answer["TrainingEndTime"], _shift(rng))
    return answers


@kind("TrainingStartTime is not the first Downloading", "start-time-is-first-download")
def _move_the_start(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("TrainingStartTime"), _has(HISTORY))
    answer["TrainingStartTime"] = _later(answer["TrainingStartTime"], _shift(rng))
    return answers


@kind("TrainingStartTime before any Downloading", "start-time-is-first-download")
def _start_at_once(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY), lambda each: "TrainingStartTime" not in each)
    answer["TrainingStartTime"] = answer["CreationTime"]
    return answers


@kind("CreationTime is not where the first entry began", "creation-time-is-first-entry")
def _move_creation(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has(HISTORY))
    answer["CreationTime"] = _later(answer["CreationTime"], _shift(rng))
    return [answer]


@kind("created after the end", "times-out-of-order")
def _create_late(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("TrainingEndTime"))
    answer["CreationTime"] = _later(answer["TrainingEndTime"], rng.choice(LARGE_SHIFTS))
    return [answer]


@kind("ended before it started", "times-out-of-order")
def _end_early(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("TrainingEndTime"), _has("TrainingStartTime"))
    answer["TrainingEndTime"] = _later(answer["TrainingStartTime"], -rng.choice(LARGE_SHIFTS))
    return answers


@kind("modified last before it ended", "times-out-of-order")
def _modify_too_early(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("TrainingEndTime"), _has("LastModifiedTime"))
    answer["LastModifiedTime"] = _later(answer["TrainingEndTime"], -rng.choice(LARGE_SHIFTS))
    return [answer]


@kind("a failure reason of a job that has not failed", "failure-reason-only-when-failed")
def _reason_without_failure(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, lambda each: each["TrainingJobStatus"] != "Failed")
    answer["FailureReason"] = "AlgorithmError: exit code 1"
    return answers


@kind("billed for more than it trained", "billable-exceeds-training")
def _bill_too_much(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("TrainingTimeInSeconds"))
    more = rng.choice((1, 7, 3600))
    answer["BillableTimeInSeconds"] = answer["TrainingTimeInSeconds"] + more
    return answers


@kind("the training time is not the span (a note)", "training-time-is-the-span")
def _miscount(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    span = _has("TrainingStartTime"), _has("TrainingEndTime"), _has("TrainingTimeInSeconds")
    answer = _any(rng, answers, *span)
    answer["TrainingTimeInSeconds"] += rng.choice((1, 5, 60))
    return answers


@kind("artifacts while it runs, or where it failed (a note)", "artifacts-too-early")
def _artifacts_too_early(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, lambda each: _runs(each) or each["TrainingJobStatus"] == "Failed")
    answer["ModelArtifacts"] = {"S3ModelArtifacts": "s3://models/model.tar.gz"}
    return answers


@kind("a plan on a spot job (a note)", "plan-with-spot")
def _plan_on_spot(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, lambda each: features_of(each).get("spot"))
    answer["ResourceConfig"] = {"TrainingPlanArn": PLAN_ARN}
    return [answer]


# --- The warm pool --------------------------------------------------------------------------------


@kind("a pool in use after the end (a note)", "warm-pool-lags-end")
def _in_use_after_the_end(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has_ended, _may_have_pool)
    _pooled(answer, "InUse")
    return [answer]


@kind("a pool let go while the job runs", "warm-pool-out-of-step")
def _let_go_early(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _runs, _may_have_pool)
    _pooled(answer, _one_of(rng, facts.POOL_STATES - {"InUse"}))
    return [answer]


@kind("deleted while the pool is available", "warm-pool-out-of-step")
def _deleted_with_pool(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _is("Deleting"), _may_have_pool)
    _pooled(answer, "Available")
    return [answer]


@kind("the pool goes back", "warm-pool-illegal-transition")
def _pool_goes_back(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    last = json.loads(json.dumps(answers[-1]))
    now = last.get("WarmPoolStatus", {"Status": "InUse"})["Status"]
    if "LastModifiedTime" in last:
        last["LastModifiedTime"] = _later(last["LastModifiedTime"], 700)
    # InUse leads everywhere, and one move is all there is from Available on.
    following = {target for origin, target in facts.POOL_EDGES if origin == now} | {now}
    back = set() if now == "InUse" else facts.POOL_STATES - following
    _pooled(last, _one_of(rng, back))
    return [*answers, last]


@kind("ReusedByJob without reuse", "reused-by-without-reuse")
def _reused_too_early(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("WarmPoolStatus"))
    answer["WarmPoolStatus"]["ReusedByJob"] = "the-next-job"
    if answer["WarmPoolStatus"]["Status"] == "Reused":
        _pooled(answer, "Terminated", ReusedByJob="the-next-job")
    return answers


@kind("billed retention of a pool not released", "retained-time-before-release")
def _billed_too_early(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    answer = _any(rng, answers, _has("WarmPoolStatus"))
    status = "InUse" if _runs(answer) else "Available"
    _pooled(answer, status, ResourceRetainedBillableTimeInSeconds=rng.randint(0, 900))
    return [answer]


@kind("a warm pool on a spot job", "warm-pool-with-spot")
def _pool_on_spot(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    wanted = rng.choice(("spot", "warm_pool"))
    answer = _any(rng, answers, lambda each: features_of(each).get(wanted))
    if wanted == "warm_pool":
        answer["EnableManagedSpotTraining"] = True
    elif rng.random() < 0.5:
        answer["ResourceConfig"] = {"KeepAlivePeriodInSeconds": 1800}
    else:
        _pooled(answer, "InUse" if _runs(answer) else "Terminated")
    return [answer]


@kind("a warm pool on a job that was on spot before", "feature-changed")
def _pool_on_former_spot(rng: random.Random, answers: list[Answer]) -> list[Answer]:
    spot = [answer for answer in answers if features_of(answer).get("spot")]
    place = answers.index(_any(rng, spot))
    if place + 1 == len(answers):
        raise Unfit
    later = _thin(answers[place + 1])
    _pooled(later, "InUse" if _runs(later) else "Terminated")
    return [*answers[: place + 1], later]
