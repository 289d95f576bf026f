"""Wrapped, nested, cut and spoilt documents by the million, and what is found in each.

A document has answers planted in it, in forms within forms up to the bounds, beside what is no
answer: requests, trails, templates, states of other tools, models, random JSON. What was planted is
known, so that nothing may be found but that, all of it, each at its path. Of documents that were
cut or spoilt afterwards only answers, single lines and `ObservationError` may come. A million, in
an environment that has jobstate with its extra `cli`::

    python -m tests.campaigns.wrapped --count 1000000 --jobs 2
"""

from __future__ import annotations

import io
import json
import random
import string
import sys
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from jobstate import ObservationError, check_jobs
from jobstate.cli.json_stream import Document, documents
from jobstate.finding import Found, PassedOver, finder_of
from jobstate.kinds import KINDS
from tests.campaigns.attack import Attack
from tests.kinds.test_every_kind import OTHERS, published
from tests.support import corpus_series
from tests.support.wrappings import SPELLINGS, WRAPPINGS, Wrapping, joined, within

#: What is looked through of a document.
DEEPEST, MOST_LAYERS = 16, 4
#: How deep what is put beside answers may be.
_DECOYS_DEEP: Final = 3
_NOTHING: Final = Wrapping("nothing", lambda value: value)

Json: TypeAlias = Any


class Planted(NamedTuple):
    """A document with answers in it.

    Attributes:
        document: The document.
        answers: Path → answer, as the service spells it.
        exact: Nothing was spoilt, so that all of them must be found.
    """

    document: Json
    answers: dict[str, Json]
    exact: bool


@cache
def answers() -> list[Json]:
    """Return every usable answer of the corpora."""
    every = [each for _, series in corpus_series.usable_series() for each in series]
    for kind in OTHERS:
        every += [each for series in published(kind).values() for each in series]
    return every


# --- What is no answer ----------------------------------------------------------------------------


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_letters, k=rng.randint(1, 12)))


_NAMES: Final = (
    *("id", "name", "status", "Status", "jobId", "JobName", "arn", "TrainingJobName", "state"),
    *("TrainingJobArn", "CreationTime", "detail", "Message", "body", "data", "Records", "jobs"),
)


def _random(rng: random.Random, depth: int = 0) -> Json:
    """Return random JSON that has names of answers, but nothing that is one."""
    draw = rng.random()
    if depth >= _DECOYS_DEEP or draw < 0.4:
        return rng.choice((None, True, 7, 1.5, "", "Completed", "{", "[1", _word(rng), [], {}))
    if draw < 0.6:
        return [_random(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    names = [rng.choice(_NAMES) if rng.random() < 0.4 else _word(rng) for _ in range(4)]
    made = {name: _random(rng, depth + 1) for name in names}
    # An answer has these two, and one of Batch a third.
    for name in ("jobId", "TrainingJobArn"):
        made.pop(name, None) if rng.random() < 0.5 else made.update({name: [1]})
    return made


def _trail(rng: random.Random) -> Json:
    return {
        "eventVersion": "1.11",
        "eventSource": "sagemaker.amazonaws.com",
        "eventName": rng.choice(("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob")),
        "requestParameters": {"trainingJobName": _word(rng), "tags": [{"key": "a"}]},
        "responseElements": rng.choice((None, {"trainingJobArn": f"arn:aws:{_word(rng)}"})),
    }


def _template(rng: random.Random) -> Json:
    properties = {"TrainingJobName": _word(rng), "TrainingJobStatus": {"Ref": "Status"}}
    return {"Resources": {"Job": {"Type": "AWS::X::Y", "Properties": properties}}}


def _state(rng: random.Random) -> Json:
    attributes = {"arn": f"arn:aws:sagemaker:::{_word(rng)}", "name": _word(rng), "status": "ok"}
    return {"terraform_version": "1.9.5", "resources": [{"instances": [attributes]}]}


def _model(rng: random.Random) -> Json:
    del rng
    members = {"TrainingJobArn": {"shape": "Arn"}, "TrainingJobStatus": {"shape": "Status"}}
    return {"shapes": {"DescribeTrainingJobResponse": {"members": members}}}


def _closed(rng: random.Random) -> Json:
    """Return an answer where none is looked for."""
    name = rng.choice(("Tags", "HyperParameters", "Environment", "FailureReason", "labels"))
    answer = rng.choice(answers())
    return {name: rng.choice((answer, json.dumps(answer), [answer]))}


def _other_kind(rng: random.Random) -> Json:
    return rng.choice(
        (
            {"EndpointName": "e", "EndpointArn": "a", "EndpointStatus": "InService"},
            {"detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"a": 1}},
            {"jobId": _word(rng), "status": "SUCCEED", "jobArn": "arn:aws:amplify"},
        )
    )


_DECOYS: Final = (_random, _random, _trail, _template, _state, _model, _closed, _other_kind)


# --- Making a document ----------------------------------------------------------------------------


def _form(rng: random.Random, depth: int, layers: int) -> Wrapping:
    """Return forms within forms, that leave so many levels and texts for what is around them."""
    whole = _NOTHING
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 5, 9))):
        tried = within(whole, rng.choice(WRAPPINGS))
        if tried.depth <= DEEPEST - depth and tried.layers <= MOST_LAYERS - layers:
            whole = tried
    return whole


