"""Listeners that come with the library, one file each.

`LogListener` writes to standard logging, `JsonLines` to a file that programs read. Both need
nothing but the standard library, and both are examples: a listener is any callable that takes one
event.
"""

from jobstate.listeners.jsonl import JsonLines
from jobstate.listeners.log import LogListener

__all__ = ["JsonLines", "LogListener"]
