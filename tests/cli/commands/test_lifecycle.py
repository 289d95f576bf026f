"""``jobstate lifecycle``: the life cycle in every format."""

from __future__ import annotations

import pytest

from jobstate.cli.commands import lifecycle
from jobstate.model import tables
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import jobstate

TIGHT = ("--given", "spot=no")


def test_every_format_is_offered() -> None:
    """What can be rendered can be asked for."""
    assert {*lifecycle.LifecycleFormat} == {*tables.FORMATS}


def test_text_is_for_people() -> None:
    """Without a format, the tables are printed as text."""
    assert jobstate("lifecycle").stdout == tables.render(TRAINING_JOB, "text")


@pytest.mark.parametrize("name", tables.FORMATS)
def test_lifecycle(name: str) -> None:
    """It prints the tables of the life cycle under what is assumed."""
    ran = jobstate("lifecycle", *TIGHT, "--format", name)
    expected = tables.render(TRAINING_JOB.given(spot=False), name)
    assert ran.stdout.splitlines() == expected.splitlines()
    assert ran.exit_code == 0


def test_wrong_options() -> None:
    """They end it with exit code 2."""
    assert jobstate("lifecycle", "--format", "smoke").exit_code == 2
    assert jobstate("lifecycle", "--format", "json", "--given", "spot").exit_code == 2
