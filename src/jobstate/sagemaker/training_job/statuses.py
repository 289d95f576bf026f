"""The statuses of a training job as open enumerations.

Values are AWS's own spelling, from the API reference and botocore 1.44.5's service model; a test
holds them against the installed botocore.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

#: The name of every value that is no member. Lower case, so it can never be a member's name.
_NO_MEMBER = "unknown"


class OpenStrEnum(StrEnum):
    """An enumeration to which the service may add: any string is a value, whether known or not.

    ``SecondaryStatus("Hibernating")`` is a `SecondaryStatus` that equals ``"Hibernating"`` and
    whose `known` is False. It is made anew each time and never kept, so that hostile input can't
    grow memory: compare with ``==``, never with ``is``.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        text = str(value)
        stranger = str.__new__(cls, text)
        stranger._name_ = _NO_MEMBER
        stranger._value_ = text
        return stranger

    @property
    def known(self) -> bool:
        """Whether it is one of the members."""
        return self._name_ != _NO_MEMBER


class TrainingJobStatus(OpenStrEnum):
    """The primary status: TrainingJobStatus.

    DELETING is in the service's model since 2025-10-29; nobody has published an answer with it.
    """

    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    DELETING = "Deleting"


class SecondaryStatus(OpenStrEnum):
    """The secondary status: SecondaryStatus, in the list only since 2024-11-01.

    AWS calls it subject to change. LAUNCHING_ML_INSTANCES, PREPARING_TRAINING_STACK and
    DOWNLOADING_TRAINING_IMAGE are no longer supported (API); old records may still show them.
    RESTARTING and UPDATING stand in the enumeration and are explained nowhere.
    """

    STARTING = "Starting"
    PENDING = "Pending"
    LAUNCHING_ML_INSTANCES = "LaunchingMLInstances"
    PREPARING_TRAINING_STACK = "PreparingTrainingStack"
    DOWNLOADING = "Downloading"
    DOWNLOADING_TRAINING_IMAGE = "DownloadingTrainingImage"
    TRAINING = "Training"
    INTERRUPTED = "Interrupted"
    RESTARTING = "Restarting"
    UPDATING = "Updating"
    UPLOADING = "Uploading"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    MAX_RUNTIME_EXCEEDED = "MaxRuntimeExceeded"
    MAX_WAIT_TIME_EXCEEDED = "MaxWaitTimeExceeded"


class WarmPoolStatus(OpenStrEnum):
    """The status of the instances kept for the next job: WarmPoolStatus.Status."""

    IN_USE = "InUse"
    AVAILABLE = "Available"
    REUSED = "Reused"
    TERMINATED = "Terminated"
