"""What calls return before they have done anything: coroutines, that somebody must await."""

from __future__ import annotations

import inspect
from functools import partial


def is_asynchronous(call: object) -> bool:
    """Return whether it is an ``async def``, an object whose call is one, or a partial of these."""
    while isinstance(call, partial):
        call = call.func
    of_type = getattr(type(call), "__call__", None)  # noqa: B004 - is it one, not is there one
    return any(
        inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)
        for each in (call, of_type)
    )
