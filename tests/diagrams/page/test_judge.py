"""The page's judge against the check: the same verdict to the letter, by the same tables.

It is run in one process for all cases of a test: in Node, else in Chromium.
"""

from __future__ import annotations

import io
import json
import math
import random
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import check_jobs
from jobstate.batch import BATCH_JOB
from jobstate.cli.json_stream import Document, documents
from jobstate.diagrams.page.tables import tables
from jobstate.finding import Found, finder_of
from jobstate.kinds import KINDS as KINDS_OF_JOB
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.illegal.illegal import spoiler_of
from jobstate.testing.lives.plans import plan
from jobstate.testing.lives.strategies import life_by
from jobstate.testing.lives.wishes import Wishes
from tests.campaigns import hostile
from tests.kinds import test_every_kind, test_mutants
from tests.support import chromium, corpus_series, page_tools
from tests.support.legal_answers import corpus_histories, generated
from tests.support.mutants import KINDS, mutants
from tests.support.page_tools import REFUSED, by_page, by_python, differences
from tests.support.pages import HOME

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate import Lifecycle

can_run = pytest.mark.skipif(bool(page_tools.missing()), reason=page_tools.missing())
in_chromium = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

SEED = 2027
OF_EACH_KIND = 42
HOSTILE = 1500
#: Deeper ones would be Python's own problem to write down for the page.
DEEPEST = 40
JOB, POOL = TRAINING_JOB.regions
#: Where jobs would begin if those on spot instances had to wait first.
BEGINS = {"InProgress/Starting": {"spot": False}, "InProgress/Pending": {"spot": True}}
LIFECYCLES = {
    "starts with needs": attrs.evolve(
        TRAINING_JOB, regions=(attrs.evolve(JOB, initial=BEGINS), POOL)
    ),
    "on demand": TRAINING_JOB.given(spot=False, retry=False, plan=False),
    "spot": TRAINING_JOB.given(spot=True),
    "nobody stops": TRAINING_JOB.given(stop=False),
    "without a rule": TRAINING_JOB.without("illegal-transition", "completed-without-training"),
    "by default rules": attrs.evolve(TRAINING_JOB, rules=()),
}


@cache
def corpus() -> list[list[dict[str, Any]]]:
    """Return every trace of the corpus as answers, those made up by hand included."""
    return [corpus_series.answers(trace) for trace in corpus_series.traces()]


@cache
def wrong() -> list[list[dict[str, Any]]]:
    """Return mutants of every kind."""
    bases = [*corpus_histories(), *generated(240, SEED)]
    return [
        mutant.answers
        for kind in KINDS.values()
        for mutant in mutants(kind, bases, OF_EACH_KIND, SEED)
    ]


@can_run
def test_page_and_check_agree_on_the_corpus(figures: Callable[[str], None]) -> None:
    """Findings with their words, what is known, what the job came to: of every real job."""
    cases = corpus()
    verdicts = by_page(cases)
    assert differences(TRAINING_JOB, cases, verdicts) == []
    assert REFUSED not in verdicts
    figures(f"page: agrees with the check on all {len(cases)} traces of the corpus")


@pytest.mark.once
@can_run
def test_page_and_check_agree_on_mutants(figures: Callable[[str], None]) -> None:
    """The same of at least 2,000 series with one thing made wrong, by every rule that is data."""
    cases = wrong()
    verdicts = by_page(cases)
    assert differences(TRAINING_JOB, cases, verdicts) == []
    rules = Counter(
        finding["rule"]
        for jobs in verdicts
        if not isinstance(jobs, str)
        for job in jobs
        for finding in job["findings"]
    )
    data = {each["id"] for each in tables(TRAINING_JOB)["rules"] if each["judged"]}
    assert data <= rules.keys()
    assert len(cases) >= 2000
    figures(
        f"page: agrees with the check on {len(cases)} mutants, of {rules.total()} findings of"
        f" {len(rules)} rules"
    )


