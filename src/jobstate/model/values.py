"""How each kind of value in a service's answers is read.

A reader takes what a client returns, a command line prints or an event carries, and returns the one
form that jobstate holds. Readers never raise: what can't be read becomes a `Refused` in the value's
place, and whoever reads the whole answer reports all of them at once. They look first for the form
that comes nearly always, since reading is most of the cost of an observation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, cast

from attrs import frozen

from jobstate.errors import Problem, shown
from jobstate.model.recorded_times import recorded

#: What a time may come as: aware datetime; ISO 8601 with an offset or Z, or a quoted number;
#: seconds or milliseconds since 1970.
TimeInput: TypeAlias = datetime | str | float


@frozen
class Refused:
    """Stands where a value would be that can't be read, until the record reports it.

    Attributes:
        problems: What is wrong, with paths that begin at the value.
    """

    problems: tuple[Problem, ...]


#: What is right where nothing came, and where no structure came.
REQUIRED: Final = "{expected}; it is required"
A_MAPPING: Final = "a mapping of API names"
#: What is right of a part of a text, where the other parts before it are as they should be.
A_SEGMENT: Final = "{expected}, whose {segment} is {right}"


def refused(expected: str, value: object, got: str | None = None) -> Refused:
    """Return what stands in the place of an unfit value; None counts as a missing one."""
    if value is None:
        return Refused((Problem("", REQUIRED.format(expected=expected)),))
    return Refused((Problem("", expected, shown(value) if got is None else got),))


# --- Times --------------------------------------------------------------------------------------

# SageMaker is of 2017. The range's seconds lie below 1e11 and its milliseconds above, so a number
# tells by itself which it is.
_FIRST_YEAR, _BEYOND_YEAR = 2000, 2100
_FIRST = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
_BEYOND = datetime(_BEYOND_YEAR, 1, 1, tzinfo=UTC)
_FIRST_SECOND, _BEYOND_SECOND = _FIRST.timestamp(), _BEYOND.timestamp()
#: Beyond any zone's offset, as Python has it.
_WEST, _EAST = timedelta(days=-1), timedelta(days=1)
_LONGEST_TIME = 64
_is_number = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[Ee]\+?[0-9]{1,2})?").fullmatch

A_TIME = "an aware datetime, ISO 8601 with an offset or Z, or s or ms since 1970"
A_ZONE: Final = "a time with its zone (an offset or Z), as zones are not guessed"
_A_SANE_TIME = f"a time from {_FIRST_YEAR}-01-01 until {_BEYOND_YEAR}-01-01, UTC"
_A_SANE_NUMBER = f"{_A_SANE_TIME}, in s or ms since 1970"


class _NotATimeError(Exception):
    """Carries what was expected instead from where it shows to `read_time`."""


def read_time(value: TimeInput) -> datetime:
    """Return a time as an aware datetime in UTC."""
    try:
        moment = value if type(value) is datetime else _moment(value)
        zone = moment.tzinfo
        if zone is not UTC:
            # Half of what astimezone costs, which would also take a time without an offset for one
            # of the machine's zone. The rest is the zone's own code: dateutil's is in Python.
            offset = None if zone is None else zone.utcoffset(moment)
            if not isinstance(offset, timedelta) or not _WEST < offset < _EAST:
                return cast("datetime", refused(A_ZONE if offset is None else A_TIME, value))
            moment = datetime.combine(moment.date(), moment.time(), UTC) - offset
    except _NotATimeError as unfit:
        return cast("datetime", refused(str(unfit), value))
    except Exception:  # noqa: BLE001 - a tzinfo is foreign code and may raise anything
        return cast("datetime", refused(A_TIME, value))
    return moment if _FIRST <= moment < _BEYOND else cast("datetime", refused(_A_SANE_TIME, value))


def in_utc(value: object) -> object:
    """Return a time that has no zone as one in UTC; anything else as it is."""
    try:
        moment = _moment(value)
    except (_NotATimeError, ValueError):
        return value
    return value if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _moment(value: object) -> datetime:
    """Return a plain datetime, in whatever zone, of any other form of a time."""
    if isinstance(value, str):
        if len(value) > _LONGEST_TIME:
            raise _NotATimeError(A_TIME)
        # A number must not reach fromisoformat: to it, "1610101011201" is a day and a time.
        if value[4:5] == "-" or not _is_number(value):
            return datetime.fromisoformat(value)
        return _from_number(float(value))
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    if isinstance(value, Mapping) and not isinstance(time := recorded(value), Mapping):
        return _moment(time)
    raise _NotATimeError(A_TIME)


def _from_number(number: float) -> datetime:
    # NaN fails every comparison, and comparing never overflows, however large the number.
    if _FIRST_SECOND <= number < _BEYOND_SECOND:
        return datetime.fromtimestamp(number, UTC)
    if _FIRST_SECOND * 1000 <= number < _BEYOND_SECOND * 1000:
        return datetime.fromtimestamp(number / 1000, UTC)
    raise _NotATimeError(_A_SANE_NUMBER)


# --- Numbers and flags --------------------------------------------------------------------------

#: Counts and seconds are 32-bit integers in the service's model. Its own limits (at least 1, at
#: most 30 …) are for requests; an answer beyond them is not refused.
LARGEST_COUNT: Final = 2**31 - 1
A_COUNT: Final = f"a whole number from 0 to {LARGEST_COUNT:,}"
A_FLAG: Final = "true or false"


def read_count(value: float) -> int:
    """Return a count or a number of seconds; some JSON tools turn 501 into 501.0."""
    if type(value) is int and 0 <= value <= LARGEST_COUNT:
        return value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # Infinity and NaN fail the first comparison, so the second can't raise.
    if is_number and 0 <= value <= LARGEST_COUNT and value == int(value):
        return int(value)
    return cast("int", refused(A_COUNT, value))


def read_flag(value: bool) -> bool:  # noqa: FBT001 - a converter gets its value by position
    """Return a flag; nothing but a boolean is one."""
    return value if type(value) is bool else cast("bool", refused(A_FLAG, value))


# --- Texts --------------------------------------------------------------------------------------

#: Returns something true of a text that is right in itself.
Matcher: TypeAlias = Callable[[str], object]


@frozen
class Segment:
    """A part of a text that a separator ends, to say which one is wrong.

    Attributes:
        name: What it is called; empty where it tells what the text is, as ``arn`` does.
        pattern: A regular expression over ASCII that all of it must match.
        expected: What is right, in words.
        end: The separator behind it; empty for the last, which is all that is left.
    """

    name: str
    pattern: str
    expected: str
    end: str = ""


def read_text(value: object, longest: int) -> str:
    """Return a text of bounded length."""
    text = _plain(value)
    if text is not None and len(text) <= longest and is_unicode(text):
        return text
    return cast("str", refused(a_text(longest), value))


def read_matching(
    value: object,
    lengths: range,
    matches: Matcher,
    expected: str,
    segments: tuple[Segment, ...] = (),
) -> str:
    """Return a text of bounded length that all of a pattern matches."""
    text = _plain(value)
    if text is not None and len(text) in lengths and matches(text) and is_unicode(text):
        return text
    return cast("str", _wrong_segment(text or "", segments, expected) or refused(expected, value))


def _wrong_segment(text: str, segments: tuple[Segment, ...], expected: str) -> Refused | None:
    """Return what stands for a text, saying which of its segments is wrong; None of no such."""
    rest = text
    for each in segments:
        found, _, rest = rest.partition(each.end) if each.end else (rest, "", "")
        if not re.fullmatch(each.pattern, found, re.ASCII):
            said = A_SEGMENT.format(expected=expected, segment=each.name, right=each.expected)
            got = f"{shown(found)} in {shown(text)}"
            return Refused((Problem("", said, got),)) if each.name else None
    return None


def a_text(longest: int) -> str:
    """Return what a text of bounded length is, in words."""
    return f"a text of at most {longest:,} characters, without lone surrogates"


def _plain(value: object) -> str | None:
    """Return a string as nothing but a string (not a subclass); None of anything else."""
    if type(value) is str:
        return value
    return str.__str__(value) if isinstance(value, str) else None


def is_unicode(text: str) -> bool:
    """Return whether it can be written anywhere: lone surrogates (JSON allows them) can't."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- Statuses -----------------------------------------------------------------------------------

#: Far above the longest status there is (24), and small enough to be kept for ever.
LONGEST_STATUS: Final = 128
A_STATUS: Final = f"a status (a text of 1 to {LONGEST_STATUS} characters, without lone surrogates)"


def read_status(value: object) -> str:
    """Return a status, known or not."""
    text = _plain(value)
    if text is not None and 1 <= len(text) <= LONGEST_STATUS and is_unicode(text):
        return text
    return cast("str", refused(A_STATUS, value))
