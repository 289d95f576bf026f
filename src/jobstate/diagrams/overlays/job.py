"""One job's way, laid over the picture of its life cycle: `way`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from jobstate.common.text import counted
from jobstate.common.times import require_aware
from jobstate.conformance.answers import in_sequence, readings
from jobstate.conformance.check import check
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.diagrams.graph.ids import ids_of
from jobstate.diagrams.overlays import sentences
from jobstate.diagrams.overlays.course import course_of
from jobstate.diagrams.overlays.overlay import Break, Chip, Mark, Overlay, OverlaySign
from jobstate.diagrams.overlays.strip import strip_of
from jobstate.diagrams.overlays.words import (
    cut,
    duration,
    numbered,
    percent,
    weight,
)
from jobstate.diagrams.stages import Stage, stages_of
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.observation import LONGEST_REASON
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from jobstate.conformance.report import Report
    from jobstate.diagrams.overlays.course import CourseStep, Track, Visit
    from jobstate.diagrams.overlays.overlay import Strip
    from jobstate.model.events import Violation

#: What stands where a job is.
_NOW: Final = "now"
#: Of more of them only so many are kept: the first ones and the last.
MOST_NUMBERS: Final = 20
#: Of more of them only the first are told, and how many there are besides.
MOST_BREAKS: Final = 100


def way(lifecycle: Lifecycle, answers: object, *, now: datetime | None = None) -> Overlay:
    """Return one job's way, to be laid over the picture of its life cycle.

    Every step has a number, from 1 for the job's beginning: each entry of its history is a step,
    and so is a move of the primary status alone. A history prints no primary statuses. Where
    several runs of states explain it, with all that the answers show beside it, the way is the
    shortest of them, and of the shortest the firmest (`jobstate.automaton.shortest_run`); all that
    is certain is on it. The footer names the steps at which the primary status moved without
    anything telling when.

    Of answers without a history the way has the statuses that were seen; an arrow is marked only
    if every legal run takes it. How long a job stayed is then the time from one answer's
    time of modification to the next one's, and printed with ≈.

    A stay in a status during which the primary status moved counts for the state in which the
    status was entered, up to the answer that first shows the other. Nothing lasts in a final state.

    A job is shown to be now where its newest answer says that it is. Statuses that are no state,
    for one is not known or they don't go together, are drawn as what they are: at the frame of
    their primary status, where there is one, and on the time line.

    Args:
        lifecycle: The life cycle; that of the picture.
        answers: What the service said about one job, in any form that `jobstate.check` takes: one
            answer, or several in order.
        now: What time it is; aware. A stay that has not ended lasts until then, by default until
            the newest time that the answers show.

    Raises:
        ObservationError: An answer can't be read, there is none, or they are about several jobs.
        ValueError: `now` is not aware.
    """
    if now is not None:
        require_aware(now)
    seen = in_sequence(readings(lifecycle, answers))
    report = check(lifecycle, seen)
    tracks = course_of(lifecycle, seen, now)
    maker = _Maker(lifecycle, tracks, _located(report, tracks))
    main = next((each for each in tracks if each.region is lifecycle.main_region), None)
    return Overlay(
        title=cut(report.job.name),
        subtitle=sentences.subtitle(report, main),
        reason=cut(" ".join((report.failure_reason or "").split()), LONGEST_REASON),
        arrows=_marks(maker.arrows),
        starts=_marks(maker.starts),
        nodes=maker.chips,
        frames=maker.frames,
        breaks=tuple(maker.breaks[:MOST_BREAKS]),
        findings=tuple(sentences.findings(report)),
        strip=None if main is None else maker.strip(main),
        signs=dict(_signs(maker)),
        footer=sentences.footer(main),
    )


# --- Where rules were broken --------------------------------------------------------------------

#: (Region, index of the visit) → the rules of severity error that were broken there, in order.
_Located: TypeAlias = Mapping[tuple[str, int], Sequence[str]]


def _located(report: Report, tracks: Sequence[Track]) -> _Located:
    """Return where rules were broken, as far as a place on the way tells."""
    found: dict[tuple[str, int], list[str]] = {}
    for step in report.steps:
        for violation in step.violations:
            if violation.severity is Severity.ERROR:
                track = _track_of(violation, tracks)
                visit = None if track is None else _visit_of(violation, step.where, track)
                if track is not None and visit is not None:
                    found.setdefault((track.region.name, visit), []).append(violation.rule)
    return found


def _track_of(violation: Violation, tracks: Sequence[Track]) -> Track | None:
    """Return the track that a violation is about: the one that its rule names, else the first."""
    named = (
        each
        for each in tracks
        if each.region.prefix and violation.rule.startswith(each.region.prefix)
    )
    return next(named, tracks[0] if tracks else None)


def _visit_of(violation: Violation, where: str, track: Track) -> int | None:
    """Return the index of the visit that a violation is about: by its entry, else its answer."""
    entry = track.entry_at(violation.path)
    if entry is not None:
        return track.visit_of_entry(entry)
    return track.seen_at.get(int(where.strip("[]")))


# --- Arrows, nodes, breaks ----------------------------------------------------------------------


class _Maker:
    """Collects what the tracks bring.

    Attributes:
        arrows: Id of an arrow → the numbers of its steps.
        starts: Id of a start → likewise.
        chips: Id of a node → its chip.
        frames: Id of a frame → its chip.
    """

    def __init__(self, lifecycle: Lifecycle, tracks: Sequence[Track], located: _Located) -> None:
        self._ids = ids_of(lifecycle)
        self._located = located
        self.arrows: dict[str, list[int]] = {}
        self.starts: dict[str, list[int]] = {}
        self.chips: dict[str, Chip] = {}
        self.frames: dict[str, Chip] = {}
        self._groups = _groups(lifecycle)
        self._main = lifecycle.main_region
        self._stages = stages_of(lifecycle)
        self._breaks: dict[tuple[str | None, str, str], list[int]] = {}
        self._refused = {
            (track.region.name, step.visit): f"{track.region.prefix}illegal-{_kind(step)}"
            for track in tracks
            for step in track.steps
            if step.broken
        }
        for track in tracks:
            for step in track.steps:
                self._add(step, track)
            self.chips |= self._chips(track)
            self.frames |= self._chips_of_frames(track)

    @property
    def breaks(self) -> list[Break]:
        """The moves that no arrow allows, in the order in which they were first made."""
        return [
            Break(
                origin=origin,
                target=target,
                rule=rule,
                numbers=_few(numbers),
                count=len(numbers),
            )
            for (origin, target, rule), numbers in self._breaks.items()
        ]

    def strip(self, track: Track) -> Strip | None:
        """Return a track's time line; None where nothing tells a time."""
        return strip_of(track, self._ids.nodes, self._stages, partial(self._alarm, track))

    def _add(self, step: CourseStep, track: Track) -> None:
        ids, region = self._ids, track.region.name
        if step.broken:
            self._break(step, track)
        elif step.origin is None:
            self.starts.setdefault(ids.starts[region, step.target], []).append(step.number)
        else:
            arrow = ids.arrows[region, step.origin, step.target]
            self.arrows.setdefault(arrow, []).append(step.number)

    def _break(self, step: CourseStep, track: Track) -> None:
        if step.origin == step.target:
            return  # it went nowhere: the state's chip says what is wrong
        nodes, region = self._ids.nodes, track.region.name
        origin = None if step.origin is None else nodes[region, step.origin]
        move = (origin, nodes[region, step.target], self._alarm(track, step.visit))
        self._breaks.setdefault(move, []).append(step.number)

    def _alarm(self, track: Track, visit: int) -> str:
        """Return the rule that was broken when the job came to a visit; empty for none."""
        told = self._located.get((track.region.name, visit))
        if told:
            return told[0]
        # Of a history the verdict tells the first bad move only, and none if the rule is off.
        return self._refused.get((track.region.name, visit), "")

    def _chips(self, track: Track) -> dict[str, Chip]:
        stays: dict[str, list[Visit]] = {}
        alarms: dict[str, str] = {}
        for place, visit in enumerate(track.visits):
            if visit.state is not None:
                stays.setdefault(visit.state, []).append(visit)
                alarms[visit.state] = alarms.get(visit.state) or self._alarm(track, place)
        whole = sum(each.microseconds or 0 for each in track.visits)
        last = track.visits[-1]
        stages = self._stages if track.region is self._main else {}
        return {
            self._ids.nodes[track.region.name, state]: _chip(
                visits,
                whole,
                stages.get(visits[0].label),
                now=state == last.state and last.seen,
                alarm=alarms[state],
            )
            for state, visits in stays.items()
        }

    def _chips_of_frames(self, track: Track) -> dict[str, Chip]:
        """Return what frames have to say: where no state shows an answer, its frame does."""
        found: dict[str, Chip] = {}
        for place, visit in enumerate(track.visits):
            frame = self._groups.get((track.region.name, visit.primary or ""))
            if visit.state is None and frame is not None:
                now = visit is track.visits[-1]
                alarm = found.get(frame, Chip()).alarm or self._alarm(track, place)
                said = f"{_NOW}: {cut(visit.label)}" if visit.strange else _NOW
                found[frame] = Chip(
                    corner=said if now else "",
                    now=now,
                    alarm=alarm,
                    stage=Stage.STRANGE if visit.strange else None,
                )
        return {frame: chip for frame, chip in found.items() if chip.now or chip.alarm}


