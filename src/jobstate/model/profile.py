"""How jobs were seen to live, as data: an operational profile, for whoever makes lives up.

Plain data; imports nothing of jobstate. A life cycle brings one along (`Lifecycle.profile`) or not:
without, no life is more usual than another.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


@frozen(kw_only=True)
class Lasted:
    """How long some stays lasted, in seconds.

    Attributes:
        median: Half of them were no longer.
        longest: None was longer.
        count: How many were seen.
    """

    median: float
    longest: float
    count: int


@frozen(kw_only=True)
class Profile:
    """What was seen of how jobs live. It forbids nothing, and says nothing of what was not seen.

    Attributes:
        ways: Whole lives, as histories print them (statuses, the first to the last) → how many jobs
            were seen to live so.
        lengths: Status, as histories print it → how long jobs stayed in it.
        source: Where it was seen, with counts and dates.
    """

    ways: Mapping[tuple[str, ...], int]
    lengths: Mapping[str, Lasted] = field(factory=dict)
    source: str
