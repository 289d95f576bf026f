"""The errors of driving: jobstate's and `transitions`' at once, so users of either catch them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transitions.core import MachineError

from jobstate.errors import JobstateError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable


class TriggerRefusedError(JobstateError, MachineError):
    """A trigger that may not move the job now. It stayed where it was.

    Attributes:
        trigger: The trigger.
        state: The state in which it was refused.
        reasons: Why: which guard or condition refused, a sentence each.
        allowed: The triggers that the life cycle allows now, sorted.
    """

    def __init__(
        self, trigger: str, state: str, reasons: Iterable[str], allowed: Iterable[str]
    ) -> None:
        self.trigger = trigger
        self.state = state
        self.reasons = tuple(reasons)
        self.allowed = tuple(sorted(allowed))
        super().__init__(str(self))
        self.args = (trigger, state, self.reasons, self.allowed)

    def __str__(self) -> str:
        why = "; ".join(self.reasons)
        there = ", ".join(self.allowed) or "nothing"
        return f"{self.trigger} is refused in {self.state}: {why}; allowed now: {there}"


class ModelError(JobstateError, MachineError):
    """A model that the machine can't drive, or not so. Nothing was done to it.

    Attributes:
        model: The name of its class.
        problems: Everything that is wrong, a sentence each.
    """

    def __init__(self, model: str, problems: Iterable[str]) -> None:
        self.model = model
        self.problems = tuple(problems)
        super().__init__(str(self))
        self.args = (model, self.problems)

    def __str__(self) -> str:
        return f"this {self.model} can't be driven: {'; '.join(self.problems)}"


class ClosedMachineError(JobstateError, MachineError):
    """A change that would let models do what the life cycle forbids. Nothing was changed.

    Attributes:
        asked: What was asked.
        instead: What to do.
    """

    def __init__(self, asked: str, instead: str) -> None:
        self.asked = asked
        self.instead = instead
        super().__init__(str(self))
        self.args = (asked, instead)

    def __str__(self) -> str:
        return f"{self.asked}: a machine moves as its life cycle says; {self.instead}"


class NameClashError(JobstateError, ValueError):
    """Names of a life cycle that Python could not tell apart. No machine was built.

    Attributes:
        lifecycle: The life cycle's name.
        clashes: Every name with more than one meaning, a sentence each.
    """

    def __init__(self, lifecycle: str, clashes: Iterable[str]) -> None:
        self.lifecycle = lifecycle
        self.clashes = tuple(clashes)
        super().__init__(lifecycle, self.clashes)

    def __str__(self) -> str:
        name = shown(self.lifecycle)
        return f"rename causes or states of {name} to drive it: {'; '.join(self.clashes)}"
