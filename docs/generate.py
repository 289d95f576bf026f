"""Write the files that are made from the code: `python docs/generate.py`, or `--check` them.

It needs the extra `cli`; writing bitmaps takes the extra `diagrams`, checking them does not. It is
no part of the library and not in the wheel.
"""

from __future__ import annotations

import argparse
import hashlib
import struct
import sys
import textwrap
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import alerts
import dashboards
import incidents
import jobstate
import overlaid
import storeys
import watched
from jobstate import diagrams, outcome_of
from jobstate.aws.policies import WORTH_ANOTHER_TRY
from jobstate.aws.vocabularies import VOCABULARIES
from jobstate.batch import BATCH_JOB
from jobstate.diagrams import Detail
from jobstate.diagrams.render.png import png
from jobstate.kinds import KINDS
from jobstate.kinds.causes import causes_of
from jobstate.model import tables
from jobstate.model.states import Basis, Outcome
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB
from jobstate.sagemaker.training_job.facts import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.aws.vocabularies import Vocabulary

HOME = Path(__file__).parent.parent
COMMAND = "python docs/generate.py"
NOTICE = f"<!-- Made by `{COMMAND}`: change that, or the life cycle, and run it again. -->"

#: The pictures: stem → title, for whom it is, the life cycle, how much of it is drawn.
PICTURES = {
    "training-job-road": (
        "The road",
        "What most jobs do, and how they end early: for whoever meets it for the first time.",
        TRAINING_JOB,
        Detail.ROAD,
    ),
    "training-job-usual": (
        "What is usual",
        "All that is documented or was seen, without statuses that are retired or only inferred.",
        TRAINING_JOB,
        Detail.USUAL,
    ),
    "training-job": (
        "Everything",
        "All that any training job can do, stops included.",
        TRAINING_JOB,
        Detail.ALL,
    ),
    "on-demand": (
        "On demand",
        "A job on on-demand instances, without retries and training plans, that nobody stops.",
        TRAINING_JOB.given(spot=False, retry=False, plan=False, stop=False),
        Detail.ALL,
    ),
    "spot": (
        "Managed spot training",
        "A job on spot instances that nobody stops; it may be set to be retried.",
        TRAINING_JOB.given(spot=True, stop=False),
        Detail.ALL,
    ),
    "warm-pool": (
        "With a warm pool",
        "A job whose instances are kept for the next one, without retries and plans.",
        TRAINING_JOB.given(warm_pool=True, retry=False, plan=False),
        Detail.ALL,
    ),
}
#: The other kinds of job: constant → life cycle, its file.
OTHER_KINDS = {
    "sagemaker.PROCESSING_JOB": (PROCESSING_JOB, "sagemaker/processing_job.py"),
    "sagemaker.TRANSFORM_JOB": (TRANSFORM_JOB, "sagemaker/transform_job.py"),
    "sagemaker.TUNING_JOB": (TUNING_JOB, "sagemaker/tuning_job.py"),
    "batch.BATCH_JOB": (BATCH_JOB, "batch/job.py"),
}
#: Answers of two kinds.
EXAMPLE = """\
from jobstate import check_jobs
from jobstate.kinds import KINDS

ARN = "arn:aws:sagemaker:eu-west-1:111122223333"
answers = [
    {
        "ProcessingJobName": "clean",
        "ProcessingJobArn": f"{ARN}:processing-job/clean",
        "ProcessingJobStatus": "InProgress",
        "CreationTime": "2026-10-05T06:00:00Z",
    },
    {
        "TransformJobName": "score",
        "TransformJobArn": f"{ARN}:transform-job/score",
        "TransformJobStatus": "Stopped",
        "CreationTime": "2026-10-05T06:00:00Z",
        "TransformEndTime": "2026-10-05T06:10:00Z",
    },
]
for job, report in check_jobs(KINDS, answers).items():
    print(job.name, report.lifecycle.name, report.result.outcome)

# clean sagemaker-processing-job running
# score sagemaker-transform-job stopped
"""
SOURCE_TREE = Path(jobstate.__file__).parent
#: How long the lines of paragraphs are.
WIDTH = 100
#: Format → how its files are called.
ENDINGS = {
    "svg": "svg",
    "html": "html",
    "mermaid": "mmd",
    "dot": "dot",
    "plantuml": "puml",
    "scxml": "scxml",
    "markdown": "transitions.md",
    "csv": "transitions.csv",
}

