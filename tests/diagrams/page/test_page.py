"""The page, in a real browser where there is one: what people click, type, hear and see.

What needs no browser (that the page is one file, its policy, its size) is tested without.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from datetime import datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate.diagrams.page import html
from jobstate.model.answer_schema import Example
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.facts import SOURCES
from tests.diagrams.test_formats import HOSTILE, hostile
from tests.support import chromium
from tests.support.pages import HOME
from tests.support.together import together
from tests.support.watched_page import DESKTOP, PHONE, Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import (
        Browser,
    )

    from jobstate import Lifecycle

in_chromium = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

pytestmark = pytest.mark.once

ANSWERS = HOME / "examples" / "answers"
TRAINING = "#s_InProgress_Training"
#: The ids of all states, in the order of the life cycle.
LIFE = [
    f"s_{state.name.replace('/', '_')}"
    for region in TRAINING_JOB.regions
    for state in region.states
]


def answer(name: str) -> str:
    """Return an example's text."""
    return (ANSWERS / name).read_text(encoding="utf-8")


# --- The file -------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """What a page is made of.

    Attributes:
        found: Each element: its name and attributes.
        texts: What stands in style and script elements.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"style": [], "script": []}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self._open in self.texts:
            self.texts[self._open].append(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's signature
        """Note an end."""
        self._open = ""


@pytest.fixture(scope="module", name="text")
def made_page() -> str:
    """Return the page of the training job."""
    return html(TRAINING_JOB)


def test_it_is_small(text: str, figures: Callable[[str], None]) -> None:
    """At most 350 kB, and less of a smaller life cycle."""
    size = len(text.encode())
    figures(f"page: {size / 1000:.0f} kB")
    assert size <= 350_000
    assert len(html(TRAINING_JOB.given(spot=False, stop=False))) < size


def test_it_is_the_same_in_every_process(text: str) -> None:
    """Nothing of it is drawn by lot."""
    assert html(TRAINING_JOB) == text


@pytest.mark.parametrize("lifecycle", [TRAINING_JOB, hostile()], ids=str)
def test_it_needs_nothing_else(lifecycle: Lifecycle) -> None:
    """No address, no handler, no style in an attribute: what there is stands in the file."""
    elements = Elements(html(lifecycle))
    for tag, attributes in elements.found:
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        addresses = {attributes[name] for name in ("src", "href", "action") if name in attributes}
        assert addresses <= {"data:,", "#side"}, tag
    assert [tag for tag, _ in elements.found if tag in {"style", "script", "iframe"}] == [
        *("style", "script", "script", "script")
    ]


def test_its_policy_allows_just_what_stands_in_it(text: str) -> None:
    """Nothing by default; the one script and the one style sheet by their hashes."""
    elements = Elements(text)
    (policy,) = (
        attributes["content"]
        for tag, attributes in elements.found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    parts = [each.strip().partition(" ") for each in str(policy).split(";")]
    said = {name: value for name, _, value in parts}
    script = elements.texts["script"][2]
    assert said == {
        "default-src": "'none'",
        "style-src": _hash("".join(elements.texts["style"])),
        "script-src": _hash(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|fetch\(", script
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_data_is_no_markup() -> None:
    """Whatever names hold, the tables have no character that could end their element."""
    elements = Elements(html(hostile()))
    table = elements.texts["script"][0]
    assert not set(table) & set("<>&\u2028\u2029")
    states = json.loads(table)["regions"][0]["states"]["name"]
    assert [name.encode("utf-8", "surrogatepass") for name in states] == [
        name.encode("utf-8", "surrogatepass") for name in HOSTILE
    ]


# --- In a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module", name="file")
def written(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the training job as a file."""
    path = tmp_path_factory.mktemp("page") / "training-job.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module", name="window")
def large_window(browser: Browser) -> Watched:
    """Return a large window."""
    return Watched(browser.new_context(viewport=DESKTOP).new_page())


@pytest.fixture(name="desk")
def at_a_desk(window: Watched, file: Path) -> Iterator[Watched]:
    """Return the page in a large window, opened anew."""
    yield window.open(file)
    window.hold()


@in_chromium
def test_every_status_has_a_name(desk: Watched) -> None:
    """A screen reader hears of a button for each state, with its meaning."""
    states = [state for region in TRAINING_JOB.regions for state in region.states]
    for state in states:
        name = f"{state.name}, {state.meaning}" if state.meaning else state.name
        assert desk.page.get_by_role("button", name=name, exact=True).count() == 1
    named = desk.page.locator("button, input, textarea, select, [role]:not([role=status])")
    unnamed = [
        each.evaluate("element => element.outerHTML")
        for each in named.all()
        if each.is_visible()
        and re.search(r"^- \w+( \[.*)?:?$", each.aria_snapshot().split("\n")[0])
    ]
    assert unnamed == []


@in_chromium
def test_a_click_tells_what_a_status_means(desk: Watched) -> None:
    """Its meaning, basis and source, and each way in and out with its own."""
    state = TRAINING_JOB.region("job").state("InProgress/Training")
    desk.page.click(TRAINING)
    assert desk.text("#state-name") == state.name
    assert desk.text("#meaning") == state.meaning
    assert str(state.basis) in desk.text("#facts")
    for part in spelt(state.source):
        assert part in desk.text("#facts")
    edges = [each[0] for each in together(TRAINING_JOB.region("job").edges)]
    into = [edge for edge in edges if edge.target == state.name]
    out = [edge for edge in edges if edge.origin == state.name]
    assert desk.page.locator("#ways-in tbody tr").count() == len(into)
    for row, edge in zip(desk.page.locator("#ways-out tbody tr").all(), out, strict=True):
        text = row.inner_text()
        for part in (
            edge.target,
            edge.cause.replace("_", " "),
            str(edge.basis),
            *spelt(edge.source),
        ):
            assert part in text
    assert "chosen" in desk.classes(TRAINING)
    assert "dim" in desk.classes("#s_InProgress_Updating") or any(
        edge.target == "InProgress/Updating" for edge in out
    )


def spelt(source: str) -> Iterator[str]:
    """Yield what the short names of a source stand for."""
    for name, words in SOURCES.items():
        if re.search(rf"\b{name}\b", source):
            yield words


@in_chromium
def test_no_source_has_a_bare_short_name(desk: Watched) -> None:
    """Nobody has to know what ENUM, REC or LISTS stand for."""
    bare = re.compile(
        rf"\b(?:{'|'.join(name for name in SOURCES if name.isupper() and name != 'API')})\b"
    )
    for state in LIFE:
        desk.page.locator(f"#{state}").dispatch_event("click")
        assert not bare.search(desk.text("#state"))
    desk.check(answer("broken/illegal-step.json"))
    assert not bare.search(desk.text("#findings"))


@in_chromium
def test_statuses_are_opened_by_keyboard(desk: Watched) -> None:
    """Tab comes to a state and its focus can be seen; Enter and Space open it, Escape goes back."""
    desk.page.focus("#picture")
    desk.page.keyboard.press("Tab")
    first = desk.focused()
    assert first == "s_InProgress_Starting"
    assert (
        desk.page.evaluate(
            "getComputedStyle(document.activeElement.querySelector('.box')).strokeWidth"
        )
        == "4.5px"
    )
    for key in ("Enter", "Space"):
        desk.page.keyboard.press(key)
        assert desk.focused() == "state-name"
        assert desk.page.get_attribute(f"#{first}", "aria-pressed") == "true"
        desk.page.keyboard.press("Escape")
        assert desk.focused() == first
        assert not desk.page.is_visible("#state")
        assert "dim" not in desk.page.inner_html("#picture").split('class="')[1]


@in_chromium
def test_tab_goes_through_a_life(desk: Watched) -> None:
    """From status to status in the order in which the life cycle has them, wherever each stands."""
    desk.page.focus("#picture")
    passed = []
    for _ in LIFE:
        desk.page.keyboard.press("Tab")
        passed.append(desk.focused())
    assert passed == LIFE


@in_chromium
def test_a_way_leads_on(desk: Watched) -> None:
    """The other end of a way is a button too."""
    desk.page.click(TRAINING)
    desk.page.click("#ways-out tbody tr button >> nth=0")
    assert desk.text("#state-name") != "InProgress/Training"
    desk.page.click("#close")
    assert not desk.page.is_visible("#state")


@in_chromium
def test_a_legal_job_is_replayed(desk: Watched) -> None:
    """Step by step, with its statuses, times and arrows; the verdict says what is judged."""
    desk.page.get_by_role("button", name="A spot job, interrupted and resumed").click()
    entries = json.loads(answer("spot-interrupted.json"))["SecondaryStatusTransitions"]
    assert "no rule broken" in desk.text("#said")
    assert "the job has succeeded" in desk.text("#said")
    assert "jobstate check judges all 26" in desk.text("#judged")
    slider = desk.page.get_by_role("slider", name="Time of the replay")
    desk.page.keyboard.press("Home")
    assert desk.page.is_disabled("#back")
    for number, entry in enumerate(entries, start=1):
        assert desk.text("#now-status") == entry["Status"]
        assert entry["StartTime"][:19].replace("T", " ") in desk.text("#now-time")
        assert f"Step {number} of {len(entries)}: {entry['Status']}" in desk.text("#live")
        assert desk.text("#now-step") == f"Step {number} of {len(entries)}"
        assert entry["Status"] in str(slider.get_attribute("aria-valuetext"))
        now = desk.page.locator("g.state.now")
        assert now.count() == 1
        assert str(now.get_attribute("aria-label")).split(",")[0].endswith(f"/{entry['Status']}")
        assert now.get_attribute("aria-current") == "step"
        desk.page.keyboard.press("ArrowRight")
    assert desk.page.is_disabled("#forward")
    hot = desk.page.locator(".line.hot[data-arrows]")
    arrows = {
        arrow for line in hot.all() for arrow in str(line.get_attribute("data-arrows")).split()
    }
    assert "a_InProgress_Training_to_InProgress_Interrupted" in arrows
    assert "dim" in desk.classes("#s_Failed_Failed")
    assert "dim" not in desk.classes("#s_Completed_Completed")


@in_chromium
def test_a_violation_is_shown_where_it_happens(desk: Watched) -> None:
    """The replay stands there; the finding says what was allowed, and leads back there."""
    desk.page.get_by_role("button", name="A history that can't be").click()
    assert "1 broken rule" in desk.text("#said")
    finding = desk.text("#findings li")
    assert "entry 4 (Downloading) can't come after entry 3 (Training)" in finding
    assert "illegal-transition at SecondaryStatusTransitions[3]" in finding
    assert "allowed: Starting, Pending, Uploading" in finding
    assert {"bad", "now"} <= desk.classes("#s_InProgress_Downloading")
    assert desk.page.locator("#jump path").count() == 1
    assert "Wrong here: entry 4" in desk.text("#live")
    desk.page.keyboard.press("End")
    assert desk.page.locator("g.bad, #jump").count() == 0
    desk.page.click("#findings button")
    assert desk.text("#now-step") == "Step 4 of 7"
    assert {"bad", "now"} <= desk.classes("#s_InProgress_Downloading")


@in_chromium
@pytest.mark.parametrize(
    ("name", "rule", "status"),
    [
        ("begins-in-the-middle.json", "illegal-start", "s_InProgress_Downloading"),
        ("completed-without-training.json", "completed-without-training", "s_Completed_Completed"),
        ("illegal-pair.json", "illegal-pair", None),
        ("pool-gone-while-training.json", "warm-pool-out-of-step", "s_InProgress_Training"),
        ("pool-comes-back.jsonl", "warm-pool-illegal-transition", None),
        ("history-rewritten.jsonl", "history-rewritten", "s_InProgress_Downloading"),
    ],
)
def test_every_kind_of_violation(desk: Watched, name: str, rule: str, status: str | None) -> None:
    """Of one answer, of a list item, of several answers, one a line."""
    desk.check(answer(f"broken/{name}"))
    assert f"{rule} at " in desk.text("#findings")
    if status is not None:
        assert "bad" in desk.classes(f"#{status}")


@in_chromium
def test_the_replay_plays_and_pauses(opened: Callable[..., Watched], file: Path) -> None:
    """By button and by Space, to the end and then again from the beginning."""
    desk = opened(file)
    desk.page.clock.install()
    desk.check(answer("stopped.json"))
    play = desk.page.locator("#play")
    steps = int(desk.text("#now-step").split(" ")[-1])
    desk.page.locator("#picture").focus()
    desk.page.keyboard.press("Space")
    assert play.get_attribute("aria-label") == "Pause"
    assert desk.text("#now-step") == f"Step 1 of {steps}"
    desk.page.clock.run_for(2300)
    assert desk.text("#now-step") == f"Step 3 of {steps}"
    desk.page.keyboard.press("Space")
    desk.page.clock.run_for(5000)
    assert desk.text("#now-step") == f"Step 3 of {steps}"
    play.click()
    desk.page.clock.run_for(60_000)
    assert desk.text("#now-step") == f"Step {steps} of {steps}"
    assert play.get_attribute("aria-label") == "Play"


@in_chromium
def test_the_slider_is_a_slider(desk: Watched) -> None:
    """Its own keys go through time, and a bar leads to its step."""
    desk.check(answer("stopped.json"))
    entries = json.loads(answer("stopped.json"))["SecondaryStatusTransitions"]
    begin, end = (datetime.fromisoformat(entries[place]["StartTime"]) for place in (0, -1))
    slider = desk.page.locator("#slider")
    slider.focus()
    desk.page.keyboard.press("Home")
    assert desk.text("#now-step") == f"Step 1 of {len(entries)}"
    for _ in range(6):
        desk.page.keyboard.press("PageUp")
    value = int(slider.input_value())
    at = begin + (end - begin) * value / 1000
    there = [entry for entry in entries if datetime.fromisoformat(entry["StartTime"]) <= at]
    assert 500 <= value <= 700
    assert desk.text("#now-status") == there[-1]["Status"]
    assert f"{at:%Y-%m-%d %H:%M:}" in str(slider.get_attribute("aria-valuetext"))
    desk.page.keyboard.press("End")
    assert desk.text("#now-step") == f"Step {len(entries)} of {len(entries)}"
    desk.page.locator("#lanes [data-step='2']").click()
    assert desk.text("#now-step") == f"Step 3 of {len(entries)}"


@in_chromium
def test_keys_in_the_text_are_letters(desk: Watched) -> None:
    """Who types a space in an answer does not start the replay."""
    desk.check(answer("stopped.json"))
    before = desk.text("#now-step")
    desk.page.focus("#text")
    for key in ("Control+Home", "Home", "Space", "ArrowLeft", "-"):
        desk.page.keyboard.press(key)
    assert desk.text("#now-step") == before
    assert desk.page.get_attribute("#play", "aria-label") == "Play"
    assert "-" in desk.page.input_value("#text")[:3]


@in_chromium
def test_files_are_opened_and_dropped(desk: Watched) -> None:
    """A file chosen, a file dropped, a text dropped."""
    desk.page.set_input_files("#file", ANSWERS / "stopped.json")
    desk.page.wait_for_selector("#said p")
    assert "the job was stopped" in desk.text("#said")
    drop = """([text, asFile]) => {
      const data = new DataTransfer();
      if (asFile) data.items.add(new File([text], 'answer.json'));
      else data.setData('text', text);
      dispatchEvent(new DragEvent('dragover', { dataTransfer: data, cancelable: true }));
      dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
    }"""
    desk.page.evaluate(drop, [answer("completed.json"), True])
    # Not `wait_for_function`: where it must wait it evaluates a text, which the page forbids.
    desk.page.locator("#said", has_text="succeeded").wait_for()
    desk.page.evaluate(drop, [answer("failed.json"), False])
    assert "the job has failed" in desk.text("#said")


@in_chromium
def test_jobs_of_a_list_can_be_chosen(desk: Watched) -> None:
    """Each has its own verdict and replay."""
    desk.check(answer("list.json"))
    count = len(json.loads(answer("list.json"))["TrainingJobSummaries"])
    choices = desk.page.get_by_label("Job", exact=True)
    assert choices.locator("option").count() == count
    said = set()
    for place in range(count):
        choices.select_option(str(place))
        said.add(desk.text("#said"))
    assert len(said) == count


@in_chromium
def test_several_answers_are_replayed_in_order(desk: Watched) -> None:
    """Polls one a line; what the pool did is shown beside, at the end."""
    desk.check(answer("series.jsonl"))
    assert "no rule broken" in desk.text("#said")
    desk.check(answer("warm-pool-reused.json"))
    desk.page.keyboard.press("End")
    assert {"now"} <= desk.classes("#s_Reused")
    assert {"now"} <= desk.classes("#s_Completed_Completed")


def _described(**changes: object) -> str:
    return json.dumps(json.loads(answer("completed.json")) | changes)


BAD = {
    "nothing": ("   ", "nothing to read"),
    "no JSON": ('{"TrainingJobName": oops', "This is no JSON: "),
    "cut off": (answer("completed.json")[:900], "no JSON"),
    "a number": ("42", "expected an answer about a job"),
    "an empty list": ("[]", "expected an answer about a job"),
    "no training job": ('{"ModelName": "x"}', "which has its id and one of"),
    "another event": ('{"detail-type": "x", "detail": {}}', "got 1 x"),
    "deep": ("[" * 400_000 + "]" * 400_000, "at most 16 mappings and lists"),
    "deep within bounds": ("[" * 40 + "]" * 40, "at most 16 mappings and lists"),
    "large": (json.dumps(["x" * 5_000_000]), "expected an answer"),
    "lone surrogate": (_described(SecondaryStatus="\ud800"), "without lone surrogates"),
    "prototype": ('{"__proto__": {"TrainingJobName": "x"}}', "which has its id and one of"),
    "a constructor": (_described(TrainingJobStatus=["constructor"]), "expected a status"),
    "no time": (_described(CreationTime="yesterday"), "CreationTime: expected"),
    "a history that is none": (_described(SecondaryStatusTransitions=7), "expected a list"),
}


@in_chromium
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_answered_in_words(desk: Watched, name: str) -> None:
    """Never a dead page: what is wrong is said, and the next answer is judged."""
    bad, said = BAD[name]
    desk.check(bad)
    alert = desk.page.get_by_role("alert")
    assert alert.count() == 1
    assert said in desk.text("#said")
    assert not desk.page.is_visible("#replay")
    desk.check(answer("completed.json"))
    assert "no rule broken" in desk.text("#said")
    assert desk.page.is_visible("#replay")


@in_chromium
def test_what_is_large_but_good_is_judged(desk: Watched) -> None:
    """Some 5 MB of history; of the replay there is a beginning, and it is said how much."""
    given = json.loads(answer("completed.json"))
    stay = {"StartTime": given["CreationTime"], "StatusMessage": "x" * 100}
    names = ["Starting", "Pending"]
    given["SecondaryStatusTransitions"] = [
        {"Status": names[number % 2], **stay} for number in range(25_000)
    ]
    given |= {"SecondaryStatus": "Pending", "TrainingJobStatus": "InProgress"}
    desk.check(json.dumps(given))
    said = "The replay shows the first 20000 of 25000 entries; all are judged."
    assert said in desk.text("#said")
    assert desk.text("#now-step").endswith(" of 20000")
    assert desk.page.locator("#lanes *").count() < 4 * DESKTOP["width"]


@in_chromium
def test_an_unknown_status_is_news_and_no_violation(desk: Watched) -> None:
    """It is named, shown on the time line, and nothing is dead."""
    given = json.loads(answer("completed.json"))
    given["SecondaryStatusTransitions"][2]["Status"] = "Hibernating"
    desk.check(json.dumps(given))
    assert "“Hibernating” is a status that this life cycle does not know" in desk.text("#findings")
    assert "no rule broken" in desk.text("#said")
    desk.page.keyboard.press("Home")
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("ArrowRight")
    assert desk.text("#now-status") == "Hibernating (unknown to this life cycle)"


@in_chromium
def test_hostile_statuses_are_text(desk: Watched) -> None:
    """Whatever an answer says its status is, it is shown and does nothing."""
    given = json.loads(answer("completed.json"))
    for name in filter(None, HOSTILE):
        given["SecondaryStatusTransitions"][1]["Status"] = name
        desk.check(json.dumps(given))
        assert desk.page.locator("#side script, #side img, #lanes script").count() == 0
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", desk.text("#side"))


@in_chromium
def test_why_a_job_failed_is_shown(desk: Watched) -> None:
    """In the service's words, under the verdict; whatever they are, they are text."""
    given = json.loads(answer("failed.json"))
    desk.check(json.dumps(given))
    assert "found 3 rows without a label" in desk.text("#said")
    evil = "<img src=x onerror=alert(1)>\u202e\x1b[2J</script>"
    desk.check(json.dumps(given | {"FailureReason": evil}))
    assert "“<img src=x onerror=alert(1)>\\u202e\\x1b[2J</script>”" in desk.text("#said")
    assert desk.page.locator("#said img, #said script").count() == 0
    desk.check(answer("completed.json"))
    assert "“" not in desk.text("#said")


@in_chromium
@pytest.mark.parametrize(
    ("name", "tone"),
    [
        ("completed.json", "good"),
        ("failed.json", "bad"),
        ("stopped.json", "note"),
        ("timed-out.json", "note"),
        ("waiting.json", "plain"),
        ("broken/illegal-step.json", "bad"),
    ],
)
def test_only_success_is_green(desk: Watched, name: str, tone: str) -> None:
    """A job that failed breaks no rule, and is in no green box."""
    desk.check(answer(name))
    assert desk.page.get_attribute("#said p", "data-tone") == tone


@in_chromium
def test_a_hostile_life_cycle_executes_nothing(
    opened: Callable[..., Watched], tmp_path: Path
) -> None:
    """Names, meanings, causes, titles and examples of it are shown as they are written."""
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"

    class Reader:
        schema = attrs.evolve(
            SCHEMA,
            kind=hostile().name,
            call=evil,
            check=evil,
            examples=lambda: (Example(title=evil, text=f'"{evil}"'),),
        )

        def __getattr__(self, name: str) -> Any:
            return getattr(TRAINING_JOB.reader, name)

    path = tmp_path / "hostile.html"
    lifecycle = attrs.evolve(hostile(), reader=Reader())
    path.write_text(html(lifecycle), encoding="utf-8", errors="strict")
    page = opened(path)
    assert page.page.locator("g.state").count() == len(HOSTILE) + 1
    for state in page.page.locator("g.state").all():
        state.dispatch_event("click")
        assert page.page.is_visible("#state")
    page.page.get_by_role("button", name=evil).click()
    assert evil in page.text("#side")
    page.check(answer("completed.json"))
    assert page.page.locator("img, iframe").count() == 0


@in_chromium
def test_a_life_cycle_without_a_schema_is_only_shown(
    opened: Callable[..., Watched], tmp_path: Path
) -> None:
    """The page says so, and offers nothing to paste."""
    path = tmp_path / "shown.html"
    path.write_text(html(attrs.evolve(TRAINING_JOB, reader=None)), encoding="utf-8")
    page = opened(path)
    assert "does not judge" in page.text("#only-shows")
    assert not page.page.is_visible("#answer")
    page.page.click(TRAINING)
    assert page.text("#state-name") == "InProgress/Training"


# --- How it looks ---------------------------------------------------------------------------------


@in_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone(opened: Callable[..., Watched], file: Path, theme: str) -> None:
    """The page does not scroll sideways, the picture does; everything is at hand."""
    phone = opened(file, viewport=PHONE, has_touch=True, is_mobile=True, color_scheme=theme)
    assert fits(phone)
    assert phone.page.evaluate(
        "(() => { const frame = document.getElementById('picture');"
        " return frame.scrollWidth > frame.clientWidth; })()"
    )
    phone.page.locator(TRAINING).tap()
    assert phone.text("#state-name") == "InProgress/Training"
    assert fits(phone)
    phone.page.get_by_role("button", name="A history that can't be").tap()
    assert phone.page.locator("#play").is_visible()
    assert fits(phone)
    small = [
        each.get_attribute("id")
        for each in phone.page.locator("button:visible:not(.link), select:visible").all()
        if (box := each.bounding_box()) is None or min(box["width"], box["height"]) < 24
    ]
    assert small == []
    phone.page.locator("#play").tap()
    box = phone.page.locator("g.state.now").bounding_box()
    assert box is not None
    assert 0 <= box["x"] < PHONE["width"]
    assert 0 <= box["y"] < PHONE["height"]


def fits(watched: Watched) -> bool:
    """Return whether a page is no wider than its window."""
    return bool(watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@in_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_can_be_read(opened: Callable[..., Watched], file: Path, theme: str) -> None:
    """Every text beside the picture has a contrast of at least 4.5 to 1 to what is behind it."""
    page = opened(file, color_scheme=theme, reduced_motion="reduce")
    page.page.click(TRAINING)
    page.check(answer("broken/illegal-step.json"))
    faint = page.page.evaluate(CONTRAST)
    assert faint == []


#: Every text whose contrast is too low. Backgrounds are the nearest that is not transparent.
CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => {
    const [r, g, b] = rgb(text).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (rgb(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  for (const element of document.querySelectorAll('header *, #side *, #now *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest('.unseen-name')) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) found.push(`${element.tagName} ${element.textContent}: ${ratio}`);
  }
  return found;
}"""


@in_chromium
def test_motion_is_reduced_where_that_is_asked(opened: Callable[..., Watched], file: Path) -> None:
    """Then nothing fades."""
    asked = "getComputedStyle(document.querySelector('g.state')).transitionDuration"
    assert opened(file, reduced_motion="reduce").page.evaluate(asked) == "0s"
    assert opened(file, reduced_motion="no-preference").page.evaluate(asked) != "0s"


@in_chromium
def test_the_picture_is_made_larger(desk: Watched) -> None:
    """By keys and by buttons, and as large as fits again."""
    wide = "document.querySelector('#picture svg').getBoundingClientRect().width"
    first = desk.page.evaluate(wide)
    desk.page.keyboard.press("+")
    larger = desk.page.evaluate(wide)
    assert larger > first * 1.2
    desk.page.get_by_role("button", name="Larger").click()
    assert desk.page.evaluate(wide) > larger
    desk.page.keyboard.press("-")
    assert desk.page.evaluate(wide) == pytest.approx(larger, abs=2)
    desk.page.keyboard.press("0")
    assert desk.page.evaluate(wide) == pytest.approx(first, abs=2)
    desk.page.get_by_role("button", name="Smaller").click()
    assert desk.page.evaluate(wide) < first


@in_chromium
def test_the_labels_belong_to_their_arrows(desk: Watched) -> None:
    """Each label of the picture says a cause of the arrows that the tables give it."""
    wrong = desk.page.evaluate(
        """() => {
          const tables = JSON.parse(document.getElementById('tables').textContent);
          const labels = [...document.querySelectorAll('#picture g:not(.line) > text.label')];
          if (!labels.length || labels.length !== tables.labels.length) return ['not as many'];
          const causes = new Map();
          for (const { edges } of tables.regions)
            edges.arrow.forEach((arrow, place) =>
              causes.set(arrow, [...(causes.get(arrow) ?? []), edges.cause[place]]));
          const said = (arrow, text) =>
            causes.get(arrow).some((cause) => text.includes(cause.replaceAll('_', ' ')));
          return labels
            .map((label) => [...label.children].map((row) => row.textContent).join(' '))
            .filter((text, place) => !tables.labels[place].some((arrow) => said(arrow, text)));
        }"""
    )
    assert wrong == []
