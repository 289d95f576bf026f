"""How each kind of value in SageMaker's answers is read.

A reader takes what boto3 returns, the AWS CLI prints or an event carries, and returns the one form
that the records hold. Readers are attrs converters and never raise: what can't be read becomes a
`Refused` in the value's place, and the record reports all of them at once. They look first for the
form that comes nearly always, since reading is most of the cost of an observation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, TypeVar, cast

from attrs import frozen

from jobstate.errors import Problem, shown
from jobstate.sagemaker.training_job.statuses import (
    OpenStrEnum,
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)

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
_A_ZONE = "a time with its zone (an offset or Z), as zones are not guessed"
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
                return cast("datetime", refused(_A_ZONE if offset is None else A_TIME, value))
            moment = datetime.combine(moment.date(), moment.time(), UTC) - offset
    except _NotATimeError as unfit:
        return cast("datetime", refused(str(unfit), value))
    except Exception:  # noqa: BLE001 - a tzinfo is foreign code and may raise anything
        return cast("datetime", refused(A_TIME, value))
    return moment if _FIRST <= moment < _BEYOND else cast("datetime", refused(_A_SANE_TIME, value))


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

LONGEST_NAME: Final = 63
LONGEST_ARN: Final = 256
SHORTEST_PLAN_ARN: Final = 50
LONGEST_PLAN_ARN: Final = 2048
LONGEST_REASON: Final = 1024
LONGEST_S3_URI: Final = 1024
#: The service's model bounds it nowhere; real messages stay below 200 characters.
LONGEST_MESSAGE: Final = 64 * 1024

# AWS's own pattern accepts "job\n" if used with $, and bounds groups of hyphens and a letter
# rather than the length. This one is equivalent with fullmatch, and linear.
NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ARN = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:"
JOB_ARN: Final = f"{_ARN}training-job/{NAME}"
PLAN_ARN: Final = f"{_ARN}training-plan/.*"
TUNING_ARN: Final = f"{_ARN}hyper-parameter-tuning-job/.*"
_is_job_name = re.compile(NAME, re.ASCII).fullmatch
_is_job_arn = re.compile(JOB_ARN, re.ASCII).fullmatch
_is_plan_arn = re.compile(PLAN_ARN, re.ASCII).fullmatch
_is_tuning_arn = re.compile(TUNING_ARN, re.ASCII).fullmatch

A_NAME = f"a job name (1 to {LONGEST_NAME} letters, digits and inner hyphens)"
A_JOB_ARN = f"a training job's arn (at most {LONGEST_ARN} characters)"
A_PLAN_ARN = f"a training plan's arn ({SHORTEST_PLAN_ARN} to {LONGEST_PLAN_ARN:,} characters)"
#: The service takes one, for each of at most five preferences.
MOST_LISTED: Final = 100
A_SHORT_LIST = f"a list of at most {MOST_LISTED}"
A_TUNING_ARN = f"a hyperparameter tuning job's arn (at most {LONGEST_ARN} characters)"

_Matcher: TypeAlias = Callable[[str], object]


def read_job_name(value: str) -> str:
    """Return a training job's name."""
    if type(value) is str and _is_job_name(value):
        return value
    return _read_matching(value, range(1, LONGEST_NAME + 1), _is_job_name, A_NAME)


def read_job_arn(value: str) -> str:
    """Return a training job's arn."""
    if type(value) is str and len(value) <= LONGEST_ARN and _is_job_arn(value):
        return value
    return _read_matching(value, range(LONGEST_ARN + 1), _is_job_arn, A_JOB_ARN)


def read_plan_arn(value: str) -> str:
    """Return a training plan's arn."""
    lengths = range(SHORTEST_PLAN_ARN, LONGEST_PLAN_ARN + 1)
    return _read_matching(value, lengths, _is_plan_arn, A_PLAN_ARN)


def read_plan_arns(value: Sequence[str] | None) -> tuple[str, ...]:
    """Return the arns of training plans."""
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or len(value) > MOST_LISTED:
        return cast("tuple[str, ...]", refused(A_SHORT_LIST, value))
    arns = tuple(map(read_plan_arn, value))
    problems = [
        problem.under(f"[{place}]")
        for place, arn in enumerate(arns)
        if isinstance(arn, Refused)
        for problem in arn.problems
    ]
    return cast("tuple[str, ...]", Refused(tuple(problems))) if problems else arns


def read_tuning_arn(value: str) -> str:
    """Return a hyperparameter tuning job's arn."""
    return _read_matching(value, range(LONGEST_ARN + 1), _is_tuning_arn, A_TUNING_ARN)


def read_reason(value: str) -> str:
    """Return a FailureReason."""
    return _read_text(value, LONGEST_REASON)


def read_s3_uri(value: str) -> str:
    """Return where something lies in S3, as the service says it."""
    return _read_text(value, LONGEST_S3_URI)


def read_message(value: str) -> str:
    """Return a StatusMessage."""
    return _read_text(value, LONGEST_MESSAGE)


def _read_matching(value: object, lengths: range, matches: _Matcher, expected: str) -> str:
    text = _plain(value)
    if text is not None and len(text) in lengths and matches(text) and _is_unicode(text):
        return text
    return cast("str", refused(expected, value))


def _read_text(value: object, longest: int) -> str:
    text = _plain(value)
    if text is not None and len(text) <= longest and _is_unicode(text):
        return text
    return cast("str", refused(a_text(longest), value))


def a_text(longest: int) -> str:
    """Return what a text of bounded length is, in words."""
    return f"a text of at most {longest:,} characters, without lone surrogates"


def _plain(value: object) -> str | None:
    """Return a string as nothing but a string (not a subclass); None of anything else."""
    if type(value) is str:
        return value
    return str.__str__(value) if isinstance(value, str) else None


def _is_unicode(text: str) -> bool:
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
A_STATUS = f"a status (a text of 1 to {LONGEST_STATUS} characters, without lone surrogates)"

_Status = TypeVar("_Status", bound=OpenStrEnum)

# A look-up costs a fifth of calling the enumeration.
_PRIMARY = {str(member): member for member in TrainingJobStatus}
_SECONDARY = {str(member): member for member in SecondaryStatus}
_WARM_POOL = {str(member): member for member in WarmPoolStatus}


def read_primary(value: str) -> TrainingJobStatus:
    """Return a primary status, known or not."""
    known = _PRIMARY.get(value) if type(value) is str else None
    return known or _read_status(TrainingJobStatus, value)


def read_secondary(value: str) -> SecondaryStatus:
    """Return a secondary status, known or not."""
    known = _SECONDARY.get(value) if type(value) is str else None
    return known or _read_status(SecondaryStatus, value)


def read_pool(value: str) -> WarmPoolStatus:
    """Return a warm pool's status, known or not."""
    known = _WARM_POOL.get(value) if type(value) is str else None
    return known or _read_status(WarmPoolStatus, value)


def _read_status(kind: type[_Status], value: object) -> _Status:
    text = _plain(value)
    if text is not None and 1 <= len(text) <= LONGEST_STATUS and _is_unicode(text):
        return kind(text)
    return cast("_Status", refused(A_STATUS, value))
