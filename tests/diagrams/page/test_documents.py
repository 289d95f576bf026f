"""What the page finds in documents, against the finder and the check: events, texts, lines."""

from __future__ import annotations

import json
import random
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from jobstate import ObservationError, Outcome, check_jobs
from jobstate.batch import BATCH_JOB
from jobstate.cli.app import app
from jobstate.conformance.answers import in_sequence, readings
from jobstate.diagrams.page import html
from jobstate.diagrams.page.tables import tables
from jobstate.kinds import KINDS
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.testing.illegal.illegal import spoiler_of
from jobstate.testing.lives.plans import plan
from jobstate.testing.lives.strategies import life_by
from jobstate.testing.lives.wishes import Wishes
from tests.diagrams.page.test_judge import corpus
from tests.support import chromium, page_tools
from tests.support.page_tools import REFUSED, by_page, data_only, plain, raw_verdicts, told_by_page
from tests.support.pages import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobstate import Lifecycle

can_run = pytest.mark.skipif(bool(page_tools.missing()), reason=page_tools.missing())

in_chromium = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

SEED = 2031
WITH_EVENTS = [kind for kind in KINDS if kind.schema and kind.schema.envelopes]
each_kind = pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)


# --- What wraps answers ---------------------------------------------------------------------------


def _lives(kind: Lifecycle, count: int) -> Iterator[list[Any]]:
    """Yield what some lives look like in events, as JSON has it; some with a rule broken."""
    chance = random.Random(SEED)
    assert kind.schema is not None
    (envelope, *_) = kind.schema.envelopes
    spoiler = spoiler_of(kind)
    for number in range(count):
        life = life_by(plan(kind, Wishes()), chance.choice)
        answers: list[Any] = [life.at(each, "event") for each in life.changes]
        if number % 3 == 0:
            rule = chance.choice(sorted(spoiler.breakable))
            spoilt = spoiler.spoil(rule, chance.choice)
            made: list[Any] = [] if spoilt is None else list(spoilt.answers)
            inner = [each.get(envelope.inside, each) for each in made]
            answers = [{**dict(envelope.marks), envelope.inside: each} for each in inner] or answers
        yield json.loads(json.dumps(answers, default=lambda time: time.isoformat()))


def _queued(events: list[Any]) -> dict[str, Any]:
    """Return events as a queue behind a topic brings them: as text within text."""
    bodies = [json.dumps({"Type": "Notification", "Message": json.dumps(one)}) for one in events]
    return {"Records": [{"messageId": str(place), "body": one} for place, one in enumerate(bodies)]}


def _by_time(kind: Lifecycle, document: object) -> page_tools.Said:
    """Return what the check says of answers that came in no order, put in order by their times."""
    seen = in_sequence(readings(kind, document))
    reports = check_jobs(data_only(kind), seen, in_order=True)
    return [plain(report) for report in reports.values()]


def _jobs(kind: Lifecycle, cases: list[Any]) -> list[list[dict[str, Any]]]:
    """Return what the page says of the jobs in documents, all of which can be read."""
    verdicts = raw_verdicts(tables(kind), cases)
    assert REFUSED not in map(page_tools.said, verdicts)
    return verdicts


each_with_events = pytest.mark.parametrize("kind", WITH_EVENTS, ids=lambda kind: kind.name)


def _are_ordered(kind: Lifecycle, events: list[Any]) -> bool:
    """Return whether times tell which event comes after which, if they tell any."""
    times = [each.observation.modified for each in readings(kind, events)]
    known = [time for time in times if time is not None]
    return all(one < other for one, other in pairwise(known))


@can_run
@each_with_events
def test_events_in_order(kind: Lifecycle) -> None:
    """As they are and in the texts of a queue: the findings, word for word, of the check."""
    ordered = filter(partial(_are_ordered, kind), _lives(kind, 24))
    cases = [case for events in ordered for case in (events, _queued(events))]
    verdicts = _jobs(kind, cases)
    for case, said in zip(cases, verdicts, strict=True):
        assert said == _by_time(kind, case), case
    assert {bool(job["findings"]) for said in verdicts for job in said} == {True, False}


