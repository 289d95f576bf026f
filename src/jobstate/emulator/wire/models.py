"""botocore's models of AWS's services, which come without types."""

from __future__ import annotations

from typing import Any, TypeAlias

from jobstate.errors import MissingExtraError

#: `botocore.model.ServiceModel`.
ServiceModel: TypeAlias = Any
#: `botocore.model.OperationModel`.
OperationModel: TypeAlias = Any
#: `botocore.model.Shape`, and its kinds: structures, lists, maps, strings.
ModelShape: TypeAlias = Any


def load(name: str) -> ServiceModel:
    """Return the model of a service; takes some 0.05 s.

    Args:
        name: The service's name, as its client has it.

    Raises:
        MissingExtraError: botocore is not installed.
    """
    try:
        from botocore.loaders import Loader  # noqa: PLC0415 - an extra
        from botocore.model import ServiceModel  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("the emulator", "botocore", "emulator") from error
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)
