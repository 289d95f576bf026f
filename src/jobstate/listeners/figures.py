"""`Figure`: what is measured, once, as data.

Listeners and collectors make their metrics from it, and so are the dashboard, the alert rules and
the tables in the documentation.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen

#: What a label says for whatever the life cycles have no word for.
OTHER: Final = "other"
#: What the label of a cause says of an end that has none: the job has done its work.
NO_CAUSE: Final = "none"
#: The upper bounds of the histogram's buckets, in seconds: from 5 s to 28 days, which is as long
#: as a training job may run.
BUCKETS: Final = (
    *(5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0),
    *(28_800.0, 86_400.0, 172_800.0, 432_000.0, 1_209_600.0, 2_419_200.0),
)


#: Unit → what names in Prometheus say of it.
_IN_NAMES: Final = {"s": "_seconds", "1": "_ratio"}


class FigureKind(StrEnum):
    """How a figure moves.

    LEVEL: up and down. COUNT: only up. SPREAD: it is a histogram of amounts.
    """

    LEVEL = "level"
    COUNT = "count"
    SPREAD = "spread"


@frozen(kw_only=True, eq=False)
class Figure:
    """A figure.

    Attributes:
        name: Its name, to which each adapter adds what its conventions want.
        kind: How it moves.
        labels: What it is told apart by.
        unit: Its unit, as UCUM writes it; what is counted stands in braces.
        meaning: What it is, in a sentence.
    """

    name: str
    kind: FigureKind
    labels: tuple[str, ...]
    unit: str
    meaning: str

    @property
    def metric(self) -> str:
        """What Prometheus calls it: the unit is part of the name, and a count ends in total."""
        unit = _IN_NAMES.get(self.unit, "")
        total = "_total" if self.kind is FigureKind.COUNT else ""
        return f"jobstate_{self.name}{unit}{total}"


# --- What jobs do, counted as events tell it ------------------------------------------------------

JOBS: Final = Figure(
    name="jobs",
    kind=FigureKind.LEVEL,
    labels=("lifecycle", "status", "outcome"),
    unit="{job}",
    meaning="Jobs that have not ended, by where they stand.",
)
ENDED_JOBS: Final = Figure(
    name="ended_jobs",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "status", "outcome", "cause"),
    unit="{job}",
    meaning="Jobs that have ended, by how and why; one that was reopened, at each of its ends.",
)
REFINED_OUTCOMES: Final = Figure(
    name="refined_outcomes",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "outcome", "cause"),
    unit="{job}",
    meaning="Ends that a later answer has told more of, by what they turned out to be.",
)
STATUS_DURATION: Final = Figure(
    name="status_duration",
    kind=FigureKind.SPREAD,
    labels=("lifecycle", "status"),
    unit="s",
    meaning="How long jobs stayed in a secondary status, by their histories, once it is over.",
)
VIOLATIONS: Final = Figure(
    name="violations",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "rule", "severity"),
    unit="{violation}",
    meaning="Violations of the life cycle's rules.",
)
UNMODELLED: Final = Figure(
    name="unmodelled_statuses",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "field"),
    unit="{status}",
    meaning="Statuses of jobs that the life cycle does not know, by where they stood.",
)
FIGURES: Final = (
    *(JOBS, ENDED_JOBS, REFINED_OUTCOMES),
    *(STATUS_DURATION, VIOLATIONS, UNMODELLED),
)

# --- How a tracker and its listeners are, read when somebody asks ---------------------------------

OLDEST_STATUS_AGE: Final = Figure(
    name="oldest_status_age",
    kind=FigureKind.LEVEL,
    labels=("lifecycle", "status"),
    unit="s",
    meaning="For how long a job that has not ended has been where it stands, at most.",
)
WAITING_EVENTS: Final = Figure(
    name="waiting_events",
    kind=FigureKind.LEVEL,
    labels=("listener",),
    unit="{event}",
    meaning="Events that wait in memory for a listener.",
)
LAGGING_LISTENERS: Final = Figure(
    name="lagging_listeners",
    kind=FigureKind.LEVEL,
    labels=("listener",),
    unit="{listener}",
    meaning="Listeners for which more events wait in the journal: 1 if they do, else 0.",
)
RETRIED_JOBS: Final = Figure(
    name="retried_jobs",
    kind=FigureKind.LEVEL,
    labels=("listener",),
    unit="{job}",
    meaning="Jobs that a listener has failed at and is told of again.",
)
PARKED_JOBS: Final = Figure(
    name="parked_jobs",
    kind=FigureKind.LEVEL,
    labels=("listener",),
    unit="{job}",
    meaning="Jobs that a listener has failed at and hears no more of.",
)
LISTENER_CALL: Final = Figure(
    name="listener_call",
    kind=FigureKind.LEVEL,
    labels=("listener",),
    unit="s",
    meaning="How long the longest call of a listener that goes on now has taken.",
)
DELIVERED_EVENTS: Final = Figure(
    name="delivered_events",
    kind=FigureKind.COUNT,
    labels=("listener",),
    unit="{event}",
    meaning="Events that a listener has heard, since the process began.",
)
FAILED_CALLS: Final = Figure(
    name="failed_calls",
    kind=FigureKind.COUNT,
    labels=("listener",),
    unit="{call}",
    meaning="Calls of a listener that raised or were cut short, since the process began.",
)
DROPPED_EVENTS: Final = Figure(
    name="dropped_events",
    kind=FigureKind.COUNT,
    labels=("listener",),
    unit="{event}",
    meaning="Events that a listener was never told for want of room.",
)
TRACKER_FIGURES: Final = (
    *(OLDEST_STATUS_AGE, WAITING_EVENTS, LAGGING_LISTENERS, RETRIED_JOBS, PARKED_JOBS),
    *(LISTENER_CALL, DELIVERED_EVENTS, FAILED_CALLS, DROPPED_EVENTS),
)

# --- How a poller is ------------------------------------------------------------------------------

POLLER_AGE: Final = Figure(
    name="poller_age",
    kind=FigureKind.LEVEL,
    labels=("poller",),
    unit="s",
    meaning="How old what a poller knows is: since its last complete pass began.",
)
POLLER_LAG: Final = Figure(
    name="poller_lag",
    kind=FigureKind.LEVEL,
    labels=("poller",),
    unit="s",
    meaning="For how long an end has waited at most for a description that shows it.",
)
POLLER_JOBS: Final = Figure(
    name="poller_jobs",
    kind=FigureKind.LEVEL,
    labels=("poller",),
    unit="{job}",
    meaning="Jobs of a poller that are not known to have ended.",
)
POLLER_DUE: Final = Figure(
    name="poller_due_jobs",
    kind=FigureKind.LEVEL,
    labels=("poller", "why"),
    unit="{job}",
    meaning="Jobs that a poller is to have described, by why.",
)
POLLER_BUDGET: Final = Figure(
    name="poller_budget_used",
    kind=FigureKind.LEVEL,
    labels=("poller", "operation"),
    unit="1",
    meaning="How much of its rate a poller has used of late: 1 for all of it.",
)
POLLER_REQUESTS: Final = Figure(
    name="poller_requests",
    kind=FigureKind.COUNT,
    labels=("poller", "operation"),
    unit="{request}",
    meaning="Requests that a poller has made.",
)
POLLER_THROTTLED: Final = Figure(
    name="poller_throttled_requests",
    kind=FigureKind.COUNT,
    labels=("poller", "operation"),
    unit="{request}",
    meaning="Requests of a poller that the service said were too many.",
)
POLLER_UNREAD: Final = Figure(
    name="poller_unread_answers",
    kind=FigureKind.COUNT,
    labels=("poller",),
    unit="{answer}",
    meaning="Items and descriptions that a poller could not read.",
)
POLLER_FIGURES: Final = (
    *(POLLER_AGE, POLLER_LAG, POLLER_JOBS, POLLER_DUE, POLLER_BUDGET),
    *(POLLER_REQUESTS, POLLER_THROTTLED, POLLER_UNREAD),
)
