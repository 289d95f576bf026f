"""The words of the incident view: lengths beside usual ones, what was waited for; folded lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.common.times import microseconds
from jobstate.diagrams.overlays.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.gantt.record import ShownJob, ShownStay


def length_words(stay: ShownStay) -> str:
    """Return how long a stay was; empty of an end, and where nothing tells."""
    if stay.is_end or stay.begin is None or stay.end is None:
        return ""
    return f"{duration(microseconds(stay.end - stay.begin))}{' so far' if stay.open else ''}"


def usual_words(stay: ShownStay) -> str:
    """Return how long such stays usually are; empty where nobody knows."""
    if stay.usual is None:
        return ""
    half, most = (duration(microseconds(each)) for each in (stay.usual.half, stay.usual.most))
    return f"usually {half}, at most {most}"


def why_words(stay: ShownStay) -> str:
    """Return what a stay waited for, and in brackets what made the job go there."""
    cause = f"({stay.cause})" if stay.cause else ""
    return " ".join(filter(None, (stay.waits, cause)))


def slow_words(job: ShownJob) -> str:
    """Return the stay that is over its usual time by most; empty where none is."""
    slow = job.slowest
    if slow is None:
        return ""
    return f"{slow.status} took {length_words(slow)}, {usual_words(slow)}"


def folded(text: str, width: int) -> Iterator[str]:
    """Yield a text in lines of at most so many characters; what is longer than that is cut up."""
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if len(joined) > width and line:
            yield line
            joined = word
        while len(joined) > width:
            yield joined[:width]
            joined = joined[width:]
        line = joined
    if line:
        yield line
