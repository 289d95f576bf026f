"""Clients of AWS as the AWS CLI would make them, and what to do where there are none."""

from __future__ import annotations

import os
from typing import Any, Final

from jobstate.common.text import printable
from jobstate.errors import JobstateError, MissingExtraError

#: How long a call may take, in seconds: others wait meanwhile. Whoever asks tries again by himself.
_CONNECT, _READ = 5, 15
#: The names of botocore's errors → what to do about them.
_WAYS_OUT: Final = {
    "NoRegionError": "give --region, or set AWS_REGION",
    "ProfileNotFound": "give --profile one that `aws configure list-profiles` names",
}


#: What to do where there are no credentials, or none that hold any more.
SIGN_IN: Final = "run `aws configure` or `aws sso login`, or give --profile"


class NoClientError(JobstateError, RuntimeError):
    """AWS can't be asked at all.

    Attributes:
        why: Why not.
        remedy: What to do.
    """

    def __init__(self, why: str, remedy: str) -> None:
        self.why = why
        self.remedy = remedy
        super().__init__(why, remedy)

    def __str__(self) -> str:
        return f"AWS can't be asked: {printable(self.why)}" + (self.remedy and f": {self.remedy}")


class Clients:
    """Makes a client for each service, once."""

    def __init__(
        self, *, profile: str | None = None, region: str | None = None, endpoint: str | None = None
    ) -> None:
        """Look for credentials, as boto3 does.

        Args:
            profile: A profile of AWS's configuration.
            region: The region.
            endpoint: The address of the services; AWS's own by default.

        Raises:
            MissingExtraError: boto3 is not installed.
            NoClientError: There are no credentials, or there is no such profile.
        """
        try:
            import boto3  # noqa: PLC0415 - an extra, and slow to import
            from botocore.exceptions import BotoCoreError  # noqa: PLC0415
        except ImportError as error:
            raise MissingExtraError("jobstate watch", "boto3", "aws") from error
        self._refusals = BotoCoreError, ValueError
        # The AWS CLI reads this one too, and before the other one, which is all that boto3 knows.
        region = region or os.environ.get("AWS_REGION") or None
        self._region, self._endpoint = region, endpoint
        self._made: dict[str, Any] = {}
        try:
            self._session = boto3.Session(profile_name=profile, region_name=region)
            found = self._session.get_credentials()
        except self._refusals as error:
            raise _no_client(error) from error
        if found is None:
            raise NoClientError("no credentials were found", SIGN_IN)

    def __call__(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes when it runs
        """Return the client of a service.

        Raises:
            NoClientError: There is no region, or the endpoint is no address.
        """
        if service not in self._made:
            from botocore.config import Config  # noqa: PLC0415 - as above

            # What is refused is told at once; whoever asks tries again, and says so.
            config = Config(
                connect_timeout=_CONNECT,
                read_timeout=_READ,
                retries={"mode": "standard", "total_max_attempts": 1},
                user_agent_extra="jobstate-watch",
            )
            try:
                self._made[service] = self._session.client(
                    service, region_name=self._region, endpoint_url=self._endpoint, config=config
                )
            except self._refusals as error:
                raise _no_client(error) from error
        return self._made[service]


def _no_client(error: Exception) -> NoClientError:
    return NoClientError(str(error).rstrip("."), _WAYS_OUT.get(type(error).__name__, ""))
