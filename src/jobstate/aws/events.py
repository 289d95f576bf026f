"""Events as Lambda gets them, told to a tracker: `handle`, and `sqs_batch` for those from a queue.

An event is an observation, and a hint: where it lacks what a description has, the job is described.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import field, frozen

from jobstate.aws.operations import describing
from jobstate.aws.trouble import CallFailure, Trouble, failure_of
from jobstate.common.log import log
from jobstate.common.text import printable
from jobstate.conformance.answers import read, read_found
from jobstate.errors import ObservationError, Problem, shown
from jobstate.finding import Found, PassedOver, finder_of
from jobstate.kinds import KINDS
from jobstate.model.events import Event, StatusChanged
from jobstate.model.job_keys import may_be
from jobstate.model.observation import JobKey
from jobstate.model.states import Outcome
from jobstate.tracking.observed import Observed

if TYPE_CHECKING:
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation
    from jobstate.tracking.tracked_job import TrackedJob
    from jobstate.tracking.tracker import Tracker

#: A client of boto3, or several by the name of their service; None for none.
_Clients: TypeAlias = Any
#: The troubles that pass: whoever asks again later may well be answered.
_FOR_NOW: Final = frozenset(
    {Trouble.THROTTLED, Trouble.DENIED, Trouble.EXPIRED, Trouble.UNAVAILABLE}
)
#: How many problems of a message the log says.
_MOST_PROBLEMS: Final = 5
#: How the name of a queue ends that keeps the order of each message group.
_FIFO: Final = ".fifo"


@frozen(kw_only=True)
class Handled:
    """What came of an event. Nothing that a Lambda could return: that has to be JSON.

    Attributes:
        observed: What each answer brought, those of descriptions too.
        to_describe: The jobs that should be described still, for something is not known of them.
        failures: Why descriptions that were asked for did not come.
        passed_over: How many events of other kinds came by, by their type.
    """

    observed: tuple[Observed, ...] = ()
    to_describe: tuple[JobKey, ...] = ()
    failures: Mapping[JobKey, CallFailure] = field(factory=dict)
    passed_over: Mapping[str, int] = field(factory=dict)

    @property
    def events(self) -> tuple[Event, ...]:
        """What all of it brought, as listeners are told."""
        return tuple(event for each in self.observed for event in each.events)

    @property
    def incomplete(self) -> bool:
        """A description did not come for now: whoever handles the event again may get it."""
        return any(each.trouble in _FOR_NOW for each in self.failures.values())


def handle(event: object, tracker: Tracker, *, client: _Clients = None) -> Handled:
    """Tell a tracker what an event says, and ask for what it lacks.

    A job should be described where its kind has a history and what is known of that ends before the
    status that it shows; where it failed and nothing says why; where its kind has no history and
    statuses were skipped. For a batch from a queue there is `sqs_batch`.

    Args:
        event: What Lambda gets: an EventBridge event, or whatever has some in it.
        tracker: What is told; its life cycles say which events count.
        client: Who is asked to describe jobs: a client of boto3, or a mapping of services' names
            to clients (``{"sagemaker": …, "batch": …}``); None for nobody.

    Raises:
        ObservationError: Something in it can't be read; it lists every problem, and nothing was
            taken. Or a description can't be read; what the event says was taken.
        LifecycleError: There is a client, and no operation of a kind's schema describes its jobs.
    """
    return _handled(event, tracker, _Asking(client))


def jobs_in(event: object, lifecycle: Lifecycle | Kinds = KINDS) -> tuple[JobKey, ...]:
    """Return the jobs that an event is about: those whose snapshots are wanted to `handle` it.

    Raises:
        ObservationError: Something in it can't be read; it lists every problem.
    """
    found, _ = _contents(event, lifecycle)
    return tuple(dict.fromkeys(each.job for each in found))


def sqs_batch(
    event: object, tracker: Tracker | Callable[[object], Handled], *, client: _Clients = None
) -> dict[str, list[dict[str, str]]]:
    """Tell a tracker what a batch of messages from SQS says; return which are to come again.

    A message fails that can't be read, whose job could not be described for now, or that raises;
    the log of ``jobstate`` says why. In a FIFO queue those of its message group that follow are not
    looked at and fail too, so their order is kept. An event of another kind is no failure. Messages
    that come twice, or in another order, do no harm.

    Set ``ReportBatchItemFailures`` in the event source mapping: without it Lambda takes this answer
    for success of all. Pipes need no setting.

    Args:
        event: What Lambda gets from SQS, or from Pipes, which leave out ``Records``. A message may
            be an event, or SNS' notification of one.
        tracker: What is told; or a function that handles what one message says, for those who keep
            a `JobSnapshot` of each job.
        client: As `handle` takes it; not needed beside a function.

    Returns:
        ``{"batchItemFailures": [{"itemIdentifier": message id}, …]}``.

    Raises:
        ObservationError: It is no batch from SQS; Lambda makes all of it come again.
    """
    asking = _Asking(client)
    take = tracker if callable(tracker) else lambda body: _handled(body, tracker, asking)
    failed: list[str] = []
    stuck: set[tuple[str, str]] = set()
    for message in _messages(event):
        if message.group in stuck or not _is_taken(message, take):
            failed.append(message.id)
            if message.group is not None:
                stuck.add(message.group)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


# --- What an event says ---------------------------------------------------------------------------


def _handled(event: object, tracker: Tracker, asking: _Asking) -> Handled:
    found, passed_over = _contents(event, tracker.lifecycle)
    observed: list[Observed] = []
    to_describe: dict[JobKey, None] = {}
    failures: dict[JobKey, CallFailure] = {}
    for each in found:
        observed.append(tracker.observe(each))
        job, events = observed[-1].job, observed[-1].events
        if job not in tracker or not _lacks_something(tracker[job], events):
            continue
        came = asking.about(tracker[job])
        if isinstance(came, CallFailure):
            failures[job] = came
            wanted = came.trouble in _FOR_NOW
        elif came is None:
            wanted = True
        else:
            observed.append(tracker.observe(came))
            wanted = job in tracker and _lacks_something(tracker[job])
        if wanted:
            to_describe[job] = None
    return Handled(
        observed=tuple(observed),
        to_describe=tuple(to_describe),
        failures=failures,
        passed_over=passed_over,
    )


def _contents(
    event: object, lifecycle: Lifecycle | Kinds
) -> tuple[list[Observation], Counter[str]]:
    """Return what the answers in an event say, and of what else there is how much."""
    found: list[Observation] = []
    passed_over: Counter[str] = Counter()
    problems: list[Problem] = []
    for item in finder_of(lifecycle).find(event):
        if isinstance(item, PassedOver):
            passed_over[item.what] += 1
        elif isinstance(item, Problem):
            problems.append(item)
        elif not item.nested:
            found.extend(_read(item, problems))
    if problems:
        raise ObservationError(problems)
    return found, passed_over


def _read(found: Found, problems: list[Problem]) -> Iterable[Observation]:
    try:
        return [read_found(found)]
    except ObservationError as error:
        problems.extend(error.problems)
        return []


# --- What it lacks --------------------------------------------------------------------------------


def _lacks_something(job: TrackedJob, events: Iterable[Event] = ()) -> bool:
    """Return whether a description may say more of a job, or what was missed of it."""
    if job.outcome is Outcome.FAILED and job.failure_reason is None:
        return True
    schema = job.lifecycle.schema
    if schema is None or schema.stays is None:
        return any(isinstance(each, StatusChanged) and _has_skipped(each) for each in events)
    shown_now = {state.visible for state in job.possible}
    return not job.entries or shown_now != {job.entries[-1].status}


def _has_skipped(change: StatusChanged) -> bool:
    """Return whether even the shortest way has something in between that nobody has told of."""
    return change.origin is not None and bool(change.path)


class _Asking:
    """Asks services to describe jobs; one that takes no calls for now is not asked again."""

    def __init__(self, clients: _Clients) -> None:
        self._clients = clients
        self._shut: dict[str, CallFailure] = {}

    def about(self, job: TrackedJob) -> Observation | CallFailure | None:
        """Return what the service says of a job, or why it says nothing; None if nobody can ask.

        Raises:
            ObservationError: The description can't be read.
            LifecycleError: No operation of the kind's schema describes a job.
        """
        if self._clients is None:
            return None
        how = describing(job.lifecycle)
        service, clients = how.schema.service, self._clients
        if service in self._shut:
            return self._shut[service]
        call = how.call_for(job.key)
        client = clients.get(service) if isinstance(clients, Mapping) else clients
        method = getattr(client, call.method, None)
        if method is None:  # it is another service's
            return None
        try:
            answer = how.answer(method(**call.arguments))
        except Exception as error:
            failure = failure_of(error, how.schema.codes)
            if failure is None:
                raise
            return self._failed(job, service, failure)
        observation = None if answer is None else read(job.lifecycle, answer)
        if observation is None or not may_be(job.job_state, observation):
            gone = CallFailure(Trouble.MISSING, "no answer", "it is not there any more")
            return self._failed(job, service, gone)
        return observation

    def _failed(self, job: TrackedJob, service: str, failure: CallFailure) -> CallFailure:
        log().info("describing %s came to nothing: %s", printable(job.id), printable(str(failure)))
        if failure.trouble in _FOR_NOW:
            self._shut[service] = failure
        return failure


# --- Messages -------------------------------------------------------------------------------------


@frozen
class _Message:
    """A message of SQS.

    Attributes:
        id: Its id.
        body: What it says.
        group: The queue and the message group, whose messages stay in order; None where none do.
    """

    id: str
    body: object
    group: tuple[str, str] | None


def _messages(event: object) -> list[_Message]:
    """Return the messages of a batch.

    Raises:
        ObservationError: It is no batch; it lists every problem.
    """
    records, path = event, ""
    if isinstance(event, Mapping):
        records, path = event.get("Records"), "Records"
    if not isinstance(records, (list, tuple)):
        raise ObservationError([Problem(path, "a list of messages of SQS", shown(records))])
    problems = [
        Problem(f"{path}[{place}]", "a message of SQS, which has a messageId", shown(each))
        for place, each in enumerate(records)
        if not isinstance(each, Mapping) or not isinstance(each.get("messageId"), str)
    ]
    if problems:
        raise ObservationError(problems)
    return [_Message(each["messageId"], each.get("body"), _group(each)) for each in records]


def _group(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return a record's queue and message group; None where the queue keeps no order.

    A standard queue has message groups too, to be fair to all.
    """
    queue, attributes = record.get("eventSourceARN"), record.get("attributes")
    group = attributes.get("MessageGroupId") if isinstance(attributes, Mapping) else None
    if not isinstance(queue, str) or not queue.endswith(_FIFO) or not isinstance(group, str):
        return None
    return queue, group


def _is_taken(message: _Message, take: Callable[[object], Handled]) -> bool:
    """Take a message; return whether it need not come again."""
    name = printable(message.id)
    try:
        handled = take(message.body)
    except ObservationError as error:
        said = "; ".join(map(str, error.problems[:_MOST_PROBLEMS]))
        log().warning("message %s can't be read: %s", name, printable(said))
        return False
    except Exception:  # noqa: BLE001 - whatever it is, other messages are none the worse
        log().exception("message %s could not be handled", name)
        return False
    if handled.incomplete:
        log().warning("message %s has to come again, to ask for what it lacks", name)
    for what, number in handled.passed_over.items():
        log().debug("message %s: %d of %s passed over", name, number, printable(what))
    return not handled.incomplete
