"""How SageMaker's answers about training jobs become observations: `READER`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, cast

from jobstate.errors import ObservationError, Problem, shown
from jobstate.model.observation import Entry, JobKey, Observation, Shown
from jobstate.sagemaker.training_job.answer_schema import (
    DEEPEST_LIST,
    DETAIL_TYPE,
    EXPECTED,
    SOURCE,
    form,
)
from jobstate.sagemaker.training_job.failure_reasons import failure_cause
from jobstate.sagemaker.training_job.records import (
    TrainingJobDescription,
    TrainingJobRecord,
    TrainingJobSummary,
    record_from_api,
)

if TYPE_CHECKING:
    from jobstate.model.answer_schema import AnswerSchema

_JOB, _WARM_POOL = "job", "warm_pool"
_SUMMARIES = "TrainingJobSummaries"
_DETAIL = "detail"
_ARN, _MODIFIED = "TrainingJobArn", "LastModifiedTime"
_TYPE = "detail-type"
_AN_ANSWER = "an answer of ListTrainingJobs or DescribeTrainingJob, an event, a record, or a list"

#: Everything that comes from one place in a record of either kind: name → attribute.
_COMMON_FIELDS: Final = {
    "CreationTime": "creation_time",
    "TrainingEndTime": "training_end_time",
    "LastModifiedTime": "last_modified_time",
}
_DESCRIBED_FIELDS: Final = _COMMON_FIELDS | {
    "TrainingStartTime": "training_start_time",
    "FailureReason": "failure_reason",
    "TrainingTimeInSeconds": "training_time_in_seconds",
    "BillableTimeInSeconds": "billable_time_in_seconds",
}
_POOL_FIELDS: Final = {
    "WarmPoolStatus.ReusedByJob": "reused_by_job",
    "WarmPoolStatus.ResourceRetainedBillableTimeInSeconds": (
        "resource_retained_billable_time_in_seconds"
    ),
}
_ARTIFACTS = "ModelArtifacts"
_FIELDS = frozenset({*_DESCRIBED_FIELDS, *_POOL_FIELDS, _ARTIFACTS})
_common_values = attrgetter(*_COMMON_FIELDS.values())
_described_values = attrgetter(*_DESCRIBED_FIELDS.values())
_pool_values = attrgetter(*_POOL_FIELDS.values())


class TrainingJobReader:
    """Reads what boto3 returns, the AWS CLI prints and EventBridge sends about training jobs."""

    @property
    def fields(self) -> frozenset[str]:
        """Every name that `Observation.fields` may hold."""
        return _FIELDS

    @property
    def form(self) -> AnswerSchema:
        """The same as data, for readers that are not in Python."""
        return form()

    def items(self, document: object) -> list[tuple[str, object]]:
        """Split a document into answers about one job each, with the path of each in it.

        Takes a describe answer, a summary, a list answer, an EventBridge event, a record, or a
        list of any of these. The answers themselves are not read yet. What is none of these, is
        an event about something else, or lies more than 8 lists deep comes as a `Problem`.
        """
        if type(document) is dict and _ARN in document:  # one answer: what comes nearly always
            return [("", document)]
        if type(document) is dict and type(page := document.get(_SUMMARIES)) is list:
            paths = map((_SUMMARIES + "[{}]").format, range(len(page)))
            if all(type(each) is dict and _ARN in each for each in page):  # as nearly always
                return list(zip(paths, page, strict=True))
        return [
            (piece.path, piece) if isinstance(piece, Problem) else piece
            for piece in _pieces(document, "", 0)
        ]

    def read(self, answer: object) -> Observation:
        """Return what a record, an answer about one job, or an event says.

        Raises:
            ObservationError: The answer can't be read; it lists every problem.
        """
        record = _record(answer)
        reason = record.failure_reason if isinstance(record, TrainingJobDescription) else None
        return Observation(
            job=JobKey(record.training_job_arn, record.creation_time),
            shown=_shown(record),
            features=_features(record),
            entries=_entries(record),
            modified=record.last_modified_time,
            cause=failure_cause(reason) if reason else None,
            failure_reason=reason,
            fields=_fields(record),
        )

    id_field = _ARN

    def sameness(self, answer: Mapping[str, object], modified: datetime | None) -> int | None:
        """Return what tells an item of a list from others about the same job, by all its fields.

        None of one whose LastModifiedTime is another, and of anything else.
        """
        time = answer.get(_MODIFIED)
        if type(time) is not datetime or modified is None or time.second != modified.second:
            return None  # zones are whole minutes apart; else it is read, which does no harm
        found: list[object] = []
        for name, value in cast("Mapping[str, Any]", answer).items():
            kind = type(value)
            if kind is str:
                found += name, value
            elif kind is datetime:
                # One without a zone can't be read, and is no time of the machine's zone.
                found += name, kind if value.tzinfo is None else value.timestamp()
            elif kind is dict:
                found += name, *value.items(), *map(type, value.values())
            else:
                found += name, value, kind
        try:
            return hash(tuple(found))
        except TypeError:  # it has lists, as only descriptions do
            return None


#: How a life cycle reads SageMaker's answers about training jobs.
READER: Final = TrainingJobReader()


# --- Documents ----------------------------------------------------------------------------------


def _pieces(document: object, path: str, depth: int) -> Iterator[tuple[str, object] | Problem]:
    if isinstance(document, (list, tuple)):
        yield from _each(document, path, depth + 1)
    elif isinstance(document, TrainingJobRecord):
        yield path, document
    elif not isinstance(document, Mapping):
        yield Problem(path, _AN_ANSWER, shown(document))
    elif _SUMMARIES in document:
        yield from _each(document[_SUMMARIES], _inside(path, _SUMMARIES), depth + 1)
    elif _is_event(document):
        problems = _event_problems(document)
        yield from (problem.under(path) if path else problem for problem in problems)
        if not problems:
            yield _inside(path, _DETAIL), document[_DETAIL]
    else:
        yield path, document


def _each(values: object, path: str, depth: int) -> Iterator[tuple[str, object] | Problem]:
    if not isinstance(values, (list, tuple)):
        yield Problem(path, EXPECTED["list"], shown(values))
    elif depth > DEEPEST_LIST:
        yield Problem(path, EXPECTED["depth"])
    else:
        for place, value in enumerate(values):
            yield from _pieces(value, f"{path}[{place}]", depth)


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_event(answer: Mapping[str, object]) -> bool:
    return _DETAIL in answer or _TYPE in answer


def _event_problems(event: Mapping[str, object]) -> list[Problem]:
    problems = []
    kind, source, detail = (event.get(name) for name in (_TYPE, "source", _DETAIL))
    if kind != DETAIL_TYPE:
        problems.append(Problem(_TYPE, repr(DETAIL_TYPE), shown(kind)))
    # Events that were trimmed on the way may lack it; one that names another is another's.
    if source is not None and source != SOURCE:
        problems.append(Problem("source", repr(SOURCE), shown(source)))
    if not isinstance(detail, Mapping):
        problems.append(Problem(_DETAIL, EXPECTED["detail"], shown(detail)))
    return problems


def _record(answer: object) -> TrainingJobRecord:
    if isinstance(answer, TrainingJobRecord):
        return answer
    mapping = cast("Mapping[str, object]", answer)  # record_from_api refuses all others
    is_mapping = type(answer) is dict or isinstance(answer, Mapping)
    if not is_mapping or not _is_event(mapping):
        return record_from_api(mapping)
    problems = _event_problems(mapping)
    if problems:
        raise ObservationError(problems)
    try:
        return record_from_api(cast("Mapping[str, object]", mapping[_DETAIL]))
    except ObservationError as error:
        raise ObservationError(each.under(_DETAIL) for each in error.problems) from None


# --- Observations -------------------------------------------------------------------------------


def _shown(record: TrainingJobRecord) -> dict[str, Shown]:
    shown_now = {_JOB: _status(record.training_job_status, record.secondary_status)}
    pool = record.warm_pool_status
    if pool is not None:
        shown_now[_WARM_POOL] = _status(pool.status, None)
    return shown_now


# There are few pairs of statuses and many answers. Unknown statuses are bounded in length, so what
# a hostile source can make this hold is bounded too.
@lru_cache(maxsize=256)
def _status(primary: str, secondary: str | None) -> Shown:
    return Shown(str(primary), None if secondary is None else str(secondary))


def _features(record: TrainingJobRecord) -> dict[str, bool]:
    features = {}
    if record.warm_pool_status is not None:
        features["warm_pool"] = True
    if isinstance(record, TrainingJobDescription):
        features |= _described_features(record)
    elif isinstance(record, TrainingJobSummary) and record.training_plan_arn is not None:
        features["plan"] = True
    return features


def _described_features(record: TrainingJobDescription) -> dict[str, bool]:
    """Return the features that only descriptions show; what is absent shows nothing."""
    features = {}
    resources = record.resource_config
    preferences = () if resources is None else resources.instance_preferences
    if preferences:
        features["spot"] = False
    if record.enable_managed_spot_training is not None:
        features["spot"] = record.enable_managed_spot_training
    if record.retry_strategy is not None:
        features["retry"] = True
    if resources is not None and resources.training_plan_arn is not None:
        features["plan"] = True
    if any(each.training_plan_arns for each in preferences):
        features["plan"] = True
    if resources is not None and resources.keep_alive_period_in_seconds:
        features["warm_pool"] = True
    return features


def _entries(record: TrainingJobRecord) -> tuple[Entry, ...]:
    if not isinstance(record, TrainingJobDescription):
        return ()
    return tuple(
        [
            Entry(str(stay.status), stay.start_time, stay.end_time, stay.status_message)
            for stay in record.secondary_status_transitions
        ]
    )


def _fields(record: TrainingJobRecord) -> dict[str, object]:
    if isinstance(record, TrainingJobDescription):
        fields = _present(_DESCRIBED_FIELDS, _described_values(record))
        artifacts = record.model_artifacts
        if artifacts is not None and artifacts.s3_model_artifacts:
            fields[_ARTIFACTS] = artifacts.s3_model_artifacts
    else:
        fields = _present(_COMMON_FIELDS, _common_values(record))
    pool = record.warm_pool_status
    if pool is not None:
        fields |= _present(_POOL_FIELDS, _pool_values(pool))
    return fields


def _present(names: Iterable[str], values: Iterable[object]) -> dict[str, object]:
    # Some sources print an empty text for what a job does not have; 0 is something.
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if value or value == 0}