def _signs(maker: _Maker) -> Iterator[tuple[OverlaySign, str]]:
    """Yield what signs mean, those that a way has."""
    chips = [*maker.chips.values(), *maker.frames.values()]
    if maker.arrows or maker.starts:
        yield OverlaySign.PILL, "its steps, from 1"
    if maker.breaks:
        yield OverlaySign.BREAK, "a move that no arrow allows"
    if any(chip.text for chip in chips):
        yield OverlaySign.CHIP, "time there, its part of all"
    if any(chip.share for chip in chips):
        yield OverlaySign.SHARE, "deeper: more of its time"
    if any(chip.corner == _NOW for chip in chips):
        yield OverlaySign.NOW, "where the job is"
    if any(chip.stage is Stage.STRANGE for chip in maker.frames.values()):
        yield OverlaySign.STRANGE, "shown so, but no state"
    if any(chip.alarm for chip in chips):
        yield OverlaySign.ALARM, "the rule that was broken there"
    yield OverlaySign.REST, "pale: not on its way"


@derived
def _groups(lifecycle: Lifecycle) -> Mapping[tuple[str, str], str]:
    """Return (region, primary status) → the id of its frame."""
    frames = {node.id: node.group for node in diagram_of(lifecycle).nodes}
    nodes = ids_of(lifecycle).nodes
    return {
        (region.name, state.primary): frames[nodes[region.name, state.name]]
        for region in lifecycle.regions
        for state in region.states
    }


