"""What the incident view shows, as plain data: jobs, their stays, what is wrong; all in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from attrs import frozen

from jobstate.common.text import counted
from jobstate.diagrams.gantt.axis import Axis
from jobstate.diagrams.overlays.usual import UsualTime
from jobstate.diagrams.stages import Stage
from jobstate.model.states import Outcome

#: Of more jobs than so many each has a bar; of fewer each stay has one, in a row of its own.
MOST_OPENED: Final = 3
#: Of a longer history only so many stays at each end have rows of their own.
MOST_AT_AN_END: Final = 20


@frozen(kw_only=True)
class ShownStay:
    """A stay of a job: one of its history, or one in a status that answers showed after it.

    Attributes:
        number: Which it is, from 1; the page counts its steps so.
        status: The status, as it was shown.
        stage: How far the job was.
        begin: When it began; without a history, when it was first shown. Aware, UTC; None where
            nothing tells.
        end: When it ended, or the newest time known if it lasts; None where nothing tells.
        open: It has not ended.
        is_end: The job has ended there.
        waits: What the status means; empty where nobody says.
        cause: What made the job go there; empty where nothing tells.
        usual: How long jobs usually stay there; None where nobody knows.
        alarm: The rule that was broken there; empty for none.
    """

    number: int
    status: str
    stage: Stage
    begin: datetime | None
    end: datetime | None
    open: bool = False
    is_end: bool = False
    waits: str = ""
    cause: str = ""
    usual: UsualTime | None = None
    alarm: str = ""

    @property
    def length(self) -> timedelta | None:
        """How long it lasted, or lasts so far; None where nothing tells."""
        if self.begin is None or self.end is None:
            return None
        return self.end - self.begin

    @property
    def over(self) -> timedelta:
        """By how much it lasted longer than nineteen of twenty do; nothing where it didn't."""
        if self.length is None or self.usual is None:
            return timedelta(0)
        return max(self.length - self.usual.most, timedelta(0))


class ShownFinding(NamedTuple):
    """What can't be true of a job.

    Attributes:
        text: A sentence.
        number: The number of the stay that it is about; None where it is about none.
        is_note: It proves nothing wrong.
    """

    text: str
    number: int | None = None
    is_note: bool = False


@frozen(kw_only=True)
class ShownJob:
    """A job.

    Attributes:
        name, id, kind: Which job of which kind.
        outcome: What it has come to.
        headline: The same in words, why, after how long, and where.
        reason: Why it failed, in the service's words; empty where nothing says so.
        findings: What can't be true of it.
        console: The address of its page in the service's console; None where nothing tells it.
        stays: Its stays, in order; empty where nothing tells when.
    """

    name: str
    id: str
    kind: str
    outcome: Outcome
    headline: str
    reason: str
    findings: tuple[ShownFinding, ...]
    console: str | None
    stays: tuple[ShownStay, ...]

    @property
    def slowest(self) -> ShownStay | None:
        """The stay that is over its usual time by most; None where none is."""
        slow = [each for each in self.stays if each.over]
        return max(slow, key=lambda each: each.over, default=None)


@frozen
class Incident:
    """Jobs over one time axis.

    Attributes:
        jobs: The jobs, those first that somebody has to look at.
        axis: From their first beginning to the newest time known; None where nothing tells a time.
    """

    jobs: tuple[ShownJob, ...]
    axis: Axis | None

    @property
    def opens(self) -> bool:
        """Whether each stay has a row of its own."""
        return len(self.jobs) <= MOST_OPENED

    @property
    def title(self) -> str:
        """How many jobs there are, and over what time."""
        jobs = counted(len(self.jobs), "job")
        return jobs if self.axis is None else f"{jobs}, {self.axis.title}"


def rows(job: ShownJob) -> list[ShownStay | int]:
    """Return the stays that have rows of their own; of too many, a number for those left out."""
    left_out = len(job.stays) - 2 * MOST_AT_AN_END
    if left_out <= 1:
        return [*job.stays]
    return [*job.stays[:MOST_AT_AN_END], left_out, *job.stays[-MOST_AT_AN_END:]]
