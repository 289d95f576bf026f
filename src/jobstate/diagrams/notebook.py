"""Life cycles and jobs show themselves in notebooks, once `jobstate.diagrams` is loaded there.

Nothing is loaded that is not there already: outside of a notebook this does nothing, and storeys
below know nothing of pictures.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from jobstate.diagrams.graph.detail import Detail
from jobstate.diagrams.overlays.job import way
from jobstate.diagrams.picture import picture
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import Observation, Shown
from jobstate.tracking.tracked_job import TrackedJob

if TYPE_CHECKING:
    from collections.abc import Iterator

_SVG = "image/svg+xml"


def show_in_notebooks() -> bool:
    """Tell the notebook that runs this process, if one does, how to show life cycles and jobs.

    Returns:
        Whether there is one.
    """
    shell = _shell()
    if shell is None:
        return False
    formatter = shell.display_formatter.formatters[_SVG]
    formatter.for_type(Lifecycle, partial(picture, detail=Detail.USUAL))
    formatter.for_type(TrackedJob, picture_of_job)
    return True


def picture_of_job(job: TrackedJob) -> str:
    """Return the way of a tracked job as SVG, as far as the tracker remembers it."""
    overlay = way(job.lifecycle, _observed(job))
    return picture(job.lifecycle, overlay=overlay, detail=Detail.USUAL)


def _shell() -> Any | None:  # noqa: ANN401 - IPython has no types, and may not be there
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _observed(job: TrackedJob) -> Observation:
    """Return what one answer would say that tells all that is known of a job."""
    return Observation(
        job=job.key,
        shown=dict(_shown(job)),
        features=job.features,
        entries=job.entries,
        modified=job.modified,
        cause=job.result.cause,
        failure_reason=job.failure_reason,
    )


def _shown(job: TrackedJob) -> Iterator[tuple[str, Shown]]:
    for region in job.lifecycle.regions:
        states = [region.state(name) for name in job.states(region.name)]
        primaries = {state.primary for state in states}
        secondaries = {state.secondary for state in states}
        if len(primaries) == 1:
            secondary = secondaries.pop() if len(secondaries) == 1 else None
            yield region.name, Shown(primaries.pop(), secondary)