def _planted(rng: random.Random) -> tuple[Json, dict[str, Json]]:
    """Return a document, and its answers by their paths."""
    number = rng.choice((0, 1, 1, 1, 2, 3))
    spelling = rng.choice((_NOTHING, _NOTHING, *SPELLINGS))
    outer = _form(rng, depth=7, layers=2)
    parts: dict[str, Json] = {}
    found: dict[str, Json] = {}
    for place in range(number):
        answer, form = rng.choice(answers()), _form(rng, outer.depth + 1, outer.layers)
        name = f"part{place}"
        parts[name] = form.wrap(spelling.wrap(answer))
        found[joined(joined(outer.path, name), form.path)] = answer
    if number and rng.random() < 0.3:
        pass  # nothing is beside them
    elif outer.depth + 1 + 2 * _DECOYS_DEEP <= DEEPEST:
        for place in range(rng.randint(1, 3)):
            parts[f"beside{place}"] = rng.choice(_DECOYS)(rng)
    names = rng.sample(sorted(parts), len(parts))
    return outer.wrap({name: parts[name] for name in names}), found


def _cut_within(rng: random.Random, value: Json) -> Json:
    """Return a value of which some text is cut off, as a queue or a log does it."""
    if isinstance(value, dict) and value:
        name = rng.choice(sorted(value))
        return value | {name: _cut_within(rng, value[name])}
    if isinstance(value, list) and value:
        place = rng.randrange(len(value))
        return [*value[:place], _cut_within(rng, value[place]), *value[place + 1 :]]
    return value[: rng.randrange(len(value) + 1)] if isinstance(value, str) else value


def _spoilt(rng: random.Random, document: Json) -> bytes:
    """Return the text of a document that was cut, in it or as a whole, or changed."""
    if rng.random() < 0.6:
        for _ in range(rng.choice((1, 1, 3))):
            document = _cut_within(rng, document)
        return json.dumps(document).encode()
    text = bytearray(json.dumps(document).encode())
    for _ in range(rng.choice((1, 1, 2, 5))):
        draw, place = rng.random(), rng.randrange(len(text) or 1)
        if draw < 0.3:
            del text[place:]
        elif draw < 0.6:
            del text[place : place + rng.choice((1, 1, 3, 30))]
        else:
            text[place:place] = rng.choice((b'"', b"{", b"]", b"\\", b"\x00", b"NaN", b"1e999"))
    return bytes(text)


def made(seed: int, number: int) -> Planted:
    """Return the document of that number."""
    rng = random.Random(seed << 40 | number)
    document, found = _planted(rng)
    if rng.random() < 0.3:
        return Planted(_spoilt(rng, document), found, exact=False)
    return Planted(document, found, exact=True)


# --- What is found in it --------------------------------------------------------------------------


def judged(planted: Planted) -> str:
    """Look for answers and compare them with those that were planted; return what there was.

    Raises:
        AssertionError: Something else was found, or not all, or something is said in no line.
        Exception: Whatever else escapes.
    """
    if not planted.exact:
        return _judge_spoilt(planted.document)
    found = finder_of(KINDS).find(planted.document)
    seen = {each.path: each for each in found if isinstance(each, Found)}
    assert seen.keys() == planted.answers.keys(), sorted(seen.keys() ^ planted.answers.keys())
    for path, answer in planted.answers.items():
        alone = _said(answer)
        assert _said(seen[path].answer) == alone, path
    others = [each for each in found if not isinstance(each, Found)]
    if planted.answers:
        assert all(isinstance(each, PassedOver) for each in others), others
    else:
        assert all(str(each).isprintable() for each in others)
    return f"{len(planted.answers)} found"


def _judge_spoilt(text: bytes) -> str:
    outcome = "no JSON"
    for each in documents(io.BytesIO(text), "spoilt"):
        if isinstance(each, Document):
            outcome = _said_of_spoilt(each.value)
    return f"spoilt: {outcome}"


def _said_of_spoilt(value: object) -> str:
    try:
        check_jobs(KINDS, value)
    except ObservationError as error:
        problems = error.problems
    else:
        return "judged"
    assert problems
    assert all(str(each).isprintable() for each in problems)
    return "refused"


def _said(answer: Json) -> object:
    """Return what is said of an answer alone: a verdict or what is wrong with it."""
    try:
        (report,) = check_jobs(KINDS, [answer]).values()
    except ObservationError as error:
        return [(each.path, each.expected) for each in error.problems]
    broken = [(each.rule, each.message) for each in report.violations]
    return report.job, report.result, report.entries, broken


ATTACK: Final = Attack("wrapped", "documents", made, judged)


if __name__ == "__main__":
    sys.exit(ATTACK.main("Look for answers in documents made from a seed."))