#: How the bitmaps' files are called.
BITMAP = "png"
#: The name under which a bitmap holds the digest of what it was drawn from. Its bytes depend on the
#: machine's fonts, so they can't be compared.
SOURCE = b"jobstate-svg-sha256"
#: Where a PNG's first chunk ends, behind which others may stand.
_BEHIND_HEADER = 33

#: A status that AWS does not have, to show what becomes of one.
STRANGER = "Hibernating"
#: What FailureReason begins with, as people published it; the last stands for all others.
FAILURES = (
    "AlgorithmError",
    "CapacityError",
    "ClientError",
    "InternalServerError",
    "anything else",
)


@cache
def products() -> dict[str, str]:
    """Return the text of every file by its path, seen from the project's folder."""
    found = {
        f"diagrams/{stem}.{ending}": diagrams.render(lifecycle, name, detail=detail)
        for stem, (_, _, lifecycle, detail) in PICTURES.items()
        for name, ending in _endings(detail).items()
    }
    found["diagrams/README.md"] = _page(_gallery())
    found["docs/storeys.svg"] = storeys.picture()
    found["docs/incidents.svg"] = incidents.picture()
    for columns in (80, 200):
        found[f"docs/watch-{columns}.svg"] = watched.picture(columns)
    found |= overlaid.pictures()
    found["docs/life-cycle.md"] = _page(_life_cycle())
    found["docs/outcomes.md"] = _page(_outcomes())
    found["docs/kinds.md"] = _page(_kinds())
    found["docs/metrics.md"] = _page(dashboards.page())
    found["dashboards/grafana.json"] = dashboards.dashboard()
    found["dashboards/alerts.yml"] = alerts.rules(alerts.Bounds())
    return found


def _endings(detail: Detail) -> dict[str, str]:
    """Return the formats that can show so much → how their files are called."""
    if detail is Detail.ALL:
        return ENDINGS
    return {name: ENDINGS[name] for name in diagrams.LEVELLED}


def stale(home: Path = HOME) -> list[str]:
    """Return the paths of the files that are missing or are not what they would be made."""
    found = [
        path
        for path, text in products().items()
        if not (home / path).is_file() or (home / path).read_bytes() != text.encode()
    ]
    for path, drawn in bitmaps().items():
        if not (home / path).is_file() or digest(drawn) not in (home / path).read_bytes():
            found.append(path)
    return found


def write(home: Path = HOME) -> None:
    """Write every file."""
    for path, text in products().items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(text.encode())
    for path, drawn in bitmaps().items():
        (home / path).write_bytes(stamped(png(drawn, scale=1), digest(drawn)))


@cache
def bitmaps() -> dict[str, str]:
    """Return what is to be drawn as a bitmap, by the bitmap's path."""
    return {
        f"diagrams/{stem}.{BITMAP}": diagrams.picture(
            lifecycle, look=diagrams.Look.LIGHT, detail=detail
        )
        for stem, (_, _, lifecycle, detail) in PICTURES.items()
    }


def digest(drawn: str) -> bytes:
    """Return what tells what a bitmap was drawn from."""
    return hashlib.sha256(drawn.encode()).hexdigest().encode()


def stamped(bitmap: bytes, text: bytes) -> bytes:
    """Return a PNG with a text chunk (PNG 11.3.3.2) that holds a digest."""
    data = b"tEXt" + SOURCE + b"\0" + text
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return bitmap[:_BEHIND_HEADER] + chunk + bitmap[_BEHIND_HEADER:]


