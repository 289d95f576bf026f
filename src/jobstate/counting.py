"""How many of something, as people read it; imports nothing of jobstate."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return ``1 job``, ``2,000 jobs``, ``3 statuses``, ``4 breaches``."""
    plural = f"{noun}es" if noun.endswith(("s", "ch")) else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
