"""What `docs/overlays.md` shows: one job's way, one that can't be true, a made-up fleet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from jobstate.diagrams import Census, fleet, picture, way
from jobstate.sagemaker import TRAINING_JOB

ANSWERS: Final = Path(__file__).parent.parent / "examples" / "answers"
#: The pictures: stem → the file of answers that it shows.
WAYS: Final = {"way-spot": "spot-interrupted.json", "way-broken": "broken/illegal-step.json"}
_IN: Final = "InProgress"
#: How often jobs moved so, and how long they stayed: median and the longest, in seconds.
_MOVES: Final = {
    (f"{_IN}/Starting", f"{_IN}/Downloading"): 1_004,
    (f"{_IN}/Starting", f"{_IN}/Pending"): 96,
    (f"{_IN}/Pending", f"{_IN}/Starting"): 91,
    (f"{_IN}/Downloading", f"{_IN}/Training"): 991,
    (f"{_IN}/Training", f"{_IN}/Interrupted"): 54,
    (f"{_IN}/Interrupted", f"{_IN}/Starting"): 52,
    (f"{_IN}/Training", f"{_IN}/Uploading"): 741,
    (f"{_IN}/Uploading", "Completed/Completed"): 733,
    (f"{_IN}/Training", "Stopping/Stopping"): 64,
    ("Stopping/Stopping", "Stopped/Stopped"): 63,
    (f"{_IN}/Training", "Stopped/MaxRuntimeExceeded"): 23,
    (f"{_IN}/Training", "Failed/Failed"): 96,
    (f"{_IN}/Downloading", "Failed/Failed"): 11,
    (f"{_IN}/Starting", "Failed/Failed"): 24,
}
_STAYS: Final = {
    "Starting": (100, 368),
    "Pending": (891, 3_218),
    "Downloading": (118, 449),
    "Training": (4_170, 15_120),
    "Interrupted": (1_425, 5_400),
    "Uploading": (40, 142),
}
_FAILURES: Final = {
    ("Training", "algorithm"): 83,
    ("Training", "internal"): 13,
    ("Downloading", "client"): 11,
    ("Starting", "no_capacity"): 24,
}


def pictures() -> dict[str, str]:
    """Return the pictures as SVG by their paths."""
    found = {}
    for stem, name in WAYS.items():
        answer = json.loads((ANSWERS / name).read_text(encoding="utf-8"))
        overlay = way(TRAINING_JOB, answer)
        found[f"docs/{stem}.svg"] = picture(TRAINING_JOB, overlay=overlay)
    overlay = fleet(TRAINING_JOB, counted())
    return found | {"docs/fleet.svg": picture(TRAINING_JOB, overlay=overlay)}


def counted() -> Census:
    """Return what a made-up fleet of 1,076 jobs did."""
    census = Census(TRAINING_JOB)
    census.add_counts(
        "job",
        jobs=1_076,
        starts={f"{_IN}/Starting": 1_076},
        moves=_MOVES,
        stays={
            f"{_IN}/{status}": [half * each / 9 for each in range(4, 15)] + [most]
            for status, (half, most) in _STAYS.items()
        },
        ends={
            "Completed/Completed": 733,
            "Stopped/Stopped": 63,
            "Stopped/MaxRuntimeExceeded": 23,
            "Failed/Failed": 131,
        },
        now={
            f"{_IN}/Starting": 43,
            f"{_IN}/Pending": 5,
            f"{_IN}/Training": 69,
            f"{_IN}/Uploading": 8,
            "Stopping/Stopping": 1,
        },
        failures={
            (f"{_IN}/{status}", cause): count for (status, cause), count in _FAILURES.items()
        },
    )
    return census