def _page(blocks: Iterator[str]) -> str:
    return "\n\n".join([NOTICE, *map(_wrapped, blocks)]) + "\n"


def _wrapped(block: str) -> str:
    """Return a paragraph in lines of bearable length; what has lines already stays as it is."""
    one_line = "\n" not in block and not block.startswith("#")
    return textwrap.fill(block, WIDTH, break_on_hyphens=False) if one_line else block


# --- diagrams/README.md -------------------------------------------------------------------------


def _gallery() -> Iterator[str]:
    yield "# Pictures of a training job's life"
    yield (
        "Frames are primary statuses (TrainingJobStatus), boxes secondary ones (SecondaryStatus)."
        " At the arrows stands what makes a job move; `[spot]` behind it says that only spot jobs"
        " do. An arrow that leaves a frame leaves from every status inside. What is only"
        " **inferred**, that is neither documented nor seen in real output, is lighter, its boxes"
        " are dashed (in Mermaid there is a question mark behind the cause). Statuses that AWS no"
        " longer supports are grey. Where each of them is known from stands in"
        " [the life cycle](../docs/life-cycle.md)."
    )
    yield (
        "`jobstate diagram -o FILE` draws them, in the format that the file's ending names:"
        " what is usual, unless `--detail road` or `--detail all` asks for less or more;"
        " `--given spot=no --given stop=no` draws what such a job can do and nothing else, `--job"
        " answers.json` lays one job's way over it, `--fleet answers.jsonl` what many did, `--view"
        " incident` shows [what happened](../docs/incidents.md) to some."
    )
    yield tables.markdown_table(
        ("format", "what it is for"),
        (
            ("SVG, PNG", "looking at it; the SVG is dark where the reader's system is"),
            ("HTML", "clicking through it, and replaying jobs: one file, no network"),
            ("Mermaid (.mmd)", "Markdown pages"),
            ("DOT (.dot), PlantUML (.puml)", "tools that draw"),
            ("SCXML (.scxml)", "engines that run statecharts (W3C SCXML 1.0)"),
            ("Markdown, CSV (.transitions.…)", "the moves as tables, with basis and source"),
        ),
    )
    for stem, (title, text, lifecycle, detail) in PICTURES.items():
        yield f"## {title}"
        endings = (*_endings(detail).values(), BITMAP)
        files = ", ".join(f"[{stem}.{ending}]({stem}.{ending})" for ending in endings)
        yield f"{text} As files: {files}."
        yield f"![{title}]({stem}.svg)"
        drawn = diagrams.render(lifecycle, "mermaid", detail=detail)
        yield f"<details>\n<summary>As Mermaid</summary>\n\n```mermaid\n{drawn}```\n\n</details>"


# --- docs/life-cycle.md -------------------------------------------------------------------------


def _life_cycle() -> Iterator[str]:
    heading, named, rest = tables.render(TRAINING_JOB, "markdown").split("\n\n", 2)
    yield heading
    yield (
        f"{named} It is all that jobstate believes of a training job: what it can be, how it"
        " moves, and what is true of the answers about it. Everything else (verdicts, outcomes,"
        " pictures) is derived from it. A **state** is a pair of the two statuses, for they do"
        " not move together; an **edge** is a legal move, and there are no others. An edge"
        " *needs* features that a job is created with, and comes *after* something that the job"
        " must have passed. [outcomes.md](outcomes.md) says what each state means for whoever"
        " waits, [the pictures](../diagrams/README.md) show it, `jobstate lifecycle` prints it."
    )
    yield "This is the road that most jobs take, and how stops, time-outs and failures leave it:"
    yield "![The usual road of a training job](../diagrams/training-job-road.svg)"
    yield "Each line has its *basis*:"
    yield tables.markdown_table(
        ("basis", "meaning"),
        (
            (Basis.DOCUMENTED, "AWS says so"),
            (Basis.OBSERVED, "seen in real output; the source says how often"),
            (Basis.INFERRED, "follows from the others, never seen: legal, but not proved"),
        ),
    )
    yield "and its *source*, in short:"
    yield tables.markdown_table(("source", "what it is"), SOURCES.items())
    yield rest.rstrip("\n")


