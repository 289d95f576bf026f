"""The body of a request: one object of JSON, or why it is none."""

from __future__ import annotations

import json
from typing import Any, Final

from jobstate.emulator.wire.faults import not_converted, unreadable
from jobstate.finding.strict_json import DefectError, skip_blank, value_at
from jobstate.world import RefusedRequestError

#: How many bytes a body may have; AWS is silent, and a request of SageMaker never needs as many.
MOST_BYTES: Final = 10 * 1024 * 1024


def too_large(size: int) -> RefusedRequestError:
    """Return the refusal of a body that is larger than any that is taken."""
    text = f"Request size of {size} bytes exceeds the limit of {MOST_BYTES} bytes"
    return RefusedRequestError("RequestEntityTooLargeException", text, 413)


def read_body(body: bytes) -> dict[str, Any]:
    """Return the object that a body is.

    Raises:
        RefusedRequestError: It is too large, or no object of strict JSON in UTF-8: each key once,
            no NaN, no half of a character, nothing deeper than 64 levels.
    """
    if len(body) > MOST_BYTES:
        raise too_large(len(body))
    try:
        text = body.decode()
        start = skip_blank(text, 0)
        value, end = value_at(text, start, 1)
        if skip_blank(text, end) < len(text):
            raise unreadable("the body: something follows the value")
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise unreadable(f"the body: no text in UTF-8, {error.reason}") from None
    except DefectError as error:
        raise unreadable(f"the body: {'; '.join(error.reasons)}") from None
    if not isinstance(value, dict):
        raise not_converted(value, "a Structure").refusal()
    return value
