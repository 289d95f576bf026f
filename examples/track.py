"""Track some jobs from answers of several kinds, out of order: python examples/track.py."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobstate import Event, StatusChanged, Tracker
from jobstate.sagemaker import TRAINING_JOB

ANSWERS = Path(__file__).parent / "answers"


def tell(event: Event) -> None:
    """Print what moved; a listener is any function that takes an event."""
    if isinstance(event, StatusChanged):
        name = event.job.id.rpartition("/")[2]
        move = f"{event.origin or '(new)'} → {event.target}"
        print(f"{name:24} {event.region:9} {move:43} {event.cause or '?'}")


tracker = Tracker(TRAINING_JOB, listeners=[tell])
series = [json.loads(line) for line in (ANSWERS / "series.jsonl").read_text("utf-8").splitlines()]
arrivals = Counter(
    tracker.observe(answer).arrival
    for answer in (series[2], series[0], series[2], series[4])  # an older one, one that came twice
)
for file in ("event.json", "list.json", "waiting.json", "failed.json"):  # answers of every kind
    observed = tracker.observe_all(json.loads((ANSWERS / file).read_text("utf-8")))
    arrivals.update(each.arrival for each in observed)
print("answers:", ", ".join(f"{count} {arrival}" for arrival, count in arrivals.items()))

print("\nnot moving for more than half a day:")
for late in tracker.overdue(timedelta(hours=12), now=datetime(2026, 10, 16, 8, tzinfo=UTC)):
    hours = late.duration / timedelta(hours=1)
    print(f"{late.job.id.rpartition('/')[2]:24} {late.status} for at least {hours:.0f} h")
print("\nended:")
for job in tracker:
    if job.final:
        cause = f" ({job.result.cause})" if job.result.cause else ""
        print(f"{job.id.rpartition('/')[2]:24} {job.outcome}{cause}")
