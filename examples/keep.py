"""Track jobs through restarts and a listener that fails: python examples/keep.py [FILE]."""

import json
import logging
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from jobstate import Event, Retry, StatusChanged, Subscription, Tracker
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB

# What fails is in the log of "jobstate", with its traceback; a program of yours would show it.
logging.getLogger("jobstate").addHandler(logging.NullHandler())

ANSWERS = Path(__file__).parent / "answers"
FILE = Path(sys.argv[1]) if sys.argv[1:] else Path(tempfile.mkdtemp()) / "jobs.db"

chat_is_down = True


def tell(event: Event) -> None:
    """Tell somebody; raises while that does not work, and is told again."""
    if isinstance(event, StatusChanged) and event.region == "job":
        if chat_is_down:
            raise ConnectionError("no route to the chat")
        print(f"  chat: {event.job.id.rpartition('/')[2]} {event.origin or 'is'} → {event.target}")


def begin() -> Tracker:
    """Begin where the last tracker was, if there was one."""
    patience = Retry(attempts=2, first=timedelta(milliseconds=1))
    chat = Subscription(name="chat", listener=tell, retry=patience)
    return Tracker(TRAINING_JOB, journal=Journal(FILE), listeners=[chat])


series = [json.loads(line) for line in (ANSWERS / "series.jsonl").read_text("utf-8").splitlines()]
with begin() as tracker:
    for answer in series[:3]:
        tracker.observe(answer)
(chat,) = tracker.progress()
print(f"{chat.delivered} heard, {chat.failed} failed, {len(chat.parked)} job parked:")
for parked in chat.parked:
    print(f"  {parked.job.id.rpartition('/')[2]}: {parked.error}")

print("after a restart, with the chat mended:")
chat_is_down = False
with begin() as tracker:
    tracker.unpark("chat")
    tracker.observe_all(series)  # all of it again: nothing is told twice
print(f"the journal knows {len(tracker)} job: {next(iter(tracker)).outcome}")
