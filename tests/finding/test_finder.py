"""What is found in documents, what is not looked through, and what is said of the rest."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any, Final

import attrs
import pytest

from jobstate import ObservationError, Outcome, Tracker, check, check_jobs
from jobstate.batch import BATCH_JOB
from jobstate.errors import Problem
from jobstate.finding import Found, PassedOver, finder_of
from jobstate.kinds import KINDS, Kinds
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import TRAINING_JOB, TUNING_JOB

ACCOUNT: Final = "arn:aws:sagemaker:eu-west-1:111122223333"
DAY: Final = "2026-10-05T06:"


def answer(name: str = "fern", status: str = "InProgress", /, **more: object) -> dict[str, Any]:
    """Return an answer about a training job."""
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"{ACCOUNT}:training-job/{name}",
        "TrainingJobStatus": status,
        "CreationTime": f"{DAY}00:00Z",
        **more,
    }


def event(detail: object, kind: str = "SageMaker Training Job State Change") -> dict[str, Any]:
    """Return an event as EventBridge sends it."""
    return {"detail-type": kind, "source": "aws.sagemaker", "detail": detail}


def find(document: object, kinds: Kinds = KINDS) -> list[object]:
    """Return what there is in a document: paths of answers, what is passed over, problems."""
    return [
        each.path if isinstance(each, Found) else each for each in finder_of(kinds).find(document)
    ]


# --- Where nothing is looked for ------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Tags", "tags", "HyperParameters", "hyper_parameters", "Environment", "environment"),
        *("StatusMessage", "FailureReason", "errorMessage", "MessageAttributes", "labels"),
    ],
)
@pytest.mark.parametrize("made", [dict, json.dumps, lambda value: [{"Value": value}]])
def test_what_people_write_is_no_answer(name: str, made: Any) -> None:
    """Tags, hyperparameters, environments and messages may say anything."""
    assert find({"job": answer(), name: made(answer("other"))}) == ["job"]
    (problem,) = find({name: made(answer())})
    assert isinstance(problem, Problem)


@pytest.mark.parametrize("name", ["Tags", "InputDataConfig", "Answer", "TrainingJob"])
def test_nothing_is_found_within_an_answer(name: str) -> None:
    """But where its schema names a nested one."""
    assert find({"job": answer(**{name: answer("other")})}) == ["job"]
    assert find(answer(**{name: [json.dumps(answer("other"))]})) == [""]


def test_nested_answers_are_of_children() -> None:
    """The best training job of a tuning job belongs to it."""
    tuning = {
        "HyperParameterTuningJobName": "tune",
        "HyperParameterTuningJobArn": f"{ACCOUNT}:hyper-parameter-tuning-job/tune",
        "HyperParameterTuningJobStatus": "InProgress",
        "CreationTime": f"{DAY}00:00Z",
        "BestTrainingJob": answer("one", "Completed", TrainingEndTime=f"{DAY}10:00Z"),
    }
    for document, path in ((tuning, ""), ({"a": tuning}, "a"), ([[tuning]], "[0][0]")):
        inner = f"{path}.BestTrainingJob" if path else "BestTrainingJob"
        assert find(document) == [path, inner]
    parent, child = check_jobs(KINDS, tuning).values()
    assert (parent.job.name, child.job.name) == ("tune", "one")
    assert [each.id for each in parent.children] == [child.job.id]
    assert child.result.outcome is Outcome.SUCCEEDED
    assert check(KINDS, tuning).job == parent.job
    assert Tracker(KINDS).observe(tuning).job == parent.job
    assert find(event(tuning, "SageMaker HyperParameter Tuning Job State Change")) == [
        "",
        "detail.BestTrainingJob",
    ]
    assert find(tuning, Kinds(TUNING_JOB)) == [""]


# --- Whose something is ---------------------------------------------------------------------------

JOB: Final = {"jobId": "1", "jobName": "one", "status": "RUNNING"}


@pytest.mark.parametrize(
    "other",
    [
        {"jobId": "1", "status": "SUCCEED"},  # Amplify's
        {"jobId": "1", "jobArn": "arn:aws:iot:eu-west-1:111122223333:job/1", "status": "CANCELED"},
        {"id": 3, "name": "build", "status": "completed"},
        {"Status": "COMPLETED", "JobId": 7},
    ],
)
def test_others_jobs_are_none_of_batch(other: dict[str, object]) -> None:
    """They have an id and a status too."""
    assert find({"a": [other], "b": JOB}) == ["b"]


@pytest.mark.parametrize(
    "model",
    [
        {"members": {"TrainingJobArn": {"shape": "Arn"}, "TrainingJobStatus": {"shape": "S"}}},
        {"TrainingJobArn": {"type": "string"}, "TrainingJobStatus": {"type": "string"}},
        {"TrainingJobArn": ["a"], "TrainingJobStatus": "Completed"},
        {"trainingJobArn": "arn"},
    ],
)
def test_descriptions_of_answers_are_none(model: dict[str, object]) -> None:
    """A model of the service, a template or a request has their names."""
    (problem,) = find({"a": model})
    assert isinstance(problem, Problem)


def test_two_kinds_that_fit() -> None:
    """Nobody can tell, wherever it is; the name decides where only one has it."""
    reader = TRAINING_JOB.reader
    assert isinstance(reader, SchemaReader)
    mine = attrs.evolve(
        TRAINING_JOB,
        name="mine",
        reader=SchemaReader(attrs.evolve(reader.schema, kind="mine", name="Label")),
    )
    kinds = Kinds(TRAINING_JOB, mine)
    assert find({"a": answer()}, kinds) == ["a"]
    (problem,) = find({"a": answer(Label="x")}, kinds)
    assert problem == Problem(
        "a",
        "an answer about one kind of job",
        "one that is of sagemaker-training-job and mine",
    )


# --- What is of no kind that is looked for --------------------------------------------------------


def test_other_kinds_are_counted() -> None:
    """Events by their type, answers by what their status is called; each in one word."""
    document = [
        event({"EndpointName": "e"}, "SageMaker Endpoint State Change"),
        {"EndpointName": "e", "EndpointArn": "a", "EndpointStatus": "InService"},
        {"Stacks": [{"StackName": "s", "StackStatus": "CREATE_COMPLETE"}]},
        event({"TrainingJobName": "fern", "TrainingJobStatus": "Completed"}),
        answer(),
    ]
    assert find(document) == [
        PassedOver("[0]", "SageMaker Endpoint State Change"),
        PassedOver("[1]", "Endpoint"),
        PassedOver("[2].Stacks[0]", "Stack"),
        PassedOver("[3]", "SageMaker Training Job State Change without TrainingJobArn"),
        "[4]",
    ]
    assert len(check_jobs(KINDS, document)) == 1
    observed = Tracker(KINDS).observe_all(document)
    assert [each.job.name for each in observed] == ["fern"]


def test_nothing_but_other_kinds_is_an_error() -> None:
    """Nothing is passed over in silence."""
    others = [event({}, "SageMaker Endpoint State Change")] * 3
    for take in (check_jobs, check):
        with pytest.raises(ObservationError, match="got 3 SageMaker Endpoint State Change"):
            take(TRAINING_JOB, others)
    with pytest.raises(ObservationError, match="got 1 SageMaker Endpoint State Change"):
        Tracker(KINDS).observe(others[0])


def test_an_answer_within_another_kind_is_found() -> None:
    """Then what it is in is a wrapper like any other."""
    wrapped = event({"Execution": {"job": answer()}}, "ours")
    assert find(wrapped) == ["detail.Execution.job"]
    assert find({"StepName": "s", "StepStatus": "Done", "Output": answer()}) == ["Output"]


# --- What is no answer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"Error": {"Code": "ValidationException", "Message": "not found"}},
            "an error answer of the service: ValidationException: not found",
        ),
        (
            {"__type": "com.amazon#ThrottlingException", "message": "slow down"},
            "an error answer of the service: ThrottlingException: slow down",
        ),
        (
            {"errorMessage": "boom", "errorType": "KeyError", "stackTrace": []},
            "an error answer of the service: KeyError: boom",
        ),
        (
            {"Error": "States.Timeout", "Cause": "too late"},
            "an error answer of the service: States.Timeout: too late",
        ),
        ({"terraform_version": "1.9", "resources": [{"type": "x"}]}, "a Terraform state"),
        ({"AWSTemplateFormatVersion": "2010-09-09"}, "a CloudFormation template"),
        (
            {"Records": [{"eventSource": "sagemaker.amazonaws.com", "eventName": "CreateX"}]},
            "records of CloudTrail",
        ),
        ({"Status": "Failed", "Failure": "exit 1"}, "a mapping of Status, Failure"),
        ({str(number): number for number in range(12)}, "a mapping of 0, 1, 2, 3, 4, 5, 6, 7 and"),
        ({"a\x1b[2J": 1}, r"a mapping of a\x1b[2J"),
        ({}, "an empty mapping"),
        (7, "7"),
        ("hello", "'hello'"),
    ],
)
def test_it_is_named_in_one_line(document: object, said: str) -> None:
    """With the way out where there is one."""
    (problem,) = find(document)
    assert isinstance(problem, Problem)
    assert problem.got.startswith(said)
    assert str(problem).isprintable()


@pytest.mark.parametrize("name", ["a\rb", "\x1b[2J", "\u202egnp", "\ud800", "x" * 100_000])
def test_paths_are_safe_to_show(name: str) -> None:
    """Whoever chose the names in what wraps an answer: of what is found, and of what is none."""
    documents = [
        {name: [answer(), {"x": 1}]},
        {name: {"body": '{"TrainingJobStatus": NaN}'}},
        {name: event({}, kind=name)},
        {f"{name}Status": "Failed", f"{name}Arn": "arn"},
    ]
    for document in documents:
        (each, *_) = find(document)
        texts = [each.path, each.what] if isinstance(each, PassedOver) else [str(each)]
        assert all(text.isprintable() and len(text) < 1_000 for text in texts)


@pytest.mark.parametrize(
    "page",
    [
        {"TrainingJobSummaries": []},
        {"jobs": []},
        {"Results": [], "NextToken": "x", "ResponseMetadata": {"HTTPStatusCode": 200}},
        [],
        [[], {"Messages": []}],
    ],
)
def test_an_empty_page_is_right(page: object) -> None:
    """There is nothing in it, and nothing wrong."""
    assert find(page) == []


def test_many_that_are_none_are_counted() -> None:
    """Of a list without an answer; beside one each is named."""
    first, rest = find([{"a": number} for number in range(300)])
    assert isinstance(first, Problem)
    assert first.path == "[0]"
    assert rest == Problem("", "an answer about a job", "299 others that are none either")
    assert len(find([answer(), *({"a": number} for number in range(300))])) == 301


# --- Texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        json.dumps(answer())[:-1],
        json.dumps(answer(Tags=float("nan"))),
        json.dumps(answer())[:-1] + ', "TrainingJobArn": "again"}',
        "[" * 100_000 + json.dumps(answer()),
    ],
)
def test_broken_text_is_told(broken: str) -> None:
    """If an answer may be in it."""
    (problem,) = find({"body": broken})
    assert isinstance(problem, Problem)
    assert (problem.path, problem.expected) == ("body", "JSON")
    assert len(str(problem)) < 200


def test_other_broken_text_is_nobody_s_business() -> None:
    """It is a text like any other."""
    assert find({"body": '{"OtherJobArn": "a", "status": ', "job": answer()}) == ["job"]


def test_several_documents_in_one_text() -> None:
    """One after the other, as files of events have them."""
    lines = "\n".join(json.dumps(answer(name)) for name in ("one", "two"))
    assert find({"body": lines}) == ["body[0]", "body[1]"]
    assert find({"body": lines.replace("\n", "")}) == ["body[0]", "body[1]"]


def test_texts_themselves() -> None:
    """A text or its bytes are a document like any other."""
    text = json.dumps(answer())
    for document in (text, text.encode(), gzip.compress(text.encode())):
        assert find(document) == [""]
    assert check(TRAINING_JOB, text).job.name == "fern"
    assert Tracker(TRAINING_JOB).observe(json.dumps({"Records": [{"body": text}]})).job.name == (
        "fern"
    )


@pytest.mark.parametrize("text", ["eyelid", "Wyoming", "H4sIAAAA", "ewe", "W3C " * 9, "{", "[]"])
def test_texts_that_only_look_packed(text: str) -> None:
    """They say nothing."""
    assert find({"a": text, "job": answer()}) == ["job"]


# --- Bounds ---------------------------------------------------------------------------------------


def test_too_deep() -> None:
    """One line says so, with where that is; what is within the bounds is found."""
    deep: object = answer("deep")
    for _ in range(16):
        deep = {"a": deep}
    assert find(deep) == [".".join("a" * 16)]
    problem = Problem(".".join(["b", *"a" * 16]), "at most 16 mappings and lists within each other")
    assert find({"b": deep}) == [problem]
    assert find({"c": answer(), "b": deep, "d": deep}) == ["c", problem]


def test_too_many_layers_of_text() -> None:
    """Four are read."""
    text: object = answer()
    for _ in range(4):
        text = json.dumps({"a": text})
    assert find({"it": text}) == ["it.a.a.a.a"]
    assert find({"it": json.dumps({"a": text})}) == [
        Problem("it.a.a.a.a", "at most 4 texts within each other")
    ]


def test_too_much_to_look_through() -> None:
    """A hundred thousand values without an answer; what comes before is found."""
    beside = [[number] for number in range(60_000)]
    assert find({"much": beside[:40_000], "job": answer()}) == ["job"]
    found, limit = find({"job": answer(), "much": beside, "other": answer("other")})
    assert found == "job"
    assert isinstance(limit, Problem)
    assert limit.expected == "an answer among 100,000 values"
    (limit,) = find({"much": beside, "job": answer()})
    assert isinstance(limit, Problem)


def test_a_bomb() -> None:
    """What unpacks to more than 64 MiB is not unpacked."""
    bomb = base64.b64encode(gzip.compress(b"{" + b" " * (65 * 1024**2))).decode()
    found, limit = find({"job": answer(), "data": bomb})
    assert (found, limit) == (
        "job",
        Problem("data", "at most 64 MiB of text within a document"),
    )


# --- Order ----------------------------------------------------------------------------------------


def modified(minute: int, status: str, **more: object) -> dict[str, Any]:
    """Return an answer that says when the record was last changed."""
    return answer("fern", status, LastModifiedTime=f"{DAY}{minute:02}:00Z", **more)


OLD: Final = modified(1, "InProgress")
NEW: Final = modified(9, "Completed", TrainingEndTime=f"{DAY}09:00Z")


def test_what_is_wrapped_has_no_order() -> None:
    """An old copy after a newer one is no violation, and copies count once."""
    for wrap in (event, lambda value: {"Body": json.dumps(value)}):
        report = check(KINDS, [wrap(NEW), wrap(OLD), wrap(NEW), wrap(OLD)])
        assert report.legal
        assert report.result.outcome is Outcome.SUCCEEDED
        assert str(report.shown["job"]) == "Completed"
        assert report.answers == 2
        assert not check(KINDS, [wrap(NEW), wrap(OLD)], in_order=True).legal


def test_bare_answers_are_a_series() -> None:
    """As they always were, unless it is said that they are none."""
    page = {"TrainingJobSummaries": [NEW, OLD]}
    for answers in ([NEW, OLD], [[NEW], [OLD]], page, json.dumps([NEW, OLD])):
        (found,) = check(KINDS, answers).violations
        assert found.rule == "modified-time-went-back"
        assert check(KINDS, answers, in_order=False).legal


def test_both_together_have_none() -> None:
    """From the first that stands in no order on."""
    assert check(KINDS, [event(NEW), OLD]).legal
    assert check(KINDS, [OLD, event(NEW), OLD]).legal


def test_observe_takes_one() -> None:
    """Whatever wraps it; several are for `observe_all`."""
    tracker = Tracker(KINDS)
    assert tracker.observe({"Results": [{"TrainingJob": NEW}]}).job.name == "fern"
    with pytest.raises(ObservationError, match="expected one answer about a job, got 2 of them"):
        tracker.observe({"Results": [NEW, answer("other")]})
    assert len(tracker.observe_all({"Results": [NEW, answer("other")]})) == 2


@pytest.mark.parametrize("nothing", [{"TrainingJobSummaries": []}, [], [[], {"Results": []}]])
def test_observe_takes_no_empty_page(nothing: object) -> None:
    """There is nothing wrong in it, and nothing to take."""
    with pytest.raises(ObservationError, match="expected an answer about a job, got none"):
        Tracker(KINDS).observe(nothing)
    assert Tracker(KINDS).observe_all(nothing) == []


def test_what_is_observed_is_named_by_its_own_path() -> None:
    """Whatever it is in: no list is made of it."""
    bad = answer(CreationTime=7)
    for document, path in (
        ({"Results": [{"TrainingJob": bad}]}, "Results[0].TrainingJob.CreationTime"),
        ([bad], "[0].CreationTime"),
        ({"hello": 1}, ""),
    ):
        with pytest.raises(ObservationError) as caught:
            Tracker(KINDS).observe(document)
        assert [each.path for each in caught.value.problems] == [path]


def test_batch_s_answers_may_begin_with_capitals() -> None:
    """As Step Functions spells them."""
    spelt = {"JobId": "1", "JobName": "one", "Status": "RUNNING", "CreatedAt": 1_790_000_000_000}
    report = check(BATCH_JOB, {"Output": json.dumps(spelt)})
    assert (report.job.id, str(report.shown["job"])) == ("1", "RUNNING")