@pytest.mark.once
@can_run
@pytest.mark.parametrize("name", LIFECYCLES)
def test_page_and_check_agree_on_other_life_cycles(name: str) -> None:
    """Tightened, with rules switched off, or with none declared."""
    cases = [*corpus()[::8], *wrong()[::8]]
    assert differences(LIFECYCLES[name], cases, by_page(cases, LIFECYCLES[name])) == []


@pytest.mark.apart
@can_run
@pytest.mark.parametrize(
    ("lifecycle", "own"),
    [
        (TRAINING_JOB, ["only for jobs with: spot", "without Training before it"]),
        (LIFECYCLES["nobody stops"], ["no job given stop=no gets there"]),
    ],
    ids=["whole", "nobody stops"],
)
def test_every_reason_is_met(lifecycle: Lifecycle, own: list[str]) -> None:
    """Cases like those above are refused for every reason that there are words for."""
    cases = [*wrong()[::4], _needs_spot()]
    verdicts = by_page(cases, lifecycle)
    assert differences(lifecycle, cases, verdicts) == []
    reasons = ["no legal move leads there", "is final", "a job begins with", "does not go with"]
    reasons += ["can't come after", *own]
    text = json.dumps(verdicts)
    assert [each for each in reasons if each not in text] == []


@can_run
def test_page_and_check_agree_on_what_preferences_show() -> None:
    """They exclude spot, and have plans of their own; or can't be read, for the same reasons."""
    plan = "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/reserved"
    answer = _needs_spot()[0]
    silent = {name: value for name, value in answer.items() if name != "EnableManagedSpotTraining"}
    preferences: list[Any] = [
        *([], [{}], [{}, {"TrainingPlanArns": []}], [{}, {"TrainingPlanArns": [plan]}], None),
        *("x", [7], [None], [{}] * 101, [{"TrainingPlanArns": plan}], [{"TrainingPlanArns": [7]}]),
        *([{"TrainingPlanArns": [plan, None]}], [{"TrainingPlanArns": [plan] * 101}]),
    ]
    cases = [
        [each | {"ResourceConfig": {"InstancePreferences": value}}]
        for each in (silent, answer, answer | {"EnableManagedSpotTraining": True})
        for value in preferences
    ]
    verdicts = by_page(cases)
    assert differences(TRAINING_JOB, cases, verdicts) == []
    assert verdicts.count(REFUSED) == 3 * 8
    jobs = [job for found in verdicts[:5] if not isinstance(found, str) for job in found]
    assert [bool(job["findings"]) for job in jobs] == [False, True, True, True, False]


@can_run
def test_page_and_check_agree_on_the_wait_limit() -> None:
    """On spot, retried, both, or by what is not known: by every life cycle the same."""
    text = (HOME / "examples" / "answers" / "timed-out.json").read_text(encoding="utf-8")
    timed_out = json.loads(text.replace("MaxRuntimeExceeded", "MaxWaitTimeExceeded"))
    retried = timed_out | {"RetryStrategy": {"MaximumRetryAttempts": 3}}
    on_spot = timed_out | {"EnableManagedSpotTraining": True}
    cases = [[timed_out], [retried], [on_spot], [retried | on_spot]]
    for name, lifecycle in (LIFECYCLES | {"": TRAINING_JOB}).items():
        verdicts = by_page(cases, lifecycle)
        assert differences(lifecycle, cases, verdicts) == [], name


@can_run
def test_page_and_check_agree_on_times_printed_less_finely() -> None:
    """What contradicts the first answer is told, though the one between prints to the minute."""
    text = (HOME / "examples" / "answers" / "completed.json").read_text(encoding="utf-8")
    first, coarse, moved = (json.loads(text) for _ in range(3))
    for entry in coarse["SecondaryStatusTransitions"]:
        for name in ("StartTime", "EndTime"):
            entry[name] = f"{entry[name][:16]}:00Z"
    begun = moved["SecondaryStatusTransitions"][0]
    begun["StartTime"] = f"{begun['StartTime'][:16]}:59.9Z"
    cases = [[first, coarse, moved], [coarse, first, moved], [coarse, moved]]
    verdicts = by_page(cases)
    assert differences(TRAINING_JOB, cases, verdicts) == []
    told = [
        any(each["rule"] == "history-rewritten" for job in jobs for each in job["findings"])
        for jobs in verdicts
        if not isinstance(jobs, str)
    ]
    assert told == [True, True, False]


