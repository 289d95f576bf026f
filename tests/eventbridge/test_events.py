"""EventBridge's events are the same around the answers of whatever service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from jobstate.batch import BATCH_JOB
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.testing import tours

if TYPE_CHECKING:
    from jobstate import Lifecycle

#: What AWS's documentation says that each event has: EventBridge user guide, "Event structure".
NAMES: Final = {
    *("version", "id", "detail-type", "source"),
    *("account", "time", "region", "resources", "detail"),
}


@pytest.mark.parametrize(
    ("kind", "source", "resource"),
    [
        (TRAINING_JOB, "aws.sagemaker", "training-job"),
        (PROCESSING_JOB, "aws.sagemaker", "processing-job"),
        (BATCH_JOB, "aws.batch", "job"),
    ],
    ids=str,
)
def test_events(kind: Lifecycle, source: str, resource: str) -> None:
    """Each says whose it is and when; its reader takes it."""
    life = tours(kind)[0].life()
    event: dict[str, Any] = life.at(life.end, "event")
    assert event.keys() == NAMES
    assert event["source"] == source
    assert datetime.fromisoformat(event["time"]) == life.moment(life.end).modified.replace(
        microsecond=0, tzinfo=UTC
    )
    (arn,) = event["resources"]
    assert arn.split(":")[2:5] == [source.partition(".")[2], event["region"], event["account"]]
    assert arn.split(":")[5].startswith(f"{resource}/")
    assert life.observation(life.end, "event").job.id in {arn, arn.partition("/")[2]}


def test_an_event_has_its_id() -> None:
    """The same change has the same, another has another."""
    life = tours(BATCH_JOB)[0].life()
    first, *_, last = life.changes
    ids = [life.at(time, "event")["id"] for time in (first, first, last)]
    assert ids[0] == ids[1] != ids[2]
