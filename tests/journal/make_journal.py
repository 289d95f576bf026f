"""Makes the journal of `tests/journal/files/`, and what it has to say, for the version of today.

Run it once when the version of a journal's tables is raised, and commit what it makes; those of
older versions stay as they are: ``.venv/bin/python -m tests.journal.make_journal``. What is
expected comes from the answers of `examples/answers` as they stand there, and from what is done
with them here.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from jobstate import Retry, Subscription, Tracker
from jobstate.journal import Journal
from jobstate.journal.schema import MIGRATIONS
from jobstate.sagemaker import TRAINING_JOB
from tests.support.series import SERIES, answers

JOURNALS: Final = Path(__file__).parent / "files"

#: Job → what it came to, as the pages of AWS say of its last answer: status, outcome, final.
JOBS: Final = {
    "lighthouse-2026-10-05": ("Completed/Completed", "succeeded", True),
    "lighthouse-2026-10-06": ("Failed/Failed", "failed", True),
    "lighthouse-sweep-18": ("Stopped/Stopped", "stopped", True),
    "lighthouse-2026-10-16": ("Completed/Completed", "succeeded", True),
    "lighthouse-p5-1": ("InProgress/Pending", "running", False),
    "lighthouse-broken-2": ("Completed/Completed", "succeeded", True),
}
PARKED: Final = "lighthouse-2026-10-06"
FORGOTTEN: Final = "lighthouse-sweep-18"
BROKEN: Final = {"lighthouse-broken-2": ["illegal-transition"]}
NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)


#: What two trackers observe, one after the other; `digest` hears only what the first one does.
FIRST: Final = [
    *answers("completed.json"),
    *answers("failed.json"),
    *answers("stopped-before-start.json"),
    *SERIES[:3],
]
SECOND: Final = [*SERIES[3:], *answers("waiting.json"), *answers("broken/illegal-step.json")]


def main() -> None:
    """Write the journal and what it has to say."""
    version = len(MIGRATIONS)
    path = JOURNALS / f"v{version}.db"
    if path.exists():
        sys.exit(f"{path} is there: a version that was released is never made anew")
    JOURNALS.mkdir(exist_ok=True)
    make(path)
    text = json.dumps(expected(version), indent=1)
    path.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")


def make(path: Path) -> None:
    """Write the journal."""
    archive = Subscription(name="archive", listener=_told)
    pager = Subscription(name="pager", listener=_told_unless_parked, retry=Retry(attempts=1))
    digest = Subscription(name="digest", listener=_told)
    with _tracker(path, archive, pager, digest) as tracker:
        for answer in FIRST:
            tracker.observe(answer)
    with _tracker(path, archive, pager) as tracker:
        for answer in SECOND:
            tracker.observe(answer)
        tracker.forget(arn_of(FORGOTTEN))
    for beside in path.parent.glob(f"{path.name}-*"):
        beside.unlink()


def _tracker(path: Path, *listeners: Subscription) -> Tracker:
    journal = Journal(path, keep=timedelta(days=36_500), clock=_now)
    return Tracker(TRAINING_JOB, journal=journal, clock=_now, listeners=listeners)


def _now() -> datetime:
    return NOW


def _told(event: object) -> None:
    del event


def _told_unless_parked(event: Any) -> None:
    if event.job.id.endswith(PARKED):
        raise RuntimeError("no answer")


def arn_of(name: str) -> str:
    """Return the arn of a job of the examples."""
    return f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{name}"


def expected(version: int) -> dict[str, Any]:
    """Return what the journal has to say, taken from the answers as they stand in their files."""
    last = {each["TrainingJobName"]: each for each in [*FIRST, *SECOND]}
    histories = {
        name: max((_entries(each) for each in [*FIRST, *SECOND] if _is(name, each)), key=len)
        for name in JOBS
    }
    told = {
        name: max((len(_entries(each)) for each in FIRST if _is(name, each)), default=0)
        for name in JOBS
    }
    return {
        "version": version,
        "lifecycle": TRAINING_JOB.name,
        "jobs": [
            {
                "name": name,
                "created": _time(last[name]["CreationTime"])[:19] + "Z",
                "modified": _time(last[name]["LastModifiedTime"]),
                "status": status,
                "outcome": outcome,
                "final": final,
                "forgotten": name == FORGOTTEN,
                "breaks": BROKEN.get(name, []),
                "entries": histories[name],
            }
            for name, (status, outcome, final) in JOBS.items()
        ],
        # Listener → the stays that it has not heard: (job, which stay). Those of the pager wait
        # until its job is unparked.
        "unheard": {
            "archive": [],
            "digest": sorted(
                [name, number]
                for name, entries in histories.items()
                for number in range(told[name] + 1, len(entries) + 1)
            ),
            "pager": [[PARKED, number + 1] for number in range(len(histories[PARKED]))],
        },
        "parked": {"listener": "pager", "job": PARKED, "attempts": 1, "error": "no answer"},
    }


def _is(name: str, answer: dict[str, Any]) -> bool:
    return bool(answer["TrainingJobName"] == name)


def _entries(answer: dict[str, Any]) -> list[list[str | None]]:
    return [
        [each["Status"], _time(each["StartTime"]), _end(each), each.get("StatusMessage")]
        for each in answer.get("SecondaryStatusTransitions", ())
    ]


def _end(entry: dict[str, Any]) -> str | None:
    return _time(entry["EndTime"]) if "EndTime" in entry else None


def _time(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


if __name__ == "__main__":
    main()
