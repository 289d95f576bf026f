"""The judge, pure: answers about a job in, what they mean and what can not be true out."""

from jobstate.conformance.check import Series, check, check_jobs
from jobstate.conformance.families import Family, families
from jobstate.conformance.partial import check_partial
from jobstate.conformance.report import Report

__all__ = [
    "Family",
    "Report",
    "Series",
    "check",
    "check_jobs",
    "check_partial",
    "families",
]
