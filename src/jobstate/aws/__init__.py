"""AWS, asked: one job followed to its end, a fleet polled within a budget, events taken as hints.

Needs the extra ``aws`` (boto3). Nothing here imports boto3 before it is used: whoever has a client
has it.
"""

from jobstate.aws.follow import follow, wait
from jobstate.aws.following import OnMissing, Options, Step
from jobstate.aws.pace import Pace

__all__ = ["OnMissing", "Options", "Pace", "Step", "follow", "wait"]
