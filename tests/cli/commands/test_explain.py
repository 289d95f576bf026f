"""``jobstate explain``: whether one status can follow another, by which way, and how we know."""

from __future__ import annotations

import json

import pytest

from jobstate import explain
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import jobstate


def test_a_legal_way() -> None:
    """The moves with cause, basis and source, what they pass, and the weakest basis."""
    ran = jobstate("explain", "InProgress/Uploading", "Completed", "--given", "stop=no")
    assert ran.stdout.splitlines()[:6] == [
        "InProgress/Uploading → Completed: legal",
        "  by sagemaker-training-job 2026.11 given stop=no",
        "  the shortest way, 1 move; the weakest basis on the first: documented",
        "",
        "    InProgress/Uploading",
        "    → Completed/Completed  artifacts_uploaded (documented; SPOT; LOGS 399, LISTS 15)",
    ]
    assert ran.exit_code == 0


def test_what_is_passed() -> None:
    """A new job surely trains and uploads before it completes; the rest is possible."""
    options = ("--given", "stop=no", "--given", "spot=no", "--given", "retry=no")
    ran = jobstate("explain", "creation", "Completed", *options)
    certain = next(line for line in ran.stdout.splitlines() if "certainly passed" in line)
    assert certain == "  certainly passed: InProgress/Training, InProgress/Uploading"
    assert "  possibly passed: InProgress/Pending, " in ran.stdout


def test_needs_are_told() -> None:
    """A move that only some jobs have says which."""
    text = jobstate("explain", "InProgress/Training", "InProgress/Interrupted").stdout
    assert "spot_reclaimed [spot] (documented; " in text


def test_a_longer_way_may_be_firmer() -> None:
    """Where the shortest way is only inferred and another is not, that is said."""
    text = jobstate("explain", "InProgress/Starting", "Completed").stdout
    assert "2 moves; the weakest basis on the first: inferred\n" in text
    assert "  a longer way is firmer, 3 moves; the weakest basis on it: documented\n" in text
    assert text.index("a longer way") < text.index("→ InProgress/Uploading ")


def test_several_ways() -> None:
    """The firmest come first; those beyond three are counted."""
    text = jobstate("explain", "InProgress", "Deleting").stdout
    assert "16 or more shortest ways, 2 moves" in text
    assert "  and 13 more as short (--format json has them)\n" in text
    few = jobstate("explain", "InProgress/Starting", "Failed").stdout
    assert "more as short" not in few


def test_no_move() -> None:
    """A job may be seen where it was."""
    ran = jobstate("explain", "Training", "Training")
    assert "  no move is needed\n" in ran.stdout
    assert ran.exit_code == 0


def test_an_illegal_way() -> None:
    """Why it is illegal, and what would have been legal; the exit code is 1."""
    ran = jobstate("explain", "Completed", "Training")
    assert ran.stdout.splitlines() == [
        "Completed → Training: illegal",
        "  by sagemaker-training-job 2026.11",
        "  because Completed is final: a job never leaves it for Training",
        "  one move from Completed leads to: Deleting/Completed",
    ]
    assert ran.exit_code == 1


def test_the_warm_pool() -> None:
    """Its statuses are explained too; what is final leads to nothing."""
    assert jobstate("explain", "InUse", "Reused").exit_code == 0
    ran = jobstate("explain", "Reused", "Available")
    assert ran.exit_code == 1
    assert "  one move from Reused leads to: nothing\n" in ran.stdout


@pytest.mark.parametrize("words", [("Trainin", "Completed"), ("Training", "\x1b[2JCompleted")])
def test_an_unknown_status(words: tuple[str, str]) -> None:
    """The exit code is 2, and the choices are listed."""
    ran = jobstate("explain", *words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "there is: Available, Completed, Completed/Completed" in ran.stderr
    assert "\x1b" not in ran.stderr


def test_json() -> None:
    """Programs get what the library says."""
    for words in (("creation", "Failed"), ("Failed", "Training")):
        ran = jobstate("explain", *words, "--format", "json")
        origin = None if words[0] == "creation" else words[0]
        assert json.loads(ran.stdout) == explain(TRAINING_JOB, origin, words[1]).to_dict()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("explain", "Training", "Competed"), "Completed"),
        (("explain", "training", "Completed"), "Training"),
        (("explain", "Training", "Completed", "--given", "spott=no"), "spot"),
        (("explain", "Training", "Completed", "--kind", "traning-job"), "sagemaker-training-job"),
        (("lifecycle", "--kind", "tuning"), "sagemaker-hyper-parameter-tuning-job"),
        (("diagram", "--given", "worm_pool=no", "-o", "x.svg"), "warm_pool"),
        (("check", "--ignore", "ilegal-pair", "-"), "illegal-pair"),
    ],
)
def test_what_may_be_meant(words: tuple[str, ...], meant: str) -> None:
    """Of a misspelt status, feature, kind or rule the nearest is named first."""
    ran = jobstate(*words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f" (did you mean {meant}?); there is: " in ran.stderr
