"""`KindWords`: which words labels may say, so that there are only so many series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from jobstate.kinds.causes import causes_of, shown_causes
from jobstate.listeners.figures import NO_CAUSE, OTHER
from jobstate.model.kinds import by_name
from jobstate.model.states import UNKNOWN_CAUSE, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle


@frozen
class Words:
    """The words that labels may say of a kind of job: those of its life cycle.

    Its `ends` are the statuses, outcomes and causes with which its jobs may end. Which causes a
    `failure_cause` of its own tells nobody knows, so they are ``other``.
    """

    name: str
    statuses: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    ends: frozenset[tuple[str, str, str]] = frozenset()

    def status(self, label: str) -> str:
        """Return a status, if it is one."""
        return label if label in self.statuses else OTHER

    def rule(self, rule: str) -> str:
        """Return the id of a rule, if it is one."""
        return rule if rule in self.rules else OTHER

    def field(self, field: str) -> str:
        """Return where a status stands, if one may stand there."""
        return field if field in self.fields else OTHER

    def cause(self, cause: str | None) -> str:
        """Return why a job has ended, if jobs of the kind may end so."""
        if cause is None:
            return NO_CAUSE
        return cause if cause in self.causes else OTHER


#: Of a kind that was not given.
_NO_WORDS: Final = Words(OTHER)


class KindWords:
    """The words of several kinds of job."""

    def __init__(self, lifecycle: Lifecycle | Kinds) -> None:
        """Take those of a life cycle, or of kinds."""
        self._words = {kind: _words(each) for kind, each in by_name(lifecycle).items()}

    def of(self, kind: str) -> Words:
        """Return those of a kind; if it was not given, ``other`` alone."""
        return self._words.get(kind, _NO_WORDS)

    def ends(self) -> Iterator[tuple[str, ...]]:
        """Yield the labels with which jobs may be known to end: kind, status, outcome, cause."""
        for words in self._words.values():
            yield from ((words.name, *end) for end in sorted(words.ends))


def _words(lifecycle: Lifecycle) -> Words:
    statuses = {"anything"}
    for state in lifecycle.main_region.states:
        statuses |= {state.name, state.primary, state.visible}
    fields = (
        f"{each.name}.{axis}"
        for each in lifecycle.regions
        for axis in ("primary", "secondary", "entries")
    )
    rules = (rule.id for rule in lifecycle.rules)
    causes = {UNKNOWN_CAUSE, *(causes_of(lifecycle) or shown_causes(lifecycle))}
    return Words(
        lifecycle.name,
        frozenset(statuses),
        frozenset(rules),
        frozenset(fields),
        frozenset(causes),
        frozenset(_ends(lifecycle)),
    )


def _ends(lifecycle: Lifecycle) -> Iterator[tuple[str, str, str]]:
    told = (causes_of(lifecycle) or frozenset[str]()) - shown_causes(lifecycle).keys()
    signs = lifecycle.schema.ends if lifecycle.schema else ()
    for state in lifecycle.main_region.states:
        if not state.final:
            continue
        yield state.name, str(state.outcome), state.cause or NO_CAUSE
        if state.outcome is Outcome.FAILED and state.cause == UNKNOWN_CAUSE:
            yield from ((state.name, str(state.outcome), cause) for cause in told)
        for sign in signs:
            if sign.status == state.primary:
                yield state.name, str(sign.outcome), sign.cause
