"""`assert_conforms`: a failing test tells what was seen, where it broke, what was allowed."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import JobKey, ObservationError
from jobstate.batch import BATCH_JOB
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.kinds import Kinds
from jobstate.model import Basis, Finding, Rule, Severity, Shown
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TUNING_JOB
from jobstate.testing.oracle.assertions import assert_conforms
from jobstate.testing.oracle.story import WIDTH, NotConformingError
from tests.support.lives_for_tests import told
from tests.support.pages import HOME
from tests.support.relatives import trained, tuning
from tests.support.several_kinds import batch, processing
from tests.support.small import BEGIN, PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate import Observation
    from jobstate.model.specification import Specification

BROKEN = HOME / "examples" / "answers" / "broken"


def failure(answers: object, lifecycle: Any = PARCELS, **options: Any) -> NotConformingError:
    """Return what a test fails with."""
    with pytest.raises(NotConformingError) as caught:
        assert_conforms(answers, lifecycle, **options)
    return caught.value


def lines(answers: object, lifecycle: Any = PARCELS, **options: Any) -> list[str]:
    """Return the text of it, line by line."""
    return str(failure(answers, lifecycle, **options)).splitlines()


def arrows(text: list[str]) -> list[str]:
    """Return what the arrows point at."""
    return [line.removeprefix("-->").strip() for line in text if line.startswith("-->")]


# --- Fine ---------------------------------------------------------------------------------------


def test_the_verdicts() -> None:
    """Where all is well they are returned, job by job."""
    one, other = told("completed"), told("stopped")
    reports = assert_conforms([one.at(one.end), other.at(other.end)], TRAINING_JOB)
    assert list(reports) == [one.job, other.job]
    assert all(report.legal for report in reports.values())


def test_several_kinds() -> None:
    """Each job by its own life cycle; what is given is given of all of them."""
    answers = [processing("InProgress"), batch("RUNNING", at=1)]
    kinds = Kinds(PROCESSING_JOB, BATCH_JOB)
    reports = assert_conforms(answers, kinds)
    assert [report.lifecycle for report in reports.values()] == [PROCESSING_JOB, BATCH_JOB]
    said = failure([*answers, processing("Completed", at=1)], kinds)
    assert [each.rule for each in said.stories[0].breaches] == ["end-time-exactly-when-final"]
    completed = told("completed")
    spot = assert_conforms(completed.at(completed.end), Kinds(TRAINING_JOB), given={"spot": False})
    assert [report.lifecycle.assumed for report in spot.values()] == [(("spot", False),)]
    with pytest.raises(UnknownNameError, match="spot"):
        assert_conforms(answers, kinds, given={"spot": True})


def test_children() -> None:
    """What they break is told of their parent, with an arrow at its last answer."""
    kinds = Kinds(TUNING_JOB, TRAINING_JOB)
    assert_conforms([tuning(Completed=2), trained(1), trained(2)], kinds)
    counted = [tuning("InProgress", "06:30:00.500"), tuning(Completed=1), trained(1), trained(2)]
    text = lines(counted, kinds)
    assert text[0].startswith("sweep did what sagemaker-hyper-parameter-tuning-job ")
    seen, said = arrows(text)
    assert seen == "[1]: shows Completed, modified 2026-10-05 07:00:00"
    assert "Completed is 1, but 2 of its children" in said
    assert "    at: its children, TrainingJobStatusCounters.Completed" in "\n".join(text)
    again = "jobstate.check_jobs(kinds, answers), those about its children too"
    assert text[-1] == f"to see it again: {again}"


def test_nothing_is_not_fine() -> None:
    """A test that looked at nothing has shown nothing, nor has one that can read nothing."""
    nothings: list[object] = [[], {"TrainingJobSummaries": []}]
    for nothing in nothings:
        with pytest.raises(ObservationError, match="expected an answer about a job, got none"):
            assert_conforms(nothing, TRAINING_JOB)
    with pytest.raises(ObservationError, match="which has TrainingJobArn too"):
        assert_conforms({"TrainingJobStatus": "Completed"}, TRAINING_JOB)


# --- The story ----------------------------------------------------------------------------------


def test_the_story() -> None:
    """What was seen, an arrow at the first impossible step, what was allowed there, and why."""
    answers = [
        parcel("packed", "packed", at=5),
        parcel("returned", "packed", "sent", "packed", "returned", at=200, insured=True),
    ]
    assert lines(answers, given={"cheap": False}) == [
        "parcel/1 did what parcel 1 given cheap=no forbids",
        "parcel/1, created 2026-05-06 07:08:09 UTC",
        "",
        "    [0]: shows packed, modified 2026-05-06 07:08:14",
        "       1. 2026-05-06 07:08:09  packed",
        "    [1]: shows returned, insured, modified 2026-05-06 07:11:29",
        "       2. 2026-05-06 07:09:10  sent",
        "       3. 2026-05-06 07:10:11  packed",
        "-->    4. 2026-05-06 07:11:12  returned",
        "",
        (
            "--> error illegal-transition: entry 4 (returned) can't come after entry 3 (packed): no"
            " legal move"
        ),
        "    leads there",
        "      at: [1], Log[3]",
        "      seen: returned",
        "      allowed: sent",
        (
            "      because: Some legal run of the job explains what was seen, in this order."
            " (inferred; the life"
        ),
        "        cycle's own moves)",
        (
            "to see it again: jobstate.check(lifecycle.given(cheap=False), answers); the answers"
            " are [0], [1]"
        ),
    ]


def test_every_made_up_violation_has_an_arrow() -> None:
    """Plain text of at most 100 columns, with one arrow in what was seen and one at the rule."""
    told_of = 0
    for file in sorted(BROKEN.glob("*.json")):
        answer = json.loads(file.read_text(encoding="utf-8"))
        try:
            assert_conforms(answer, TRAINING_JOB, strict=True)
        except ObservationError:
            continue
        except NotConformingError as error:
            text = str(error).splitlines()
            assert len(arrows(text)) == 2, file.name
            assert max(map(len, text)) <= WIDTH
            told_of += 1
    assert told_of > 15


def test_the_earliest_entry_has_the_arrow() -> None:
    """Of several violations of one answer, that of the first entry; the others come after it."""
    answer = json.loads((BROKEN / "illegal-step.json").read_text(encoding="utf-8"))
    answer["SecondaryStatusTransitions"][2]["EndTime"] = None
    text = lines(answer, TRAINING_JOB)
    assert arrows(text)[0].startswith("3. ")
    assert arrows(text)[1].startswith("error open-entry-misplaced: ")
    assert any(line.startswith("    error illegal-transition: ") for line in text)


def test_what_no_entry_shows() -> None:
    """The arrow stands at the answer; where it is the only one, it needs no place."""
    text = lines(
        told("completed").at(told("completed").end)
        | {"EnableManagedSpotTraining": True, "WarmPoolStatus": {"Status": "Available"}},
        TRAINING_JOB,
    )
    assert arrows(text)[0] == (
        "the answer: shows Completed/Completed, warm pool Available, spot, warm_pool,"
        " modified 2026-03-04"
    )
    assert text[-1] == "to see it again: jobstate.check(lifecycle, answers)"


def test_without_times_and_histories() -> None:
    """A series of bare statuses is told too."""
    assert lines([parcel("delivered"), parcel("packed")])[3:6] == [
        "    [0]: shows delivered",
        "--> [1]: shows packed",
        "",
    ]


def test_a_region_that_is_not_shown() -> None:
    """A region of which an answer says nothing, and a life cycle without histories."""
    rules = [made_up_rule()]
    bare = attrs.evolve(parcel("packed"), shown={})
    text = lines(bare, PARCELS.evolve(add_rules=rules))
    assert arrows(text)[0] == "the answer: shows no status"
    region = attrs.evolve(PARCELS.regions[0], history="")
    lifecycle = attrs.evolve(PARCELS, regions=(region,))
    assert "shows delivered" in "\n".join(
        lines(parcel("delivered"), lifecycle.evolve(region="way", add_rules=rules))
    )


def made_up_rule() -> Rule:
    """Return a rule that everything breaks, in words that would clear a terminal."""

    def never(_: Specification, observation: Observation) -> Iterator[Finding]:
        yield Finding(message=f"\x1b[2J{observation.job.id} is no \u202ejob")

    return Rule(
        id="never", summary="Nothing is.", basis=Basis.INFERRED, source="me", tests=(never,)
    )


def test_hostile_words() -> None:
    """What comes from outside is escaped."""
    text = str(failure(parcel("packed"), PARCELS.evolve(add_rules=[made_up_rule()])))
    assert "\\x1b[2Jparcel/1 is no \\u202ejob" in text
    assert all(line.isprintable() for line in text.splitlines())
    odd = attrs.evolve(parcel("packed"), job=JobKey("parcel", "p/\x1b" + "x" * 300, BEGIN))
    many = str(failure(odd, PARCELS.evolve(add_rules=[made_up_rule()]))).splitlines()
    assert max(map(len, many)) <= WIDTH


def test_long_series() -> None:
    """What lies far from the arrow is counted."""
    answers = [parcel("delivered", at=place) for place in range(90)]
    answers[50] = parcel("packed", at=50)
    text = lines(answers)
    assert text[3] == "    … 26 more before"
    assert text[4 + 24].startswith("--> [50]: shows packed")
    assert text[4 + 24 + 7] == "    … 33 more after"
    assert text[-1].endswith("the answers are [0], [1], …, [50]")


def test_several_jobs() -> None:
    """Each is told by itself, and only those of which something is wrong."""
    wrong = parcel("delivered", "delivered")
    keys = [JobKey("parcel", f"parcel/{number}", BEGIN) for number in range(3)]
    answers = [attrs.evolve(wrong, job=key) for key in keys]
    answers[1] = attrs.evolve(parcel("packed"), job=keys[1])
    error = failure(answers)
    assert [story.report.job for story in error.stories] == [keys[0], keys[2]]
    text = str(error)
    assert "parcel/0 did what parcel 1 forbids" in text
    assert "\n\nparcel/2 did what parcel 1 forbids" in text
    assert "parcel/1 did what" not in text


# --- How strict it is ---------------------------------------------------------------------------


def test_notes_and_unmodelled_statuses() -> None:
    """They break nothing, unless that is asked for."""
    answer = json.loads((BROKEN / "plan-on-spot.json").read_text(encoding="utf-8"))
    assert_conforms(answer, TRAINING_JOB)
    note = failure(answer, TRAINING_JOB, strict=True)
    assert [each.severity for each in note.stories[0].breaches] == [Severity.NOTE]
    assert_conforms(parcel("lost"), PARCELS)
    text = lines(parcel("lost"), strict=True)
    assert arrows(text) == ["the answer: shows lost"]
    assert "unmodelled: way.primary is lost, which is not known" in text


def test_given() -> None:
    """What is known of the jobs proves more; what can't be known is refused."""
    answers = parcel("sent", "packed", "sent", "packed", "sent")
    assert_conforms(answers, PARCELS)
    failure(answers, given={"insured": False})
    with pytest.raises(UnknownNameError, match="no feature 'spot'"):
        assert_conforms(answers, PARCELS, given={"spot": False})
    with pytest.raises(LifecycleError, match="no job is cheap=yes, insured=yes at once"):
        assert_conforms(answers, PARCELS, given={"cheap": True, "insured": True})


