"""The schema alone reads and refuses what the fast reader of training jobs does."""

from __future__ import annotations

import io
from itertools import chain
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate.cli.json_stream import Document, documents
from jobstate.errors import ObservationError, Problem
from jobstate.model.observation import JobKey
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker.failure_reasons import failure_cause
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.reader import READER
from tests.campaigns import hostile
from tests.support import corpus_series
from tests.support.legal_answers import corpus_histories, generated
from tests.support.mutants import KINDS, mutants
from tests.support.relatives import SWEEP, TUNING, trained

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BY_SCHEMA = SchemaReader(SCHEMA, failure_cause)
SEED, HOSTILE, OF_EACH_KIND = 14, 3_000, 40


def said(reader: SchemaReader, document: object) -> list[object]:
    """Return what a reader makes of a document: what each answer says, and every problem."""
    if not isinstance(document, (list, tuple)):
        return _read(reader, "", document)
    several = enumerate(document)
    return [*chain.from_iterable(_read(reader, f"[{place}]", each) for place, each in several)]


def _read(reader: SchemaReader, path: str, item: object) -> list[object]:
    try:
        return [(path, attrs.asdict(reader.read(item)))]
    except ObservationError as error:
        return [*error.under(path).problems]


def differing(inputs: Iterable[object]) -> list[object]:
    """Return the inputs of which the two readers say different things."""
    return [each for each in inputs if said(BY_SCHEMA, each) != said(READER, each)]


def test_the_corpus() -> None:
    """Of every published answer."""
    answers = [*chain.from_iterable(map(corpus_series.answers, corpus_series.traces()))]
    assert len(answers) > 300
    assert differing(answers) == []


@pytest.mark.parametrize("kind", KINDS)
def test_mutants(kind: str) -> None:
    """Of answers with one thing made wrong."""
    bases = [*corpus_histories(), *generated(40, SEED)]
    series = [each.answers for each in mutants(KINDS[kind], bases, OF_EACH_KIND, SEED)]
    assert series
    assert differing(chain.from_iterable(series)) == []


def test_links() -> None:
    """Of the tuning job that a training job belongs to, be it well named or not."""
    named = [SWEEP, "", None, 7, SWEEP.replace("sweep", ""), f"{SWEEP}\n", "x" * 300, [SWEEP]]
    answers = [trained(1, TuningJobArn=each) for each in named]
    assert differing(answers) == []
    parents = [READER.read(each).parent for each in answers[:3:2]]
    assert parents == [JobKey(TUNING, SWEEP), None]


def test_hostile_inputs() -> None:
    """Of whatever else can be sent: as values of Python, and as texts of JSON."""
    values = [*chain.from_iterable(_values(hostile.made(SEED, each)) for each in range(HOSTILE))]
    refused = sum(any(isinstance(each, Problem) for each in said(READER, one)) for one in values)
    assert len(values) / 10 < refused < len(values) * 9 / 10
    assert differing(values) == []


def _values(made: object) -> Iterator[object]:
    if not isinstance(made, bytes):
        yield made
        return
    for found in documents(io.BytesIO(made), "hostile"):
        if isinstance(found, Document):
            yield found.value