@can_run
@each_with_events
def test_events_in_any_order(kind: Lifecycle) -> None:
    """Shuffled and doubled: legal if some order is that their times allow, as the check has it."""
    chance = random.Random(SEED)
    shuffled = [chance.sample(events, len(events)) for events in _lives(kind, 40)]
    cases = [*shuffled, *([*events, *events[:2]] for events in shuffled)]
    verdicts = _jobs(kind, cases)
    for case, said in zip(cases, verdicts, strict=True):
        (report,) = check_jobs(data_only(kind), case).values()
        (job,) = said
        assert job["legal"] is report.legal, case
        if report.legal and report.result.outcome is not Outcome.UNKNOWN:
            assert job["result"]["outcome"] == report.result.outcome, case


@can_run
def test_more_events_than_are_put_in_order() -> None:
    """Of thousands of one minute, the first order tried is legal, or their times alone decide."""
    (*_, events) = _lives(BATCH_JOB, 2)
    assert events[-1]["detail"]["status"] == "FAILED"
    copies = [each for each in events for _ in range(400)]
    waits = {**events[1], "detail": events[1]["detail"] | {"status": "RUNNABLE"}}
    reasons = [{"detail": waits["detail"] | {"statusReason": str(n)}} for n in range(2100)]
    many = [*copies, *({**waits, **each} for each in reasons)]
    verdicts = _jobs(BATCH_JOB, [copies[::-1], many[::-1]])
    assert [job["result"]["outcome"] for (job,) in verdicts] == ["failed"] * 2


@can_run
def test_what_wraps_answers() -> None:
    """Pages of lists, searches, arrays in arrays, texts: the jobs that the check finds in them."""
    answer = json.loads((HOME / "examples/answers/completed.json").read_text(encoding="utf-8"))
    listed = json.loads((HOME / "examples/answers/list.json").read_text(encoding="utf-8"))
    cases: list[Any] = [
        listed,
        [listed, answer],
        [[answer], [[listed]]],
        {"Results": [{"TrainingJob": answer}, {"TrainingJob": answer | {"Tags": [answer]}}]},
        json.dumps(answer),
        [json.dumps([answer])],
        {"Output": json.dumps(answer), "Environment": {"text": json.dumps({"deep": answer})}},
    ]
    verdicts = by_page(cases)
    assert verdicts == [_by_time(TRAINING_JOB, case) for case in cases]
    assert all(len(said) >= 1 for said in verdicts)


@can_run
def test_what_is_of_other_kinds_is_named() -> None:
    """It does not keep what is of this kind from being judged; alone, it is all that is said."""
    answer = json.loads((HOME / "examples/answers/completed.json").read_text(encoding="utf-8"))
    others: list[Any] = [
        {"detail-type": "Batch Job State Change", "detail": {"jobId": "1"}},
        {"EndpointName": "x", "EndpointStatus": "InService"},
        json.loads(_line(PROCESSING_JOB)),
        json.loads(_line(PROCESSING_JOB)),
    ]
    passed = f"1 Batch Job State Change, 1 Endpoint, 2 {PROCESSING_JOB.name}"
    assert page_tools.passed_by_page(TRAINING_JOB, [*others, answer]) == passed
    ((problem,),) = raw_verdicts(tables(TRAINING_JOB), [others[:2]])
    with pytest.raises(ObservationError) as caught:
        check_jobs(TRAINING_JOB, others[:2])
    assert problem == f": {caught.value.problems[0].expected}"


def _line(kind: Lifecycle) -> str:
    life = life_by(plan(kind, Wishes()), random.Random(SEED).choice)
    answers = [life.at(each) for each in life.changes]
    (report,) = check_jobs(kind, answers).values()
    return json.dumps(report.to_dict())


