"""As much of Airflow as the bridge to it needs, for where Airflow is not installed.

`examples/oracle` holds the bridge against Airflow itself.
"""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    import pytest


class AirflowFailException(Exception):  # noqa: N818 - Airflow's name
    """The task failed, and is not tried again."""


class TaskDeferred(BaseException):
    """The task goes on when a trigger has fired."""

    def __init__(self, trigger: Any, method_name: str, timeout: timedelta) -> None:
        self.trigger = trigger
        self.method_name = method_name
        self.timeout = timeout
        super().__init__()


class SkippedError(Exception):
    """The task is skipped."""


@frozen
class TriggerEvent:
    """What a trigger yields."""

    payload: Any


@frozen
class PokeReturnValue:
    """What a poke returns."""

    is_done: bool
    xcom_value: Any = None


class BaseTrigger:
    """What triggers are."""

    log = logging.getLogger("airflow")


class BaseSensorOperator:
    """What sensors are: it pokes until that is enough."""

    log = logging.getLogger("airflow")

    def __init__(self, *, task_id: str, timeout: float = 604_800, soft_fail: bool = False) -> None:
        self.task_id = task_id
        self.timeout = timeout
        self.soft_fail = soft_fail

    def execute(self, context: Any) -> Any:
        """Poke."""
        while True:
            try:
                said = self.poke(context)
            except AirflowFailException as error:
                if self.soft_fail:
                    raise SkippedError from error
                raise
            if said.is_done:
                return said.xcom_value
            time.sleep(60)

    def poke(self, context: Any) -> PokeReturnValue:
        """Look once."""
        raise NotImplementedError

    def defer(self, **how: Any) -> None:
        """Leave the worker."""
        raise TaskDeferred(**how)


class AwsBaseHook:
    """What connects.

    Attributes:
        client: The client that every hook has.
        made: How hooks were made.
    """

    client: ClassVar[Any] = None
    made: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, **how: Any) -> None:
        self.made.append(how)

    def get_conn(self) -> Any:
        """Connect."""
        return self.client


class conf:  # noqa: N801 - Airflow's name
    """Airflow's settings."""

    @staticmethod
    def getboolean(*_: str, fallback: bool) -> bool:
        """Return a setting."""
        return fallback


_MODULES: dict[str, list[type]] = {
    "airflow.providers.amazon.aws.hooks.base_aws": [AwsBaseHook],
    "airflow.providers.common.compat.sdk": [
        AirflowFailException,
        BaseSensorOperator,
        PokeReturnValue,
        conf,
    ],
    "airflow.triggers.base": [BaseTrigger, TriggerEvent],
}


@contextmanager
def standing_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let them stand in for Airflow, which is imported anew."""
    with monkeypatch.context() as patched:
        for path, things in _MODULES.items():
            parts = path.split(".")
            for number in range(1, len(parts) + 1):
                name = ".".join(parts[:number])
                if name not in sys.modules or number == len(parts):
                    patched.setitem(sys.modules, name, ModuleType(name))
            for each in things:
                setattr(sys.modules[path], each.__name__, each)
        patched.delitem(sys.modules, "jobstate.aws.bridges.airflow", raising=False)
        yield
