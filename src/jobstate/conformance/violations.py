"""What is told of a job: what it breaks and the statuses that nobody knows, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from jobstate.model.events import Unmodelled, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.automaton.automaton import Automaton
    from jobstate.conformance.job_state import JobState, Judgement
    from jobstate.conformance.memo import AnswerView
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Observation
    from jobstate.model.specification import Finding, Rule

#: How often a job is told to break one rule. More would tell nobody anything, and what is kept of
#: a job must be bounded whatever is said of it.
MOST_TOLD = 100


class _Reporter:
    """Sees to it that the same is told once of a job, and not without end."""

    def __init__(self, job_state: JobState) -> None:
        self.reported = dict(job_state.reported)
        self.suppressed = job_state.suppressed

    def is_news(self, topic: str, key: str) -> bool:
        """Return whether it is news, and remember it."""
        told = self.reported.get(topic, frozenset())
        if key in told:
            return False
        if len(told) >= MOST_TOLD:
            self.suppressed += 1
            return False
        self.reported[topic] = told | {key}
        return True


def violation_of(job: JobKey, rule: Rule, finding: Finding, judge: str) -> Violation:
    """Return what is told of a finding; the judge is the life cycle's name and version."""
    return Violation(
        job=job,
        rule=rule.id,
        severity=rule.severity,
        message=finding.message,
        basis=rule.basis,
        source=rule.source,
        path=finding.path,
        seen=finding.seen,
        allowed=finding.allowed,
        at=finding.at,
        lifecycle=judge,
    )


class ViolationLog:
    """Makes events of findings, for one life cycle."""

    def __init__(self, lifecycle: Lifecycle, automata: Mapping[str, Automaton]) -> None:
        history = lifecycle.history_region
        self._history = None if history is None else history.name
        self._automata = automata
        #: Name and version, which every violation carries.
        self._judge = str(lifecycle)

    def report(
        self,
        judgement: Judgement,
        observation: Observation,
        view: AnswerView,
        found: list[tuple[Rule, Finding]],
    ) -> Judgement:
        """Add what the findings and unknown statuses say, each once per job."""
        job = judgement.job_state.job
        news = (
            list(self._unmodelled(job, observation)) if self.has_unknown(observation, view) else ()
        )
        if not found and not news:
            return judgement
        reporter = _Reporter(judgement.job_state)
        violations = tuple(
            violation
            for violation in (violation_of(job, rule, each, self._judge) for rule, each in found)
            if reporter.is_news(violation.rule, violation.key)
        )
        unmodelled = tuple(each for each in news if reporter.is_news(each.kind, each.key))
        return evolve(
            judgement,
            job_state=evolve(
                judgement.job_state, reported=reporter.reported, suppressed=reporter.suppressed
            ),
            violations=violations,
            unmodelled=unmodelled,
        )

    def has_unknown(self, observation: Observation, view: AnswerView) -> bool:
        """Tell quickly whether a status may be new to the life cycle and was not told yet."""
        if not view.plain and any(
            region_view.unknown for region_view in view.region_views.values()
        ):
            return True
        if self._history is None or not observation.entries:
            return False
        knows = self._automata[self._history].knows
        return not all(knows(entry.status) for entry in observation.entries)

    def _unmodelled(self, job: JobKey, observation: Observation) -> Iterator[Unmodelled]:
        for region, shown in observation.shown.items():
            automaton = self._automata.get(region)
            if automaton is not None:
                for axis, value in automaton.unknown_in(shown.primary, shown.secondary):
                    yield Unmodelled(
                        job=job,
                        field=f"{region}.{axis}",
                        value=value,
                        at=observation.modified,
                    )
        if self._history is not None:
            automaton = self._automata[self._history]
            for entry in observation.entries:
                if not automaton.knows(entry.status):
                    yield Unmodelled(
                        job=job,
                        field=f"{self._history}.entries",
                        value=entry.status,
                        at=entry.start,
                    )
