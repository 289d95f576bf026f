"""`Describer`: describes the jobs that are due within the budget, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import define

from jobstate.aws.operations import Describing
from jobstate.aws.polling.asking import Asking, Steps, pause
from jobstate.aws.polling.due import Due, Wanted, Why
from jobstate.aws.polling.news import News
from jobstate.aws.trouble import CallFailure, Trouble
from jobstate.conformance.answers import read_by
from jobstate.errors import ObservationError

#: After how many refusals in a row nothing more is described in a pass.
_REFUSALS: Final = 5
#: How often a job is looked for that only a hint was about; lists will show it if it is there.
_HINTED: Final = 5
#: How many seconds to wait at least after a description that can't be read.
_UNREAD: Final = 30.0
#: The longest time between two tries to describe a job, in seconds.
_LONGEST: Final = 600.0


@define(eq=False)
class Describer:
    """Describes jobs.

    Attributes:
        how: How they are described.
        asking: Makes the calls.
        news: Tells what they bring.
        shown: The jobs that the last complete walk has shown; None before there was one.
    """

    how: Describing
    asking: Asking
    news: News
    shown: Mapping[str, object] | None = None
    _refused: int = 0

    @property
    def due(self) -> Due:
        """What is due."""
        return self.news.due

    def begin(self) -> None:
        """Begin a pass: what was refused before may be taken now."""
        self._refused = 0

    def plan(self, until: float) -> Steps:
        """Describe what is due, until a time; end sooner where nothing will be due before.

        Args:
            until: In seconds of the poller's clock.
        """
        clock, budget = self.asking.clock.clock, self.asking.budget
        operation = self.how.shape.operation
        while self._refused < _REFUSALS and (left := until - clock()) > 0:
            wait = self.due.wait(clock())
            if wait is None or wait >= left:
                return
            wait = wait or budget.take(operation)
            if wait > 0:
                yield pause(min(wait, left))
                continue
            yield from self._describe(self.due.take(clock(), self.how.most))

    def _describe(self, wanted: Sequence[Wanted]) -> Steps:
        try:
            came = yield from self.asking.ask(self.how.call_for(*(each.job for each in wanted)))
        except BaseException:
            for each in wanted:  # whoever drives this may go on
                self._again(each)
            raise
        if isinstance(came, CallFailure):
            self._refuse(wanted, came)
            return
        self._refused = 0
        left = {each.job: each for each in wanted}
        read = [self._answer(answer, left) for answer in self.how.answers(came)]
        for each in left.values():
            if all(read):
                self._missing(each)
            else:  # it may be the one that could not be read
                self._again(each, least=_UNREAD)

    def _answer(self, answer: Mapping[str, Any], left: dict[str, Wanted]) -> bool:
        """Tell what one answer says, and strike its job off; return whether it can be read."""
        try:
            observation = read_by(self.news.kind, answer)
        except ObservationError as error:
            self.news.cannot_read(str(error))
            return False
        key = observation.job
        each = left.pop(key.id, None) or left.pop(key.name, None)
        late = self.news.describe(observation)
        if each is not None and each.why is Why.ENDED:
            self.news.learn(self.asking.clock.clock() - each.since, late=late)
        if each is not None and late:
            self._again(each)
        return True

    # --- What came to nothing -------------------------------------------------------------------

    def _refuse(self, wanted: Sequence[Wanted], refused: CallFailure) -> None:
        if refused.trouble is Trouble.MISSING:
            for each in wanted:
                self._missing(each)
            return
        for each in wanted:
            self._again(each, refused.retry_after or 0.0)
        self._refused += 1
        if self._refused == _REFUSALS or refused.trouble is Trouble.UNAVAILABLE:
            self._refused = _REFUSALS
            self.news.report.trouble = self.news.report.trouble or refused

    def _missing(self, wanted: Wanted) -> None:
        """See to a job that the service does not know, or not yet: descriptions may be late."""
        news = self.news
        if self.shown is None or wanted.job in self.shown:
            self._again(wanted)
            return
        news.watch.reopening.pop(wanted.job, None)
        key = news.watch.alive.get(wanted.job)
        if key is not None and news.is_settling(key):
            self._again(wanted)
        elif key is not None:
            news.gone(key)
        elif wanted.tries < _HINTED:
            self._again(wanted)
        elif (job := news.known_as(wanted.job)) is not None and job.final:
            news.watch.settled.add(job.key)  # deleted, and nobody can say more of it

    def _again(self, wanted: Wanted, least: float = 0.0) -> None:
        now = self.asking.clock.clock()
        seconds = min(max(2.0**wanted.tries, self.news.behind, least), _LONGEST)
        self.due.again(wanted, now + seconds)
