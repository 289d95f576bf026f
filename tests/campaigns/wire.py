"""Requests by the million, made from botocore's models of SageMaker and Batch, before the emulator.

A third is right and must arrive as it was sent; a third has one fault planted in it, which must be
told at its place; of the rest the bytes are spoilt, or where they are sent. Whatever comes, the
response is one of AWS's, which botocore's own parser reads, and nothing but 200 or 4xx. What the
emulator has is answered by a world with a job of each kind. A million::

    python -m tests.campaigns.wire --count 1000000 --jobs 2
"""

from __future__ import annotations

import json
import re
import sys
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser

from jobstate.emulator.wire import Wire, WireCall, WireResponse
from jobstate.kinds import KINDS
from jobstate.world import World
from tests.campaigns.attack import Attack
from tests.support.modelled_requests import Maker, Site, model
from tests.support.requests import CREATING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVICES: Final = ("sagemaker", "batch")
#: The jobs that there are, and those that there are not.
NAMES: Final = ("tides-1", "tides-2", "ebb")
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: Lists and maps are filled up to what is too much only where that is no more than this.
_MANY: Final = 300


class Expected(NamedTuple):
    """What must become of a request.

    Attributes:
        code: The code of the error; empty where it must arrive.
        says: What its message must contain.
    """

    code: str = ""
    says: str = ""


class Sent(NamedTuple):
    """A request.

    Attributes:
        service: The service.
        operation: The operation that it is of.
        method, url, headers, body: As they are sent.
        arguments: What it asks with; None where that is spoilt.
        expected: What must become of it; None for anything that is AWS's.
    """

    service: str
    operation: str
    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    arguments: Any
    expected: Expected | None


# --- Faults ---------------------------------------------------------------------------------------


def _missing(rng: Random, site: Site) -> Iterator[Expected]:
    if site.required:
        if rng.random() < 0.5:
            del site.holder[site.key]
        else:
            site.holder[site.key] = None
        says = "failed to satisfy constraint: Member must not be null"
        yield Expected("invalid", f"Value null at '{site.told}' {says}")


def _put(site: Site, value: Any, says: str) -> Iterator[Expected]:
    site.holder[site.key] = value
    yield Expected("invalid", f"at '{site.told}' failed to satisfy constraint: {says}")


def _text(rng: Random, site: Site) -> Iterator[Expected]:
    if site.shape.type_name != "string":
        return
    known, part = site.shape.metadata, site.told != site.path
    least, most, pattern = known.get("min", 0), known.get("max"), known.get("pattern")
    wrong: list[tuple[str, str]] = []
    if most is not None:
        wrong.append(("x" * (most + 1), f"length less than or equal to {most}"))
    if least and "enum" not in known:
        wrong.append(("x" * (least - 1), f"length greater than or equal to {least}"))
    if "enum" in known:
        wrong.append(("Tides?", "Member must satisfy enum value set"))
    if pattern and "\\p" not in pattern and "\\uD800" not in pattern:
        odd = (each * max(least, 1) for each in ("\x00", "\n", "!", "\u00e9", "-", " ", "x"))
        misses = [each for each in odd if not re.fullmatch(pattern, each, re.ASCII)]
        if misses:
            wrong.append((rng.choice(misses), "Member must satisfy regular expression pattern"))
    if wrong:
        value, says = rng.choice(wrong)
        yield from _put(
            site, value, "" if part else says if says[0] == "M" else f"Member must have {says}"
        )


def _number(rng: Random, site: Site) -> Iterator[Expected]:
    known = site.shape.metadata
    if site.shape.type_name in {"integer", "long", "float", "double"}:
        bounds = {"min": ("greater", -1), "max": ("less", 1)}
        there = [name for name in bounds if name in known]
        if there:
            name = rng.choice(there)
            word, beyond = bounds[name]
            says = f"Member must have value {word} than or equal to {known[name]}"
            part = site.told != site.path
            yield from _put(site, int(known[name]) + beyond, "" if part else says)


def _size(rng: Random, site: Site) -> Iterator[Expected]:
    known, value = site.shape.metadata, site.holder[site.key]
    if site.shape.type_name not in {"list", "map"}:
        return
    if known.get("min", 0) > 0 and rng.random() < 0.5:
        yield from _put(
            site, type(value)(), f"Member must have length greater than or equal to {known['min']}"
        )
    elif value and known.get("max", _MANY) < _MANY:
        most = known["max"]
        if isinstance(value, list):
            more: Any = [deepcopy(value[0]) for _ in range(most + 1)]
        else:
            first = next(iter(value.values()))
            more = {f"k{place}": deepcopy(first) for place in range(most + 1)}
        yield from _put(site, more, f"Member must have length less than or equal to {most}")