@can_run
@pytest.mark.parametrize("kind", list(KINDS_OF_JOB)[1:], ids=lambda kind: kind.name)
def test_page_and_check_agree_on_other_kinds(kind: Lifecycle) -> None:
    """Of legal lives in every form, and of series in which each rule was broken."""
    chance = random.Random(SEED)
    spoiler = spoiler_of(kind)
    cases: list[Any] = []
    for _ in range(30):
        life = life_by(plan(kind, Wishes()), chance.choice)
        forms = [chance.choice(kind.writer.forms) for _ in life.changes] if kind.writer else []
        cases.append([life.at(*each) for each in zip(life.changes, forms, strict=True)])
    for rule in spoiler.breakable:
        made = [spoiler.spoil(rule, chance.choice) for _ in range(20)]
        cases += [list(each.answers) for each in made if each is not None]
    plain = json.loads(json.dumps(cases, default=lambda time: time.isoformat()))
    verdicts = by_page(plain, kind)
    assert differences(kind, plain, verdicts) == []
    assert REFUSED not in verdicts


@can_run
@pytest.mark.parametrize("kind", list(KINDS_OF_JOB)[1:], ids=lambda kind: kind.name)
def test_page_and_check_agree_on_published_answers(kind: Lifecycle) -> None:
    """Real answers of other kinds, as they are and with one thing made wrong."""
    changed = [mutant.answers for mutant in test_mutants.mutants(kind)]
    cases = [*test_every_kind.published(kind).values(), *changed]
    verdicts = by_page(cases, kind)
    assert differences(kind, cases, verdicts) == []
    assert REFUSED not in verdicts


BROKEN = sorted((HOME / "examples" / "answers").glob("**/*.json*"))


@can_run
def test_page_and_check_agree_on_the_examples() -> None:
    """What is legal, what is broken, what can't be read; each file as the page takes it."""
    texts = [path.read_text(encoding="utf-8") for path in BROKEN]
    cases = [
        [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else _json(text)
        for path, text in zip(BROKEN, texts, strict=True)
    ]
    verdicts = by_page(cases)
    assert differences(TRAINING_JOB, cases, verdicts) == []
    legal = [job["legal"] for said in verdicts if not isinstance(said, str) for job in said]
    assert {True, False} == {*legal}
    assert verdicts.count(REFUSED) == 1


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


@can_run
def test_page_and_check_agree_on_what_failed_stands_for() -> None:
    """Batch tells in other fields what FAILED is; what is known of it stays known."""
    job: dict[str, Any] = {"jobId": "1", "jobName": "one", "createdAt": 1_790_000_000_000}
    failed = job | {"status": "FAILED"}
    more: list[dict[str, Any]] = [
        {},
        {"isCancelled": True},
        {"isTerminated": False},
        {"statusReason": "Job attempt duration exceeded timeout"},
    ]
    each_way = [[failed | one, failed | other] for one in more for other in more]
    cases = [*each_way, [job | {"status": "RUNNING", "isTerminated": True}]]
    assert differences(BATCH_JOB, cases, by_page(cases, BATCH_JOB)) == []


def _needs_spot() -> list[dict[str, Any]]:
    """Return a job that is interrupted and says that it is not on spot instances."""
    text = (HOME / "examples" / "answers" / "spot-interrupted.json").read_text(encoding="utf-8")
    return [json.loads(text) | {"EnableManagedSpotTraining": False}]


@can_run
def test_what_the_check_refuses_the_page_never_judges() -> None:
    """Of hostile documents the page judges none that can't be read, and the others alike.

    It takes no times in the rarer forms of ISO 8601 (weeks, no hyphens); it says so, then. Nor does
    it look for what is wrapped.
    """
    finder = finder_of(TRAINING_JOB)
    cases = [each for number in range(HOSTILE) for each in _as_json(hostile.made(SEED, number))]
    raw = page_tools.raw_verdicts(tables(TRAINING_JOB), cases)
    only_times = 0
    for case, verdict in zip(cases, raw, strict=True):
        page, python = page_tools.said(verdict), by_python(TRAINING_JOB, case)
        if page == REFUSED != python:
            bare = all(each.bare for each in finder.find(case) if isinstance(each, Found))
            assert not bare or all("ISO 8601" in each for each in verdict), verdict
            only_times += bare
        else:
            assert page == python, case
    assert only_times < len(cases) / 100
    refused = sum(page_tools.said(verdict) == REFUSED for verdict in raw)
    assert len(cases) / 10 < refused < len(cases) * 9 / 10


def _as_json(made: object) -> list[object]:
    """Return the documents of an input that a browser's parser gives back as they are."""
    if not isinstance(made, bytes):
        return [made] if _is_json(made) else []
    found = documents(io.BytesIO(made), "hostile")
    return [each.value for each in found if isinstance(each, Document) and _is_json(each.value)]


def _is_json(value: object, depth: int = 0) -> bool:
    if depth > DEEPEST:
        return False
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and _is_json([*value.values()], depth)
    if isinstance(value, list):
        return all(_is_json(each, depth + 1) for each in value)
    if isinstance(value, int):
        return abs(value) < 2**53
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str)