# --- Lines of the check ---------------------------------------------------------------------------


@can_run
@each_kind
def test_lines_of_the_check_are_told_as_they_are(kind: Lifecycle) -> None:
    """By every rule, also by those that are functions: what was found, where, what it came to."""
    chance = random.Random(SEED)
    spoiler = spoiler_of(kind)
    made = [spoiler.spoil(rule, chance.choice) for rule in spoiler.breakable for _ in range(3)]
    cases = [list(each.answers) for each in made if each is not None]
    cases += corpus()[::9] if kind is TRAINING_JOB else []
    reports = [report for case in cases for report in check_jobs(kind, case).values()]
    told = told_by_page(kind, [report.to_dict() for report in reports])
    for report, said in zip(reports, told, strict=True):
        known = said["known"]  # what answers have only narrowed is no news
        wanted = plain(report) | {"known": known}
        assert said == wanted | {"entries": [each.status for each in report.entries]}


@can_run
def test_what_the_check_printed(tmp_path: Path) -> None:
    """JSON Lines of the command, of whatever its finder found, as the page's text has them."""
    text = (HOME / "examples/answers/series.jsonl").read_text(encoding="utf-8")
    path = tmp_path / "log.jsonl"
    logged = [json.dumps({"level": "info", "message": line}) for line in text.splitlines()]
    path.write_text("\n".join(logged), encoding="utf-8")
    printed = CliRunner().invoke(app, ["check", "--format", "json", str(path)])
    assert printed.exit_code == 0
    lines = [json.loads(line) for line in printed.stdout.splitlines()]
    (told,) = told_by_page(TRAINING_JOB, lines)
    (report,) = check_jobs(TRAINING_JOB, [json.loads(line) for line in text.splitlines()]).values()
    assert told["entries"] == [entry.status for entry in report.entries]
    assert told["legal"]
    assert told["result"] == report.result.to_dict()


@can_run
@pytest.mark.parametrize(
    "damage",
    [
        {"schema_version": 1},
        {"steps": None},
        {"job": None},
        {"steps": [{"where": "x", "shown": {}, "states": {"nowhere": []}}]},
    ],
    ids=str,
)
def test_lines_that_are_damaged(damage: dict[str, Any]) -> None:
    """They are named for what they should be."""
    line = json.loads(_line(BATCH_JOB)) | damage
    table = tables(BATCH_JOB)
    assert raw_verdicts(table, [line]) == [[f": {table['finding']['report']}"]]


@pytest.mark.once
@in_chromium
def test_the_page_shows_them(tmp_path: Path) -> None:
    """Who has judged it, in which order, and what else there was; each can be replayed."""
    answers = HOME / "examples" / "answers"
    path = tmp_path / "page.html"
    path.write_text(html(TRAINING_JOB), encoding="utf-8")
    names = ("broken/illegal-step.json", "broken/illegal-pair.json", "stopped.json")
    files = [str(answers / name) for name in names]
    lines = CliRunner().invoke(app, ["check", "--format", "json", *files]).stdout
    event = (answers / "event.json").read_text(encoding="utf-8")
    queue = {"Records": [{"body": event}, {"body": json.dumps({"detail-type": "x", "detail": {}})}]}
    with chromium.chromium() as browser:
        page = browser.new_page()
        page.goto(path.as_uri())
        page.fill("#text", lines)
        page.click("#check")
        count = len(TRAINING_JOB.rules)
        assert f"jobstate check has judged it by all {count} rules" in page.inner_text("#judged")
        assert page.locator("#job option").count() == len(names)
        for place in range(len(names)):
            page.select_option("#job", str(place))
            shown = page.locator("#findings li").count()
            report = json.loads(lines.splitlines()[place])
            assert shown == len(report["violations"])
            assert page.is_visible("#replay")
        page.fill("#text", json.dumps(queue))
        page.click("#check")
        assert "came in no order" in page.inner_text("#judged")
        assert "Passed over: 1 x." in page.inner_text("#judged")
