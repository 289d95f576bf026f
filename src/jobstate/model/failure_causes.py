"""What a service's own words for a failure stand for, as data: `LeadingKind`."""

from __future__ import annotations

from attrs import frozen


@frozen
class LeadingKind:
    """The cause that the kind stands for with which the words begin, before the first colon.

    Attributes:
        kinds: Each kind with its cause.
        otherwise: The cause of any other.
    """

    kinds: tuple[tuple[str, str], ...]
    otherwise: str

    def __call__(self, reason: str) -> str:
        """Return the cause that a service's words stand for."""
        leading = reason.partition(":")[0].strip()
        return next((cause for kind, cause in self.kinds if kind == leading), self.otherwise)