@can_run
def test_a_difference_is_noticed() -> None:
    """A page whose tables lack a move does not agree."""
    table = tables(TRAINING_JOB)
    region = table["regions"][0]["automaton"]
    region["rows"] = [row[1:] for row in region["rows"]]
    cases = corpus()[:40]
    verdicts = [page_tools.said(each) for each in page_tools.raw_verdicts(table, cases)]
    assert differences(TRAINING_JOB, cases, verdicts)


@in_chromium
def test_a_real_browser_says_the_same() -> None:
    """A sample of all that, in Chromium."""
    cases = [*corpus()[::20], *wrong()[::40]]
    with chromium.chromium() as browser:
        raw = page_tools.in_page(
            browser.new_page(), {"tables": tables(TRAINING_JOB), "cases": cases}
        )
    assert differences(TRAINING_JOB, cases, [page_tools.said(each) for each in raw]) == []


def test_what_is_said_to_be_judged_is_judged_alike() -> None:
    """By the whole life cycle these rules find just what they find without the functions."""
    judged = {each["id"] for each in tables(TRAINING_JOB)["rules"] if each["judged"]}
    for case in wrong()[::5]:
        whole = _found(TRAINING_JOB, case, judged)
        assert whole == _found(page_tools.data_only(TRAINING_JOB), case, judged)


def _found(lifecycle: Lifecycle, case: object, rules: set[str]) -> list[tuple[str, str]]:
    return [
        (each.rule, each.message)
        for report in check_jobs(lifecycle, case, in_order=True).values()
        for each in report.violations
        if each.rule in rules
    ]


# --- The tables -----------------------------------------------------------------------------------


def test_functions_are_not_said_to_be_judged() -> None:
    """A rule that a function tests, even in part, is none that the page claims to judge."""
    table = {each["id"]: each for each in tables(TRAINING_JOB)["rules"]}
    assert table.keys() == {rule.id for rule in TRAINING_JOB.rules}
    for rule in TRAINING_JOB.rules:
        functions = [each for each in rule.tests if not isinstance(each, page_tools.DATA)]
        assert table[rule.id]["judged"] is not bool(functions)


@pytest.mark.parametrize("lifecycle", [TRAINING_JOB, *LIFECYCLES.values()], ids=str)
def test_tables_are_plain(lifecycle: Lifecycle) -> None:
    """JSON gives back the same."""
    table = tables(lifecycle)
    assert json.loads(json.dumps(table)) == json.loads(json.dumps(table, default=str))


def test_a_reader_without_a_schema() -> None:
    """Then there is nothing to read answers by."""
    assert tables(attrs.evolve(TRAINING_JOB, reader=None))["schema"] is None
