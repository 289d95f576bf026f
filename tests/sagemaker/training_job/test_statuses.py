"""The open enumerations: known and unknown statuses alike are strings and survive everything."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.sagemaker.training_job.statuses import (
    OpenStrEnum,
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)

KINDS = [TrainingJobStatus, SecondaryStatus, WarmPoolStatus]
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))

each_kind = pytest.mark.parametrize("kind", KINDS)


def test_known_statuses_are_members() -> None:
    """AWS's spelling leads to the member, and the member prints as AWS spells it."""
    status = SecondaryStatus("LaunchingMLInstances")
    assert status is SecondaryStatus.LAUNCHING_ML_INSTANCES
    assert status.known
    assert status == str(status) == f"{status}" == "LaunchingMLInstances"
    assert type(str(status)) is str


@each_kind
@given(text=ANY_TEXT)
def test_every_string_is_a_status(kind: type[OpenStrEnum], text: str) -> None:
    """No string is refused; it equals what was given, in sets and as a key too."""
    status = kind(text)
    assert isinstance(status, kind)
    assert status == status.value == text
    assert {text: 1}[status] == 1
    assert type(str(status)) is str
    assert status.known == (text in [member.value for member in kind])


@each_kind
@given(text=ANY_TEXT)
def test_statuses_survive_pickling_and_copying(kind: type[OpenStrEnum], text: str) -> None:
    """Pickled, copied and converted again, a status stays the same status of the same kind."""
    status = kind(text)
    again: OpenStrEnum
    for again in (
        pickle.loads(pickle.dumps(status)),  # noqa: S301 - our own bytes
        copy.copy(status),
        copy.deepcopy(status),
        kind(status),
    ):
        assert (type(again), str(again), again.known) == (kind, text, status.known)


@each_kind
def test_unknown_statuses_are_not_kept(kind: type[OpenStrEnum]) -> None:
    """Hostile input can't grow memory: each unknown status is made anew and registered nowhere."""
    members = list(kind)
    first, second = kind("Hibernating"), kind("Hibernating")
    assert first == second
    assert first is not second
    assert list(kind) == members
    assert "Hibernating" not in kind.__members__


def test_unknown_statuses_print_escaped() -> None:
    """The repr of an unknown status stays on one line and says that it is unknown."""
    assert repr(SecondaryStatus("a\nb")) == "<SecondaryStatus.unknown: 'a\\nb'>"


def test_string_subclasses_become_plain_values() -> None:
    """A status of one axis can be read as one of another; only its text goes over."""
    stranger = SecondaryStatus(TrainingJobStatus("Hibernating"))
    assert type(stranger) is SecondaryStatus
    assert type(stranger.value) is str


@each_kind
@pytest.mark.parametrize("value", [None, 1, b"Starting", ["Starting"]])
def test_only_strings_are_statuses(kind: type[OpenStrEnum], value: Any) -> None:
    """What is no string is refused as by any enumeration."""
    with pytest.raises(ValueError, match="is not a valid"):
        kind(value)


def test_retired_statuses_are_documented() -> None:
    """The three statuses that AWS no longer supports (FACTS §1) are named as such."""
    text = SecondaryStatus.__doc__ or ""
    sentence = text[: text.index("no longer supported")]
    for retired in ("LaunchingMLInstances", "PreparingTrainingStack", "DownloadingTrainingImage"):
        assert SecondaryStatus(retired).name in sentence
