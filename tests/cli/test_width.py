"""Text as wide as a terminal is: lines fit, and nothing of them is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.cli.terminal import Paint
from jobstate.cli.width import columns_of, folded, padded, shortened, table

PIECES = st.sampled_from([*"ab /“→状\u0301é", "\x1b[31m", "word", "  "])
LINES = st.lists(PIECES, max_size=60).map("".join)
ROWS = [("job", "status", "breaks"), ("tide", "InProgress", ""), ("a-long-name", "Failed", "x")]


def bare(text: str) -> str:
    """Return a text without colours and blanks."""
    return re.sub(r"\x1b\[\d+m|\s", "", text)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("tide", 4), ("\x1b[31mtide\x1b[0m", 4), ("状態", 4), ("e\u0301t", 2), ("→“”", 3)],
)
def test_columns(text: str, columns: int) -> None:
    """Colours and accents need no column, ideographs two."""
    assert columns_of(text) == columns
    assert columns_of(padded(text, 9)) == columns_of(padded(text, 9, right=True)) == 9


@given(line=LINES, width=st.integers(4, 40))
def test_lines_fit(line: str, width: int) -> None:
    """Whatever stands in them; every character comes, in its order."""
    found = folded(line, width)
    assert all(columns_of(each) <= width for each in found)
    assert bare("".join(found)) == bare(line)
    assert folded(line, None) == [line]


def test_they_break_at_blanks() -> None:
    """And go on further in than they began."""
    assert folded("  error end-time: it is set, and the job runs", 24) == [
        "  error end-time: it is",
        "      set, and the job",
        "      runs",
    ]
    assert folded("arn:aws:sagemaker:eu-west-1:1/tide", 20) == [
        "arn:aws:sagemaker:eu",
        "    -west-1:1/tide",
    ]
    assert folded("at: a/file/whose/name/is/long", 20) == ["at: a/file/whose/nam", "    e/is/long"]
    assert folded("of this: a/file/whose/name/is/long", 16) == [
        "of this:",
        "    a/file/whose",
        "    /name/is/lon",
        "    g",
    ]


def test_shortened() -> None:
    """What is cut says so."""
    assert shortened("状態", 4) == "状態"
    assert shortened("状態状態", 4) == "状…"


def test_a_table() -> None:
    """Columns where they fit."""
    assert (
        list(table(ROWS))
        == list(table(ROWS, 80))
        == [
            "job          status      breaks",
            "tide         InProgress",
            "a-long-name  Failed      x",
        ]
    )
    numbers = [("outcome", "jobs"), ("failed", "1,000")]
    assert list(table(numbers, numbers=True)) == ["outcome   jobs", "failed   1,000"]


def test_a_table_that_is_too_wide() -> None:
    """Each row is a block, its cells behind their columns' names."""
    assert list(table(ROWS, 25)) == [
        "tide",
        "    status: InProgress",
        "a-long-name",
        "    status: Failed,",
        "        breaks: x",
    ]


def test_a_long_last_column_is_folded() -> None:
    """If there is room for it beside the others."""
    words = "a text that is longer than there is room for beside what stands before it"
    assert list(table([("rule", "text"), ("one", words)], 40)) == [
        "rule  text",
        "one   a text that is longer than there",
        "      is room for beside what stands",
        "      before it",
    ]


@given(
    rows=st.lists(
        st.tuples(LINES, LINES, LINES).map(lambda row: tuple(map(bare, row))), min_size=2
    ),
    width=st.integers(10, 120),
)
def test_tables_fit(rows: list[tuple[str, ...]], width: int) -> None:
    """Whatever stands in them."""
    assert all(columns_of(line) <= width for line in table(rows, width))


def test_a_paint_folds() -> None:
    """To its width, less what stands before the lines."""
    assert list(Paint(width=24).narrower(4).folded(["so many words as these are"])) == [
        "so many words as",
        "    these are",
    ]
    assert Paint().narrower(4).width is None
