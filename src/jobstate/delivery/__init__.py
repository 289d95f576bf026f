"""How events reach listeners: at once in the caller's thread, or in lanes of their own.

`inline` tells plain listeners before `observe` returns. A `Subscription` gives a listener a name
and lanes: `dispatcher` hands events to them, `lane` decides what comes next, `health` knows whether
the listener works, `workers` runs lanes on threads, `outbox` is where events wait.
"""

from jobstate.delivery.subscription import (
    AsyncListener,
    OverflowPolicy,
    ParkedJob,
    Retry,
    Subscription,
    SubscriptionStatus,
)

__all__ = [
    "AsyncListener",
    "OverflowPolicy",
    "ParkedJob",
    "Retry",
    "Subscription",
    "SubscriptionStatus",
]
