"""Judging at its edges: no history, regions nobody models, statuses nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from jobstate import Observation, check
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.conformance.judge import judge_of
from jobstate.conformance.regions import MOST_SAMPLES
from jobstate.model import Shown
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import BEGIN, PARCEL, PARCELS, parcel, rule

MINUTE = timedelta(minutes=1)
#: A service whose answers never tell a history.
WITHOUT_HISTORY = attrs.evolve(
    PARCELS, regions=tuple(attrs.evolve(region, history="") for region in PARCELS.regions)
)


def item(primary: str, secondary: str | None = None) -> dict[str, Any]:
    """Return an item of a list answer."""
    shown = {} if secondary is None else {"SecondaryStatus": secondary}
    return {
        "TrainingJobName": "churn",
        "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn",
        "CreationTime": BEGIN,
        "TrainingJobStatus": primary,
        **shown,
    }


def test_an_unknown_status_of_a_life_cycle_without_histories() -> None:
    """It is told once, and anything may follow."""
    seen = [
        Observation(job=PARCEL, shown={"way": Shown(status)})
        for status in ("sent", "in customs", "in customs", "packed")
    ]
    report = check(WITHOUT_HISTORY, seen)
    assert report.legal
    assert [(each.field, each.value) for each in report.unmodelled] == [
        ("way.primary", "in customs")
    ]


def test_an_unknown_status_beside_a_region_that_is_not_modelled() -> None:
    """What the life cycle does not model is not told; what it does is."""
    seen = Observation(job=PARCEL, shown={"weather": Shown("rain"), "way": Shown("in customs")})
    report = check(PARCELS, seen)
    assert [each.field for each in report.unmodelled] == ["way.primary"]


def test_after_an_unknown_primary_status_anything_is_possible() -> None:
    """None of what follows is illegal; that the end told before stands no more is told."""
    odd = [item("Completed", "Completed"), item("Resuming", "Training")]
    report = check(TRAINING_JOB, odd)
    assert report.legal
    assert [(change.target, change.final) for change in report.changes] == [
        ("Completed/Completed", True),
        ("anything", False),
    ]
    assert [each.value for each in report.unmodelled] == ["Resuming"]
    again = check(TRAINING_JOB, [*odd, item("InProgress", "Training")])
    assert again.legal
    assert again.job_state.estimates["job"].label == "InProgress/Training"


def test_a_coarse_time_between_hides_nothing() -> None:
    """The newest LastModifiedTime counts, though one printed to the minute came after it."""
    times = ("2026-05-06T10:00:30.5Z", "2026-05-06T10:00:00Z", "2026-05-06T10:00:10.5Z")
    fine, coarse, older = ({**item("InProgress"), "LastModifiedTime": time} for time in times)
    assert check(TRAINING_JOB, [fine, coarse]).legal
    for answers in ([fine, older], [fine, coarse, older]):
        (violation,) = check(TRAINING_JOB, answers).violations
        assert violation.rule == "modified-time-went-back"


def test_what_is_said_of_an_answer_that_goes_back() -> None:
    """Both times, in the service's words."""
    times = ("2026-05-06T10:00:30Z", "2026-05-06T10:00:10Z")
    answers = [{**item("InProgress"), "LastModifiedTime": time} for time in times]
    (violation,) = check(TRAINING_JOB, answers).violations
    then, now = "2026-05-06 10:00:30", "2026-05-06 10:00:10"
    assert violation.message == f"LastModifiedTime is {now}, but an earlier answer had {then}"
    assert (violation.path, violation.seen) == ("LastModifiedTime", now)
    assert violation.allowed == (f"{then} or later",)
    assert violation.at == datetime(2026, 5, 6, 10, 0, 10, tzinfo=UTC)


def test_an_answer_that_goes_back_is_judged_by_itself() -> None:
    """What it breaks otherwise is told beside that."""
    times = ("2026-05-06T10:00:30Z", "2026-05-06T10:00:10Z")
    new, old = ({**item("InProgress"), "LastModifiedTime": time} for time in times)
    ended = {**old, "TrainingEndTime": times[1]}
    assert [each.rule for each in check(TRAINING_JOB, [new, ended]).violations] == [
        "end-time-only-when-terminal",
        "modified-time-went-back",
    ]


def test_an_answer_without_a_time_between_hides_nothing() -> None:
    """With or without a history, the newest LastModifiedTime is the one that was there."""
    for history in ((), ("packed", "sent")):
        seen = [parcel("sent", *history, at=time) for time in (100, None, 50)]
        assert [each.rule for each in check(PARCELS, seen).violations] == [
            "modified-time-went-back"
        ]


def test_an_illegal_job_is_illegal_whatever_came_before() -> None:
    """However much news is kept of one job, the verdict counts all of it."""
    long = [item("InProgress", status) for status in ("Interrupted", "Starting")] * 5_100
    wrong = [item("Completed"), item("InProgress")]
    assert check(TRAINING_JOB, long).legal
    assert not check(TRAINING_JOB, [*long, *wrong]).legal


