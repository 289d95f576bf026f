"""The stays of a job as far as its answers show them, each with what it waited for: `stays_of`.

An entry of the history is a stay; so is each status that answers show after it. Answers that show
the same status one after the other tell of one stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.diagrams.gantt.record import ShownStay
from jobstate.diagrams.overlays.spots import in_order
from jobstate.diagrams.overlays.words import cut
from jobstate.diagrams.stages import Stage, stages_of
from jobstate.model.lifecycle import derived
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.conformance.report import Report
    from jobstate.diagrams.overlays.course import Track
    from jobstate.diagrams.overlays.usual import UsualTime, UsualTimes
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation, Shown
    from jobstate.model.states import State


@frozen(kw_only=True)
class _Piece:
    """A stay, as answers show it.

    Attributes:
        status: The status, as it was shown.
        visible: What a history prints of it.
        primary: Its primary status; empty where nobody knows.
        begin, end: When it began and ended, as far as the answers say so themselves.
        visits: Indexes of the visits of the track that it consists of, in order.
    """

    status: str
    visible: str
    primary: str
    begin: datetime | None
    end: datetime | None = None
    visits: Sequence[int] = ()

    def fits(self, state: State) -> bool:
        """Return whether a state is what was shown."""
        return state.visible == self.visible and self.primary in {"", state.primary}

    def shows(self, shown: Shown) -> bool:
        """Return whether an answer that shows some status tells of the same stay."""
        if shown.secondary is None:
            return shown.primary == self.primary
        return shown.secondary == self.visible and self.primary in {"", shown.primary}


class JobStays:
    """The stays of a job in the region that tells its outcome.

    Attributes:
        stays: They, in order.
    """

    def __init__(
        self,
        report: Report,
        track: Track,
        seen: Sequence[Observation],
        until: datetime | None,
        usual: UsualTimes,
    ) -> None:
        """Find them.

        Args:
            report: The verdict on the job.
            track: Its course through the region.
            seen: What its answers say, one after the other.
            until: Until when a stay lasts that has not ended; None where nothing tells.
            usual: How long jobs usually stay where.
        """
        self._lifecycle = report.lifecycle
        self._track = track
        self._usual = usual
        self._newest = max((number for number, each in enumerate(seen) if each.entries), default=-1)
        #: Which answer, from 0 → the number of the last stay that it knew of.
        self._of_answer: dict[int, int] = {}
        pieces = list(self._entries())
        for number, each in in_order(seen):
            shown = each.shown.get(track.region.name)
            if number > self._newest and shown is not None:
                if not pieces or not pieces[-1].shows(shown):
                    pieces.append(self._later(number, each, shown))
                self._of_answer[number] = len(pieces)
        alarms = self._alarms(report)
        ends = [*(each.begin for each in pieces[1:]), until]
        self.stays = tuple(
            self._stay(number, piece, end, alarms.get(number, ""), last=number == len(pieces))
            for number, (piece, end) in enumerate(zip(pieces, ends, strict=False), start=1)
        )

    # --- What answers show ------------------------------------------------------------------------

    def _entries(self) -> Iterator[_Piece]:
        visits: dict[int | None, list[int]] = {}
        for place, visit in enumerate(self._track.visits):
            visits.setdefault(visit.entry, []).append(place)
        for number, entry in enumerate(self._track.entries):
            name = self._state_after(visits.get(number, ()))
            yield _Piece(
                status=entry.status,
                visible=entry.status,
                primary=self._track.region.state(name).primary if name else "",
                begin=entry.start,
                end=entry.end,
                visits=visits.get(number, ()),
            )

    def _later(self, number: int, seen: Observation, shown: Shown) -> _Piece:
        place = self._track.seen_at.get(number)
        return _Piece(
            status=str(shown),
            visible=shown.secondary or shown.primary,
            primary=shown.primary,
            begin=seen.modified,
            visits=() if place is None else (place,),
        )

    def _state_after(self, visits: Sequence[int]) -> str | None:
        return self._track.visits[visits[-1]].state if visits else None

    # --- Where rules were broken ------------------------------------------------------------------

    def number_of(self, path: str, where: str) -> int | None:
        """Return the number of the stay that something wrong is about; None where there is none.

        Args:
            path: Where it is in the answer.
            where: Which answer it is, as `Step.where` has it.
        """
        entry, entries = self._track.entry_at(path), len(self._track.entries)
        if entry is not None and entry < entries:
            return entry + 1
        return self._of_answer.get(int(where.strip("[]")), entries) or None

    def _alarms(self, report: Report) -> dict[int | None, str]:
        """Return the first rule of severity error that was broken at each stay."""
        rules: dict[int | None, str] = {}
        for step in report.steps:
            for each in step.violations:
                if each.severity is Severity.ERROR:
                    rules.setdefault(self.number_of(each.path, step.where), each.rule)
        return rules

    # --- What it means ----------------------------------------------------------------------------

    def _stay(
        self, number: int, piece: _Piece, until: datetime | None, alarm: str, *, last: bool
    ) -> ShownStay:
        name = self._state_after(piece.visits)
        state = None if name is None else self._track.region.state(name)
        final = bool(piece.visits) and self._track.visits[piece.visits[-1]].final
        end = piece.begin if final else piece.end or until
        if piece.begin is not None and end is not None:
            end = max(piece.begin, end)
        return ShownStay(
            number=number,
            status=cut(piece.status),
            stage=self._stage(piece),
            begin=piece.begin,
            end=end,
            open=last and not final and piece.end is None,
            is_end=final,
            waits=cut(state.meaning) if state else "",
            # Between answers nobody looked.
            cause=self._cause(piece.visits) if number <= len(self._track.entries) else "",
            usual=None if state is None or final else self._usual_time(state),
            alarm=alarm,
        )

    def _stage(self, piece: _Piece) -> Stage:
        """Return the stage of what an answer showed, as far as all that it leaves agree on it."""
        states = self._track.region.states
        fitting = [each for each in states if piece.fits(each)]
        if not fitting and piece.visible == piece.primary:  # there was no secondary status
            fitting = [each for each in states if each.primary == piece.primary]
        stages = {stages_of(self._lifecycle)[each.visible] for each in fitting}
        if len(stages) > 1:
            return Stage.NOT_SEEN
        return stages.pop() if stages else Stage.STRANGE

    def _usual_time(self, state: State) -> UsualTime | None:
        return self._usual.get((self._lifecycle.name, state.name))

    def _cause(self, visits: Sequence[int]) -> str:
        """Return what made the job come there, move by move."""
        causes = _causes(self._lifecycle)
        moves = [
            (step.origin, step.target)
            for step in self._track.steps
            if step.visit in visits and not step.broken
        ]
        return "; ".join(filter(None, (causes.get(move, "") for move in moves)))


@derived
def _causes(lifecycle: Lifecycle) -> Mapping[tuple[str | None, str], str]:
    """Return what makes jobs move, in words: (origin, target) → the causes."""
    found: dict[tuple[str | None, str], dict[str, None]] = {}
    for edge in lifecycle.main_region.edges:
        found.setdefault((edge.origin, edge.target), {})[edge.cause.replace("_", " ")] = None
    return {move: cut(" or ".join(causes)) for move, causes in found.items()}
