"""What tests have seen of a life cycle, as an overlay: `seen`."""

from __future__ import annotations

import pytest

from jobstate.diagrams import picture, seen
from jobstate.diagrams.graph.ids import ids_of
from jobstate.sagemaker import TRAINING_JOB

STARTING, DOWNLOADING = "InProgress/Starting", "InProgress/Downloading"


def test_what_was_seen() -> None:
    """States, edges and a beginning, where there is but one; what is not there is left out."""
    overlay = seen(
        TRAINING_JOB,
        {"job": [STARTING, DOWNLOADING, "Hibernating"]},
        {"job": [(STARTING, DOWNLOADING), (DOWNLOADING, "Hibernating")]},
    )
    ids = ids_of(TRAINING_JOB)
    assert set(overlay.nodes) == {ids.nodes["job", STARTING], ids.nodes["job", DOWNLOADING]}
    assert set(overlay.arrows) == {ids.arrows["job", STARTING, DOWNLOADING]}
    begun = [start for (region, _), start in ids.starts.items() if region == "job"]
    assert set(overlay.starts) == (set(begun) if len(begun) == 1 else set())
    assert overlay.footer.startswith("2 of ")


@pytest.mark.parametrize("states", [{}, {"job": []}], ids=["no region", "no state"])
def test_nothing_was_seen(states: dict[str, list[str]]) -> None:
    """It is drawn all the same."""
    overlay = seen(TRAINING_JOB, states, {})
    assert (overlay.nodes, overlay.arrows, overlay.starts) == ({}, {}, {})
    assert "seen by tests" in picture(TRAINING_JOB, overlay=overlay)
