"""Patterns of AWS's models as `re` has them: what they take and leave, and what takes how long."""

from __future__ import annotations

import signal
import unicodedata
from datetime import datetime
from random import Random
from typing import Any

import pytest

from jobstate.emulator.wire.patterns import PatternError, compiled
from jobstate.emulator.wire.scalars import PATIENCE
from jobstate.kinds import KINDS
from jobstate.world import World
from tests.support.modelled_requests import model, shapes_of, texts

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
def test_no_pattern_of_what_is_emulated_takes_long() -> None:
    """On texts that nearly fit, as long as any that it is tested on, less than two seconds."""
    shapes = {
        name: each
        for service, operations in World(KINDS, datetime.now).services.items()
        for name, each in shapes_of(service, [*operations, *OTHERS[service]]).items()
        if "pattern" in each.metadata
    }
    assert len(shapes) > 60
    assert [name for name, each in shapes.items() if slowly(each.metadata)] == []
    assert slowly({"pattern": "(a+)+", "max": 2_000})


#: What the emulator will have besides.
OTHERS = {"sagemaker": ("Search", "AddTags", "ListTags", "DeleteTags"), "batch": ()}


def slowly(known: dict[str, Any]) -> bool:
    """Return whether texts of nearly all that repeats take more than two seconds in all."""

    def late(*_: object) -> None:
        raise TimeoutError

    pattern, longest = known["pattern"], max(known.get("max", 100_000), PATIENCE)
    found = compiled(pattern)
    seeds = [*texts(pattern, known.get("min", 0), known.get("max")), "a", "a-", " ", "0.", "/"]
    parts = {part for seed in seeds for part in (seed, seed[-1:], seed[:1], seed[-4:]) if part}
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        for text in [(part * longest)[: longest - 1] + "\x00" for part in sorted(parts)]:
            found.fullmatch(text)
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return False