# --- docs/outcomes.md ---------------------------------------------------------------------------


def _outcomes() -> Iterator[str]:
    states = TRAINING_JOB.region("job").states
    primaries = dict.fromkeys(state.primary for state in states)
    yield "# What each status means for whoever waits"
    yield (
        "**outcome**: what the job has come to. Only `succeeded` is success: a job that was"
        " stopped, by a person or by a time limit, has not done its work. **final**: nothing will"
        " run any more; who waits can stop waiting. **gone**: AWS is deleting the job; what it has"
        " come to stays. **cause**: why it ended so, as far as its statuses tell; `unknown` says"
        " that they don't, nothing at all that there is nothing to tell."
        " `jobstate.outcome_of` returns all four for statuses that one has at hand."
    )
    yield "## Both statuses"
    yield _table((state.primary, state.secondary) for state in states)
    yield "## No secondary status"
    yield (
        "Lists leave the secondary status out, and those before November 2024 had none. Then the"
        " job may be any pair with this primary status. Stopped alone is final, and `stopped` is"
        " true, for a time-out is a stop too; but only an answer with the secondary status tells"
        " the one from the other. Deleting alone keeps its result to itself. A pair that is none"
        " of those above breaks a rule, and is read as its primary status alone."
    )
    yield _table((primary, None) for primary in primaries)
    yield "## A status that nobody knows"
    yield (
        f"AWS may add statuses. One that the life cycle does not know, here `{STRANGER}`, is"
        " reported as unmodelled and tells nothing; the other status is read as if it stood alone."
        " Where nothing is known, nothing is final."
    )
    yield _table(
        [
            *((primary, STRANGER) for primary in primaries),
            (STRANGER, None),
            (STRANGER, STRANGER),
        ]
    )
    yield "## Why a job failed"
    yield (
        "The statuses don't say. A describe answer has FailureReason, and what stands before its"
        " first colon is the cause; status messages are never read."
    )
    yield tables.markdown_table(
        ("FailureReason begins with", "cause"),
        ((reason, _failure(reason)) for reason in FAILURES),
    )
    yield "## What others call it"
    yield (
        "Each of these has a word for every outcome (`jobstate.aws.vocabularies`). A failure for a"
        " cause in brackets has the word that stands before it."
    )
    yield tables.markdown_table(
        ("outcome", *(each.name for each in VOCABULARIES)),
        ((outcome, *(_called(each, outcome) for each in VOCABULARIES)) for outcome in Outcome),
    )
    yield tables.markdown_table(
        ("", "where its words are listed"), ((each.name, each.source) for each in VOCABULARIES)
    )
    yield "## What is worth another try"
    yield (
        "These causes say nothing against the job, and its next try may well not meet them. A"
        " `RetryPolicy` takes those that its kind has, unless it is told others."
    )
    yield tables.markdown_table(
        ("cause", "kinds that have it", "where we know that from"),
        (
            (cause, ", ".join(_that_end_for(cause)), source)
            for cause, source in WORTH_ANOTHER_TRY.items()
        ),
    )


def _called(vocabulary: Vocabulary, outcome: Outcome) -> str:
    word = vocabulary.words[outcome]
    said = [word] if word else []
    if outcome is Outcome.FAILED:
        for other in dict.fromkeys(vocabulary.causes.values()):
            causes = ", ".join(each for each, why in vocabulary.causes.items() if why == other)
            said.append(f"{other} ({causes})")
    return ", ".join(said)


def _that_end_for(cause: str) -> list[str]:
    return [each.name for each in KINDS if cause in (causes_of(each) or ())]