def _union(rng: Random, site: Site) -> Iterator[Expected]:
    if site.shape.type_name == "structure" and site.shape.is_tagged_union:
        members = list(site.shape.members.items())
        chosen = rng.sample(members, 2) if len(members) > 1 and rng.random() < 0.5 else []
        made = {name: Maker(rng).made(each) for name, each in chosen}
        yield from _put(site, made, "Member must have exactly one member set")


def _type(rng: Random, site: Site) -> Iterator[Expected]:
    kind = site.shape.type_name
    others = {
        "structure": ("text", 7, True, [1]),
        "list": ("text", 7, True, {"a": 1}),
        "map": ("text", 7, True, [1]),
        "string": (7, True, [1], {"a": 1}),
        "boolean": (7, "true", [1], {"a": 1}),
        "timestamp": ("2026-03-01T12:00:00Z", True, [1], {"a": 1}, 1e300),
    }.get(kind, ("7", True, [1], {"a": 1}, 10**400))
    site.holder[site.key] = rng.choice(others)
    yield Expected("SerializationException", f"(at '{site.path}')")


_FAULTS: Final = (_missing, _text, _text, _number, _size, _union, _type)


def _planted(rng: Random, sites: list[Site]) -> Expected | None:
    """Plant a fault in one place; return what must come of it, None where no place takes one."""
    if not sites:
        return None
    for _ in range(20):
        found = next(rng.choice(_FAULTS)(rng, rng.choice(sites)), None)
        if found is not None:
            return found
    return None


_JUNK: Final = (
    *(b'"', b"{", b"]", b"\\", b"\x00", b"NaN", b"1e999", b"\xff", b"\xed\xa0\x80", b"null"),
    *(b'"\\ud800"', b"\xef\xbb\xbf", b"[" * 100, b'{"a":' * 5_000, b"9" * 5_000, b'"a":1,"a":2,'),
)


def _spoilt(rng: Random, body: bytes) -> bytes:
    """Return a body that was cut, or changed in some places."""
    text = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 5))):
        draw, place = rng.random(), rng.randrange(len(text) + 1)
        if draw < 0.3:
            del text[place:]
        elif draw < 0.5:
            del text[place : place + rng.choice((1, 1, 3, 30))]
        else:
            text[place:place] = rng.choice(_JUNK)
    return bytes(text)


def _elsewhere(rng: Random, sent: Sent) -> Sent:
    """Return a request that is sent to where it does not belong."""
    target = rng.choice(
        ("SageMaker.Nothing", "SageMaker", "", ".", "\u00ff" * 9_000, sent.operation)
    )
    method = rng.choice(("GET", "PUT", "DELETE", "OPTIONS", "", sent.method))
    url = rng.choice(("", "/", "/v1", "/v1/tags/", "/v1/%ff", "//?a=%00", "/v1/submitjob/", "*"))
    headers = sent.headers | {"x-AMZ-target": target} if target else {}
    return sent._replace(method=method, url=url, headers=headers, expected=None)


# --- A request ------------------------------------------------------------------------------------


@cache
def _answered() -> dict[str, tuple[str, ...]]:
    return World(KINDS, lambda: NOON).services