def test_what_came_before_is_named() -> None:
    """What a status can't come after: what was known, or the creation of a job."""
    (first,) = check(PARCELS.given(sender=False), parcel("returned")).violations
    assert first.message.startswith("returned can't come after the creation of a job")
    (second,) = check(PARCELS, [parcel("returned"), parcel("sent")]).violations
    assert second.message.startswith("sent can't come after returned")


def test_after_what_can_not_be_the_next_history_goes_on_from_there() -> None:
    """Reality wins: what is legal from there is, and the history is not read anew."""
    way = ("packed", "sent", "returned", "delivered")
    odd = [parcel("returned", *way[:3]), parcel("at the door")]
    report = check(PARCELS, [*odd, parcel("delivered", *way)])
    assert [(each.rule, each.seen) for each in report.violations] == [
        ("illegal-transition", "at the door")
    ]


def test_what_thin_answers_show_is_kept_once() -> None:
    """Until it changes, and only the newest: a history has to agree with it."""
    for reason in ({}, {"FailureReason": "AlgorithmError: exit 1"}):
        seen = [
            item("InProgress", status) | reason for status in ("Training", "Training", "Updating")
        ]
        assert len(check(TRAINING_JOB, seen).job_state.patterns[0].masks) == 2
        many = check(TRAINING_JOB, [*seen[1:]] * MOST_SAMPLES)
        assert len(many.job_state.patterns[0].masks) == MOST_SAMPLES
        last = many.job_state.patterns[0].masks[-1]
        (state,) = compile_lifecycle(TRAINING_JOB)["job"].states_of(last)
        assert state.visible == "Updating"


def test_a_life_cycle_is_compiled_once() -> None:
    """Whoever judges by it again gets the same judge, with all that it remembers."""
    assert judge_of(PARCELS) is judge_of(PARCELS)
    assert judge_of(PARCELS) is not judge_of(PARCELS.given(insured=True))


# --- One history after another ------------------------------------------------------------------


def broken(*seen: Observation) -> list[tuple[str, str]]:
    """Return the rules that answers about a parcel break, and where."""
    return [(each.rule, each.path) for each in check(PARCELS, seen).violations]


def test_what_a_history_proved_is_proved_for_the_next_one() -> None:
    """A cheap parcel is not insured, so it is never lost, though no later answer says cheap."""
    cheap = parcel("sent", "packed", "sent", cheap=True)
    lost = parcel("packed", "packed", "sent", "packed")
    assert broken(lost) == []
    assert broken(cheap, lost) == [("illegal-transition", "Log[2]")]
    more = parcel("at the door", "packed", "sent", "at the door")
    again = parcel("packed", "packed", "sent", "at the door", "sent", "packed")
    assert broken(cheap, more, again) == [("illegal-transition", "Log[4]")]


def test_a_rewritten_history_is_read_by_itself() -> None:
    """What was seen since the history before does not count against it; all of it is told once."""
    new = attrs.evolve(parcel("sent", "packed", "sent"), fields={"weight": 7})
    new = attrs.evolve(
        new, entries=(attrs.evolve(new.entries[0], start=BEGIN - MINUTE), new.entries[1])
    )
    old = parcel("sent", "packed", "sent")
    assert broken(old, parcel("at the door"), new) == [("history-rewritten", "Log[0]")]
    assert broken(old, parcel("packed", "packed")) == [("history-rewritten", "Log[1]")]
    both = attrs.evolve(new, features={"insured": True, "cheap": True})
    assert {rule for rule, _ in broken(old, both)} == {"history-rewritten", "cheap-insurance"}


def test_entries_of_a_life_cycle_without_histories_clash_too() -> None:
    """They have a place, though no name: the life cycle says none. Only who asks for it is told."""
    old, new = (parcel("sent", "packed", status) for status in ("sent", "delivered"))
    assert check(WITHOUT_HISTORY, [old, new]).violations == ()
    asked = WITHOUT_HISTORY.evolve(add_rules=[rule("history-rewritten")])
    (violation,) = check(asked, [old, new]).violations
    assert (violation.rule, violation.path) == ("history-rewritten", "[1]")


def test_a_history_that_does_not_agree_with_what_is_shown() -> None:
    """Reality wins; of what it could be, the history tells what is possible."""
    first = parcel("packed", "packed", cheap=True)
    odd = parcel("delivered", "packed", "sent")
    report = check(PARCELS, [first, odd])
    known = report.job_state.estimates["way"]
    assert known.label == "delivered"
    assert known.features == {"cheap": True, "insured": False}


def test_a_history_beside_an_unknown_status() -> None:
    """Nobody knows what it means, so anything may follow, whatever the history tells."""
    odd = parcel("in customs", "packed", "sent", cheap=True)
    assert broken(odd, parcel("packed", cheap=True)) == []
    assert check(PARCELS, odd).job_state.estimates["way"].label == "anything"
