"""Times as options name them: so long ago, a day, a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from jobstate.cli.shell import wrong_option
from jobstate.common.text import printable

_AGO: Final = re.compile(r"(\d{1,6})\s*(s|min|h|d)")
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def given_time(text: str, now: datetime, option: str) -> datetime:
    """Return the time that an option names.

    Raises:
        typer.BadParameter: It names none.
    """
    try:
        if ago := _AGO.fullmatch(text):
            return now - int(ago[1]) * _UNITS[ago[2]]
        named = datetime.fromisoformat(text)
        return (named if named.tzinfo else named.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        wrong = f"{printable(text)} is no time: give 30min, 2h, 7d, 2026-10-05 or 2026-10-05T07:10Z"
        raise wrong_option(wrong, option) from None
