"""`assert_conforms`: a test's last line, which tells the story where answers can't be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.conformance.answers import observations
from jobstate.errors import ObservationError, Problem
from jobstate.model.kinds import Kinds
from jobstate.testing.oracle.story import Judged, NotConformingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.conformance.report import Report
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey


def assert_conforms(
    answers: object,
    lifecycle: Lifecycle | Kinds,
    *,
    given: Mapping[str, bool] | None = None,
    strict: bool = False,
) -> dict[JobKey, Report]:
    """Fail unless every job that answers speak of did only what its life cycle allows.

    Args:
        answers: What the service said, in any form that `jobstate.check_jobs` takes: of several
            answers about a job, in the order in which they were given.
        lifecycle: The life cycle, or the kinds that the jobs may be of.
        given: Features that are known of all jobs: ``{"spot": False}``. They prove more.
        strict: Notes and unmodelled statuses fail too.

    Returns:
        The verdict on each job, in the order first seen.

    Raises:
        NotConformingError: A job did what is forbidden. It is an AssertionError, whose text tells
            what was seen, with an arrow at the first impossible step, and what was allowed there.
        ObservationError: An answer can't be read, or there is none at all.
        UnknownNameError: `given` names a feature that a life cycle does not have.
        LifecycleError: No job has the features given.
    """
    __tracebackhide__ = True
    judged = Judged(_given(lifecycle, given) if given else lifecycle)
    for where, observation in observations(judged.lifecycle, answers):
        judged.add(where, observation)
    reports = judged.reports()
    if not reports:
        raise ObservationError([Problem("", "an answer about a job", "none")])
    if stories := judged.stories(strict=strict):
        raise NotConformingError(stories)
    return reports


def _given(lifecycle: Lifecycle | Kinds, features: Mapping[str, bool]) -> Lifecycle | Kinds:
    if isinstance(lifecycle, Kinds):
        return Kinds(*(each.given(**features) for each in lifecycle))
    return lifecycle.given(**features)
