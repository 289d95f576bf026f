"""Amazon EventBridge: the events that it sends around answers about jobs."""

from jobstate.eventbridge.events import envelope

__all__ = ["envelope"]
