"""How training jobs were seen to live: counts of whole histories, and lengths of stays."""

from __future__ import annotations

from typing import Final

from jobstate.model.profile import Lasted, Profile
from jobstate.sagemaker.training_job.statuses import SecondaryStatus

_S = SecondaryStatus
_ROAD: Final = (_S.STARTING, _S.DOWNLOADING, _S.TRAINING, _S.UPLOADING)
_QUEUED: Final = (_S.STARTING, _S.PENDING, _S.DOWNLOADING, _S.TRAINING, _S.UPLOADING)

#: Of 218 jobs; a median is the lower one of two in the middle. One of fourteen stays in Training
#: lasted ten hours.
PROFILE: Final = Profile(
    ways={
        (*_ROAD, _S.COMPLETED): 193,
        (*_ROAD, _S.FAILED): 14,
        (*_QUEUED, _S.COMPLETED): 4,
        (*_QUEUED, _S.FAILED): 1,
        (_S.STARTING, _S.FAILED): 1,
        (_S.STARTING, _S.DOWNLOADING, _S.FAILED): 1,
        (_S.STARTING, _S.PENDING, _S.FAILED): 1,
        (_S.STARTING, _S.DOWNLOADING, _S.STOPPING, _S.STOPPED): 1,
        (*_ROAD[:3], _S.STOPPING, _S.UPLOADING, _S.STOPPED): 1,
        (*_ROAD[:3], _S.STOPPING, _S.UPLOADING, _S.MAX_WAIT_TIME_EXCEEDED): 1,
    },
    lengths={
        _S.STARTING: Lasted(median=43.233, longest=185.615, count=27),
        _S.PENDING: Lasted(median=98.901, longest=363.073, count=6),
        _S.DOWNLOADING: Lasted(median=212.608, longest=394.085, count=18),
        _S.TRAINING: Lasted(median=172.51, longest=37_000.538, count=14),
        _S.UPLOADING: Lasted(median=7.463, longest=907.382, count=14),
    },
    source=(
        "ways: 207 complete progress logs that the SageMaker Python SDK printed in public notebooks"
        " (2018 to 2025), 10 complete public lists of SecondaryStatusTransitions and one more of a"
        " job that waited too long; lengths: StartTime and EndTime of 79 entries in public lists"
    ),
)