@cache
def _operations() -> list[tuple[str, str]]:
    """Return every operation of the services, those that the emulator has ever so often."""
    every = [(name, each) for name in SERVICES for each in model(name).operation_names]
    emulated = [(name, each) for name, names in _answered().items() for each in names]
    return every + emulated * (2 * len(every) // len(emulated))


def made(seed: int, number: int) -> Sent:
    """Return the request of that number."""
    rng = Random(seed << 40 | number)
    service, name = rng.choice(_operations())
    maker = Maker(rng, NAMES)
    shape = model(service).operation_model(name).input_shape
    given = maker.made(shape) if shape else {}
    # What stands in a URL is text and has no type.
    in_url = _places(shape)
    sites = [each for each in maker.sites if each.path.partition(".")[0] not in in_url]
    draw = rng.random()
    planted = _planted(rng, sites) if draw < 1 / 3 else None
    sent = _sent(service, name, given, planted or Expected())
    if draw < 2 / 3:
        return sent
    spoilt = sent._replace(body=_spoilt(rng, sent.body), expected=None)
    return _elsewhere(rng, sent) if rng.random() < 0.2 else spoilt


def _sent(service: str, name: str, given: dict[str, Any], expected: Expected) -> Sent:
    """Return a request as a client sends it."""
    operation = model(service).operation_model(name)
    shape, body, url, query = operation.input_shape, dict(given), operation.http["requestUri"], {}
    for spelt, place in _places(shape).items():
        value = body.pop(spelt, None)
        if place == "uri":
            url = url.replace(f"{{{spelt}}}", quote(str(value), safe=""))
        elif value is not None:
            query[spelt] = value
    url = f"{url}?{urlencode(query, doseq=True)}" if query else url
    prefix = model(service).metadata.get("targetPrefix")
    headers = {"X-Amz-Target": f"{prefix}.{name}"} if prefix else {}
    text = json.dumps(body).encode()
    return Sent(service, name, operation.http["method"], url, headers, text, given, expected)


def _places(shape: Any) -> dict[str, str]:
    """Return where the arguments are that are not in the body."""
    return {
        member.serialization.get("name", name): member.serialization["location"]
        for name, member in (shape.members if shape else {}).items()
        if "location" in member.serialization
    }


# --- What becomes of it ---------------------------------------------------------------------------


@cache
def wire() -> Wire:
    """Return a wire that offers every operation that there is."""
    offered = {name: model(name).operation_names for name in SERVICES}
    return Wire(offered, now=lambda: NOON, request_id=lambda: "0")


@cache
def _lives() -> tuple[Any, ...]:
    world = World(KINDS, lambda: NOON)
    for operation, name, rest in CREATING.values():
        world.answer(operation, {name: NAMES[0], **rest})
    return world.lives


def judged(sent: Sent) -> str:
    """Send a request and compare what comes with what must; return what came.

    Raises:
        AssertionError: Something else came, or it is none of AWS's.
        Exception: Whatever else escapes.
    """
    arrived: list[WireCall] = []

    def answered(call: WireCall) -> Mapping[str, Any]:
        arrived.append(call)
        if call.operation not in _answered().get(call.service, ()):
            return {}
        return World(KINDS, lambda: NOON, lives=_lives()).answer(call.operation, call.arguments)

    response = wire().respond(sent.method, sent.url, sent.headers.items(), sent.body, answered)
    code, message = _parsed(sent, response)
    if sent.expected is None:
        return f"spoilt: {code or 'answered'}"
    if sent.expected == Expected():
        assert len(arrived) == 1, (code, message)
        assert _plain(arrived[0].arguments) == _whole(sent), (arrived[0], sent)
        return "right: refused by the world" if code else "right: answered"
    wanted = sent.expected.code.replace("invalid", INVALID[sent.service])
    assert (code, arrived) == (wanted, []), (code, message, sent.expected)
    assert sent.expected.says in message, (message, sent.expected)
    return f"planted: {sent.expected.code}"


INVALID: Final = {"sagemaker": "ValidationException", "batch": "ClientException"}


def _parsed(sent: Sent, response: WireResponse) -> tuple[str, str]:
    """Return the code and the message of an error, as botocore reads them; empty for none."""
    known = model(sent.service)
    parser = create_parser(known.metadata["protocol"])
    given = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": response.body,
    }
    shape = known.operation_model(sent.operation).output_shape
    found = parser.parse(given, shape)
    assert response.status == 200 or 400 <= response.status < 500, response
    assert response.headers["Content-Length"] == str(len(response.body))
    assert found["ResponseMetadata"]["RequestId"] == "0"
    assert len(response.body) < 1_000_000
    if response.status == 200:
        return "", ""
    error = found["Error"]
    assert re.fullmatch(r"[A-Z]\w+", error["Code"]), error
    assert error["Message"], error
    return error["Code"], error["Message"]


def _plain(value: Any) -> Any:
    """Return arguments with their times as they were sent."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _whole(sent: Sent) -> Any:
    """Return what was sent; an empty list in a URL is none."""
    query = {name for name, place in _places(_shape(sent)).items() if place == "querystring"}
    return {name: each for name, each in sent.arguments.items() if each or name not in query}


def _shape(sent: Sent) -> Any:
    return model(sent.service).operation_model(sent.operation).input_shape


ATTACK: Final = Attack("wire", "requests", made, judged)


if __name__ == "__main__":
    sys.exit(ATTACK.main("Send requests made from a seed."))
