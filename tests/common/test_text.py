"""What can't be seen is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.common.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Training", "Training"),
        ("état 状態 🙂", "état 状態 🙂"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2028\u00a0\ufeff", "\\u2028\\xa0\\ufeff"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("back\\slash", "back\\slash"),
    ],
)
def test_what_can_not_be_seen_is_spelled(text: str, shown: str) -> None:
    """Controls, line ends, marks of direction and surrogates; all else stays as it is."""
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_any_text_fits_on_one_line(text: str) -> None:
    """Whatever comes, what is shown can be printed, encoded, and has one line."""
    shown = printable(text)
    assert shown.isprintable()
    assert shown.encode().decode() == shown
    assert printable(shown) == shown
