"""Ids of traces and spans that a job's key decides.

So a restarted process, another one, a log record and an exemplar all speak of the same trace, and a
span that is told twice is the same span twice.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from jobstate.model.events import job_text

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey


def trace_id(job: JobKey) -> str:
    """Return the id of a job's trace, as 32 hexadecimal digits.

    It is the first half of the SHA-256 of ``<kind>:<id>@<creation time, to the second>``:
    ``sagemaker-training-job:arn:…/tide@2026-03-04T05:06:07Z``.
    """
    return f"{trace_number(job):032x}"


def trace_number(job: JobKey) -> int:
    """Return the id of a job's trace."""
    return _digested(job_text(job), 16)


def span_number(job: JobKey, ordinal: int = 0) -> int:
    """Return the id of the span of a job's n-th stay; 0 stands for the job as a whole."""
    return _digested(f"{job_text(job)}#{ordinal}", 8)


def _digested(text: str, size: int) -> int:
    # An id of zeros would be none; a lone surrogate must not keep a job from having one.
    digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:size], "big") or 1
