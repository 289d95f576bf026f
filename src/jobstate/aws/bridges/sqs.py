"""SQS: `receive` takes messages from a queue, and deletes those that a tracker's journal has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstate.aws.events import sqs_batch
from jobstate.common.log import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.aws.events import Handled
    from jobstate.tracking.tracker import Tracker

#: The most messages that one call brings.
_MOST: int = 10


def receive(
    client: Any,  # noqa: ANN401 - boto3 makes its clients' classes when it runs
    queue_url: str,
    tracker: Tracker | Callable[[object], Handled],
    *,
    describer: Any = None,  # noqa: ANN401 - likewise
    wait: int = 20,
) -> int:
    """Wait for messages for a while, tell a tracker what they say, and delete them.

    A message is deleted when what it brought is written for good, which a tracker with a journal
    promises when it returns. One that can't be read, or whose job could not be described for now,
    stays: it comes again when its visibility time-out is over, until the queue's redrive policy
    puts it aside. One that could not be deleted comes again too, which does no harm::

        with Tracker(KINDS, journal=Journal("jobs.db")) as tracker:
            while True:
                receive(sqs, queue_url, tracker, describer=sagemaker)

    Args:
        client: A client of boto3 for ``sqs``.
        queue_url: The queue's address; that of a FIFO queue ends with ``.fifo``.
        tracker: As `sqs_batch` takes it.
        describer: Who is asked to describe jobs, as the ``client`` of `sqs_batch`.
        wait: How many seconds to wait for a message, at most 20; none is waited for with 0.

    Returns:
        How many messages were deleted.

    Raises:
        botocore.exceptions.ClientError: The queue can't be asked.
    """
    answer = client.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=_MOST,
        WaitTimeSeconds=wait,
        MessageSystemAttributeNames=["MessageGroupId"],
    )
    handles = {each["MessageId"]: each["ReceiptHandle"] for each in answer.get("Messages", ())}
    if not handles:
        return 0
    records = [_record(each, queue_url) for each in answer["Messages"]]
    failed = sqs_batch({"Records": records}, tracker, client=describer)["batchItemFailures"]
    for each in failed:
        del handles[each["itemIdentifier"]]
    return _deleted(client, queue_url, list(handles.values()))


def _record(message: dict[str, Any], queue_url: str) -> dict[str, Any]:
    """Return a message as Lambda would get it."""
    return {
        "messageId": message["MessageId"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "eventSourceARN": queue_url,  # it tells one queue from another, and those of FIFO
    }


def _deleted(client: Any, queue_url: str, handles: list[str]) -> int:  # noqa: ANN401 - as above
    """Delete messages; return how many."""
    if not handles:
        return 0
    entries = [{"Id": str(place), "ReceiptHandle": handle} for place, handle in enumerate(handles)]
    answer = client.delete_message_batch(QueueUrl=queue_url, Entries=entries)
    deleted = len(answer.get("Successful", ()))
    if deleted < len(handles):
        left = len(handles) - deleted
        log().warning("%d messages could not be deleted, and come again", left)
    return deleted