def test_how_pytest_shows_it(pytester: pytest.Pytester) -> None:
    """The story is what one reads, not the inside of the library."""
    pytester.makepyfile(
        """
        from jobstate.sagemaker import TRAINING_JOB
        from jobstate.testing.oracle.assertions import assert_conforms

        def test_it():
            assert_conforms(
                {
                    "TrainingJobName": "tide",
                    "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-job/tide",
                    "CreationTime": 1767346200,
                    "TrainingJobStatus": "Completed",
                    "SecondaryStatus": "Training",
                },
                TRAINING_JOB,
            )
        """
    )
    ran = pytester.runpytest()
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["E*--> error illegal-pair: Completed does not go with Training*"])
    ran.stdout.no_fnmatch_line("*story.py*")
    ran.stdout.no_fnmatch_line("*raise NotConformingError*")


def test_it_is_data() -> None:
    """An AssertionError by its kind, with what is wrong as objects; it survives a process's end."""
    error = failure(parcel("delivered", "delivered"))
    assert isinstance(error, AssertionError)
    assert [each.rule for each in error.stories[0].breaches] == ["illegal-start"]
    assert pickle.loads(pickle.dumps(AssertionError(str(error)))).args == (str(error),)  # noqa: S301
    assert Shown("delivered") == error.stories[0].seen[0][1].shown["way"]


pytest_plugins = ["pytester"]