def _table(shown: Iterable[tuple[str, str | None]]) -> str:
    return tables.markdown_table(
        ("primary", "secondary", "outcome", "final", "gone", "cause"),
        (_row(primary, secondary) for primary, secondary in shown),
    )


def _failure(reason: str) -> str:
    return outcome_of(TRAINING_JOB, "Failed", "Failed", failure_reason=reason).cause or ""


def _row(primary: str, secondary: str | None) -> tuple[str, ...]:
    result = outcome_of(TRAINING_JOB, primary, secondary)
    final, gone = ("yes" if true else "no" for true in (result.final, result.gone))
    return (primary, secondary or "", result.outcome, final, gone, result.cause or "")


# --- docs/kinds.md ------------------------------------------------------------------------------


def _kinds() -> Iterator[str]:
    yield "# Kinds of job"
    yield (
        "Each kind of job has a life cycle of its own, in one file: its states and moves with"
        " basis and source, its rules, and what the service's answers look like. `check`,"
        " `check_jobs`, trackers, machines, pictures and the test helpers take any of them."
        " [your-own-life-cycle.md](your-own-life-cycle.md) makes one from nothing."
    )
    yield tables.markdown_table(
        ("kind", "life cycle", "lines", "states", "moves", "rules"),
        (
            (
                lifecycle.title,
                f"jobstate.{name}",
                str(_lines(module)),
                str(sum(len(region.states) for region in lifecycle.regions)),
                str(sum(len(region.edges) for region in lifecycle.regions)),
                str(len(lifecycle.rules)),
            )
            for name, (lifecycle, module) in OTHER_KINDS.items()
        ),
    )
    yield (
        "Those of SageMaker stand on a block of five statuses that they share (`five_statuses.py`,"
        f" {_lines('sagemaker/five_statuses.py')} lines). Training jobs have two regions, two"
        " statuses and a history: [life-cycle.md](life-cycle.md)."
    )
    yield "## Whose an answer is"
    yield (
        "`Kinds` holds several life cycles and recognises whose an answer is: by the field that"
        " has its status, by the list that it is in, by the type of the event around it."
        " `jobstate.kinds.KINDS` has all of the library; `Kinds(PROCESSING_JOB, MINE)` those that"
        " you choose. What fits none, or two, is an error that says so."
    )
    yield f"```python\n{EXAMPLE}```"
    yield (
        "The command does the same: `jobstate check` judges each answer by its kind, `--kind"
        " processing-job` takes all for one; `lifecycle`, `explain` and `diagram` take `--kind`"
        " too. `Tracker(KINDS)` tracks jobs of all of them; its journal and snapshots hold them."
    )
    yield (
        "Training jobs are linked to their tuning job, which names the best of them, processing"
        " jobs to the training job that they go with, the children of an array of AWS Batch to"
        " their parent. Rules of the parent judge what its children show of it; `jobstate check`"
        " prints families as trees ([verdicts.md](verdicts.md))."
    )
    for lifecycle, _ in OTHER_KINDS.values():
        heading, named, rest = tables.render(lifecycle, "markdown").split("\n\n", 2)
        yield f"#{heading}"
        yield named
        yield f"```mermaid\n{diagrams.render(lifecycle, 'mermaid')}```"
        yield rest.rstrip("\n").replace("## ", "### ")


def _lines(module: str) -> int:
    """Return how many lines a module has that are not empty."""
    text = (SOURCE_TREE / module).read_text(encoding="utf-8")
    return sum(bool(line.strip()) for line in text.splitlines())


# --- The command --------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None, home: Path = HOME) -> int:
    """Write the files, or say which are stale; return the exit code."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Make what the life cycle makes.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if any is stale")
    if not parser.parse_args(arguments).check:
        write(home)
        return 0
    old = stale(home)
    for path in old:
        print(f"{path} is stale: run {COMMAND}")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