def _kind(step: CourseStep) -> str:
    return "start" if step.origin is None else "transition"


def _marks(numbers: Mapping[str, Sequence[int]]) -> dict[str, Mark]:
    most = max(map(len, numbers.values()), default=0)
    return {
        name: Mark(
            text=numbered(each, len(each)),
            weight=weight(len(each), most),
            numbers=_few(each),
            count=len(each),
        )
        for name, each in numbers.items()
    }


def _few(numbers: Sequence[int]) -> tuple[int, ...]:
    """Return numbers in order; of very many the first ones and the last."""
    return (*numbers[: MOST_NUMBERS - 1], *numbers[MOST_NUMBERS - 1 :][-1:])


def _chip(
    visits: Sequence[Visit], whole: int, stage: Stage | None, *, now: bool, alarm: str
) -> Chip:
    # What nothing shows may have been left at once.
    lengths = [each.microseconds for each in visits if each.seen]
    known = [each for each in lengths if each is not None]
    share = sum(known) / whole if whole else 0.0
    text = ""
    if known and not visits[0].final:
        exact = all(each.exact or each.open or each.begin is None for each in visits)
        text = f"{'' if exact else '≈ '}{duration(sum(known))}"
        text += f" in {counted(len(visits), 'visit')}" if len(visits) > 1 else ""
        text += f" · {percent(share)}" if whole else ""
    corner = _NOW if now else ""
    return Chip(text=text, corner=corner, share=share, now=now, alarm=alarm, stage=stage)
