"""Patterns of AWS's models as `re` has them: what they take and leave, and what takes how long."""

from __future__ import annotations

import re
import time
import unicodedata
from random import Random

import pytest

from jobstate.emulator.wire.patterns import PatternError, compiled
from jobstate.emulator.wire.scalars import PATIENCE
from tests.support.modelled_requests import model, texts

SURROGATES = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"
EVERY = [
    (name, shape.metadata["pattern"], shape.metadata)
    for service in ("sagemaker", "batch")
    for name in model(service).shape_names
    if "pattern" in (shape := model(service).shape_for(name)).metadata
]


@pytest.mark.parametrize(
    ("pattern", "takes", "leaves"),
    [
        (r"[\p{L}\p{Z}]+", ["ab \u00e9\u6f6e", "\U00020000"], ["a1", "", "a\n", "\u0301"]),
        (r"\p{Lu}\p{Ll}", ["Ab", "\u00c9\u00e9"], ["ab", "AB", "A"]),
        (r"\P{N}*x", ["abx", "x"], ["1x"]),
        (r"[\P{L}b]+", ["1b-"], ["a"]),
        (r"[\p{Alnum}\-]+", ["aZ-9"], ["\u00e9", "_"]),
        (r"\p{Digit}", ["7"], ["\u0667"]),
        (r"([\p{L}_]*)${1,128}", ["a_", ""], ["a-"]),
        (SURROGATES, ["a\t\U0001f30a\ufffd", ""], ["\n", "\x00", "\uffff"]),
        (r"\w\d\s", ["a1 "], ["\u00e91 ", "a\u0667 ", "a1\u00a0"]),
        (r"a\\p\[{1}\$", [r"a\p[$"], ["ap"]),
        (r"[^\[\]]+", ["a"], ["[", "]"]),
    ],
)
def test_what_a_pattern_takes(pattern: str, takes: list[str], leaves: list[str]) -> None:
    """As Java's documentation of its patterns has it, by hand."""
    found = compiled(pattern)
    assert [each for each in takes if not found.fullmatch(each)] == []
    assert [each for each in leaves if found.fullmatch(each)] == []


def test_categories_are_those_of_unicode() -> None:
    """Each character is in the one that Python's own table says, of the letters and the marks."""
    rng = Random(1)
    some = [chr(rng.randrange(0x110000)) for _ in range(3_000)] + list(map(chr, range(0x300)))
    for category in ("L", "M", "Nd", "P"):
        found = compiled(rf"\p{{{category}}}")
        wrong = [
            hex(ord(each))
            for each in some
            if bool(found.fullmatch(each)) is not unicodedata.category(each).startswith(category)
        ]
        assert wrong == []


@pytest.mark.parametrize(
    "pattern", [r"[a-z&&[^b]]", r"[a[b]]", r"\p{Greek}", r"\P{Alnum}", "(", r"\p{}"]
)
def test_what_has_no_counterpart(pattern: str) -> None:
    """Is an error that names the pattern."""
    with pytest.raises(PatternError, match=r"the pattern .* can't be tested: .") as caught:
        compiled(pattern)
    assert caught.value.pattern == pattern


def test_every_pattern_of_the_models_compiles_and_takes_what_it_should() -> None:
    """Those that `re` reads take the same, of texts made by `re`'s own reading of them."""
    assert len({pattern for _, pattern, _ in EVERY}) > 250
    for _, pattern, known in EVERY:
        found = compiled(pattern)
        for text in texts(pattern, known.get("min", 0), known.get("max")):
            assert found.fullmatch(text), (pattern, text)


@pytest.mark.once
def test_no_pattern_takes_long() -> None:
    """On texts that nearly fit, repeated up to what it is tested on: less than two seconds."""
    slow = {}
    for name, pattern, known in EVERY:
        longest = max(known.get("max", 10_000), PATIENCE)
        seeds = [*texts(pattern, known.get("min", 0), known.get("max")), "a", "a-", " ", "0.", "/"]
        for seed in dict.fromkeys(seeds):
            for part in {seed, seed[-1:], seed[:1], seed[-4:]} - {""}:
                text = (seed + part * longest)[: longest - 1] + "\x00"
                began = time.thread_time()
                compiled_once(pattern).fullmatch(text)
                if (took := time.thread_time() - began) > 2:
                    slow[name] = (pattern, took, part)
    assert slow == {}


def compiled_once(pattern: str, made: dict[str, re.Pattern[str]] = {}) -> re.Pattern[str]:  # noqa: B006 - it remembers
    """Return a compiled pattern, each made once."""
    if pattern not in made:
        made[pattern] = compiled(pattern)
    return made[pattern]
