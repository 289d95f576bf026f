"""Who asks, and where: what a signature says of it. Nobody's signature is checked."""

from __future__ import annotations

import re
from typing import Final

from jobstate.model.operations import Place

#: The scope of AWS's signatures: who, the day, the region, the service.
_SCOPE: Final = re.compile(
    r"Credential=(?P<key>[^/,\s]{1,128})/\d{8}/(?P<region>[a-z]{2,}(?:-[a-z]+){1,3}-\d{1,2})/"
)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


def place_of(authorization: str, otherwise: Place) -> Place:
    """Return the account and region that a request is for.

    A key of twelve digits is the account, as those have it who use moto or LocalStack.

    Args:
        authorization: The header with the signature; empty for none.
        otherwise: What is taken where it does not say.
    """
    scope = _SCOPE.search(authorization[:4096])
    if scope is None:
        return otherwise
    account = scope["key"] if _ACCOUNT.fullmatch(scope["key"]) else otherwise.account
    return Place(account, scope["region"])
