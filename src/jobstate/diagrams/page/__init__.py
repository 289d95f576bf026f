"""One page of HTML that shows a life cycle, replays jobs on it and judges them.

One file that needs nothing else: what it does, how it looks, the picture and the tables of the
compiled automaton stand in it. Its Content-Security-Policy allows just these, by their hashes, and
no network at all. Every text from outside stands in it as text.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Final

from jobstate.common.text import printable
from jobstate.conformance.answers import readings
from jobstate.diagrams.gantt.style import sheet
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.diagrams.graph.ids import ids_of
from jobstate.diagrams.page.answers import written
from jobstate.diagrams.page.tables import tables
from jobstate.diagrams.picture import layout_of
from jobstate.diagrams.render.palette import DARK, LIGHT
from jobstate.diagrams.render.svg.style import Look
from jobstate.diagrams.render.svg.svg import svg
from jobstate.diagrams.stages import TITLES, stages_of
from jobstate.model.console import DOMAINS
from jobstate.model.drawing import Colour

if TYPE_CHECKING:
    from jobstate.diagrams.overlays.usual import UsualTimes
    from jobstate.diagrams.render.palette import Theme
    from jobstate.model.lifecycle import Lifecycle

#: What reads and judges, and what shows; each needs those before it.
JUDGING: Final = (
    *("read.js", "automaton.js", "refusal.js", "rules.js", "judge.js"),
    *("find.js", "documents.js"),
)
_SHOWING: Final = (
    *("run.js", "picture.js", "status.js", "verdict.js"),
    *("axis.js", "incident.js", "gantt.js", "timeline.js", "replay.js", "page.js"),
)
_STYLE: Final = re.compile(r"<style>(.*?)</style>\s*", re.DOTALL)
_FIELD: Final = re.compile(r"\{\{(\w+)\}\}")
#: What could end a script or begin markup in it. JSON and JavaScript strings allow the escapes.
_IN_SCRIPTS: Final = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


def html(lifecycle: Lifecycle, answers: object = (), *, usual: UsualTimes | None = None) -> str:
    """Return the page, as one text; some 300 kB for a training job.

    Args:
        lifecycle: Any life cycle. Where its reader has no `schema` (what answers look like,
            as data) the page shows it and judges nothing.
        answers: What the page opens with, in any form that `jobstate.check_jobs` takes: the
            incident view of these jobs. It holds what rules can speak of, and nothing else of them.
        usual: How long jobs usually stay where: `jobstate.diagrams.usual_times` of a `Census`.

    Raises:
        ObservationError: An answer can't be read.
        ToolMissingError: The life cycle has no plan, and Graphviz, which would place it, is not
            there.
        ToolFailedError: Graphviz failed.
    """
    diagram = diagram_of(lifecycle)
    layout = layout_of(lifecycle, diagram)
    picture = svg(diagram, layout)
    found = tables(lifecycle, layout)
    drawn = "".join(_STYLE.findall(picture))
    style = "\n".join((_variables(), _shrunk(_file("page.css")), drawn, sheet(Look.AUTO))).strip()
    script = "\n".join(_shrunk(_file(name)) for name in (*JUDGING, *_SHOWING))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    title = str(found["lifecycle"]["title"])
    return _filled(
        {
            "policy": policy,
            "title": escape(title),
            "version": escape(f"{found['lifecycle']['name']} {found['lifecycle']['version']}"),
            "style": style,
            "picture": _STYLE.sub("", picture).strip(),
            "tables": _data(found),
            "given": _data(_given(lifecycle, answers, usual or {})),
            "script": script,
        }
    )


def _given(lifecycle: Lifecycle, answers: object, usual: UsualTimes) -> dict[str, object]:
    """Return what is shown of jobs: the answers, usual times in seconds, stages and their looks."""
    schema = lifecycle.schema
    ids = ids_of(lifecycle).nodes
    main = lifecycle.main_region
    seen = [] if schema is None else [each.observation for each in readings(lifecycle, answers)]
    return {
        "answers": [written(schema, each) for each in seen] if schema else [],
        "usual": {
            ids[main.name, state]: [time.half.total_seconds(), time.most.total_seconds()]
            for (kind, state), time in usual.items()
            if kind == lifecycle.name and (main.name, state) in ids
        },
        "stages": stages_of(lifecycle),
        "titles": TITLES,
        "domains": DOMAINS,
        "sources": {name: printable(words) for name, words in lifecycle.sources.items()},
        "style": sheet(Look.AUTO),
    }


def _filled(fields: dict[str, str]) -> str:
    """Fill the frame, in one go: what a field holds is never looked at for fields."""
    return _FIELD.sub(lambda found: fields[found[1]], _file("page.html"))


def _file(name: str) -> str:
    from importlib.resources import files  # noqa: PLC0415 - slow to load, and only pages need it

    return (files("jobstate.diagrams.page") / name).read_text(encoding="utf-8")


def _data(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode().translate(_IN_SCRIPTS)


def _digest(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _shrunk(source: str) -> str:
    """Return a script or a style sheet without what only its readers need: comments, indents."""
    kept = (line.strip() for line in _COMMENT.sub("", source).splitlines())
    return "\n".join(line for line in kept if line and not line.startswith("// "))


#: Of our own files only, in which a comment never stands in a string.
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)


def _variables() -> str:
    dark = _theme(DARK)
    return f":root{{{_theme(LIGHT)}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"


def _theme(theme: Theme) -> str:
    inks = "".join(
        f"--{colour}:{ink.firm};--{colour}-faint:{ink.faint};--{colour}-wash:{ink.wash};"
        for colour, ink in theme.inks.items()
    )
    stages = "".join(
        f"--stage-{stage}:{ground.fill};--on-stage-{stage}:{ground.ink};"
        for stage, ground in theme.stages.items()
    )
    return (
        f"--paper:{theme.paper};--text:{theme.text};--quiet:{theme.quiet};--box:{theme.box};"
        f"--rule:{theme.rule};--line:{theme.inks[Colour.GREY].faint};{inks}{stages}"
    )
