"""What can't be seen is spelled."""

from __future__ import annotations

from enum import Enum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.common.text import nearest, plain, printable


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


class Colour(Enum):
    """An enumeration that is none of strings."""

    RED = "red"


class Shade(str, Enum):  # noqa: UP042 - as many have it
    """One whose members are strings and print as something else."""

    DARK = "dark"


class Tone(StrEnum):
    """One whose members print as what they are."""

    LOW = "low"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("red", "red"), (Colour.RED, "red"), (Shade.DARK, "dark"), (Tone.LOW, "low")],
)
def test_members_of_enumerations_as_bare_strings(text: object, expected: str) -> None:
    """Whatever kind of enumeration it is."""
    assert plain(text) == expected
    assert type(plain(text)) is str


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Competed", "Completed"),
        ("completed", "Completed"),
        ("TIMEDOUT", "Timed_Out"),
        ("kind", "some-kind-of-job"),
        ("mp", None),
        ("Nirvana", None),
        ("", None),
        ("Completed" * 10**6, None),
    ],
)
def test_what_may_be_meant(name: str, meant: str | None) -> None:
    """Misspelt, in other capitals, or a part of it; nothing where nothing is near."""
    there = ("some-kind-of-job", "Completed", "Timed_Out", "another-kind-of-job")
    assert nearest(name, there) == ([] if meant is None else [meant])


def test_several_may_be_meant() -> None:
    """The nearest come first."""
    assert nearest("job-2", ["job-1", "job-12", "other", "job-22"], 2) == ["job-22", "job-12"]
