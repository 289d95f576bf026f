"""What is no JSON is named in one line, with the way out."""

from __future__ import annotations

import io
import json
import pprint
from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.cli.json_stream import Document, Unusable, documents
from tests.support.command import item, jobstate

ANSWER = {**item("tide"), "CreationTime": datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)}
JSON = json.dumps(item("tide"))
PRETTY = json.dumps(item("tide"), indent=4)


def reason(text: str, line: int = 1) -> str:
    """Return the one line that is said of a file, which stands for all of it."""
    (found,) = documents(io.BytesIO(text.encode()), "F")
    assert isinstance(found, Unusable)
    assert found.location.line == line
    (said,) = found.reasons
    assert said.isprintable()
    assert len(said) < 600
    return said


# --- Values as programs print them ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        repr(ANSWER),
        pprint.pformat(ANSWER),
        pprint.pformat([ANSWER, ANSWER]),
        f"{ANSWER}\n{ANSWER}\n",
        repr(OrderedDict(ANSWER)),
        repr({"Price": Decimal("0.1")}),
        repr({'it"s': 1}),
        repr((ANSWER, 200)),
        repr(SimpleNamespace(**ANSWER)),
        repr(JSON.encode()),
        repr(JSON),
        repr(ANSWER).replace("'", '"'),
        '{"EnableManagedSpotTraining": False}',
        '{"FailureReason": None,\n "SecondaryStatus": "Failed"}',
        '{"a": nan}',
        repr({"at": datetime(2026, 3, 4, tzinfo=timezone(timedelta(hours=1)))}),
        f"response = {ANSWER}",
        f">>> client.describe_training_job(TrainingJobName='tide')\n{ANSWER}",
        f"Out[3]: \n{pprint.pformat(ANSWER)}",
        "TrainingJob(training_job_name='tide', training_job_status='Completed')",
        "<botocore.response.StreamingBody object at 0x7f0000000000>",
    ],
)
def test_python(text: str) -> None:
    """However it is printed, the way out is that it prints JSON."""
    assert reason(text).startswith("is Python, ")
    assert "json.dumps(answer, default=str)" in reason(text)


def test_other_languages() -> None:
    """Have ways out of their own."""
    assert "JSON.stringify(answer)" in reason(
        "{\n  TrainingJobName: 'tide',\n  Tags: [ [Object] ]\n}"
    )
    assert "JSON.stringify(answer)" in reason('{"Tags": undefined}')
    assert "to_json" in reason('{"training_job_name"=>"tide"}')


def test_json_that_was_changed_on_its_way() -> None:
    """By a chat, a document, or for a terminal."""
    assert reason("{“TrainingJobName”: “tide”}").startswith("has typographic quotes (“): ")
    assert "jq -C" in reason('\x1b[1;39m{\n  \x1b[0m\x1b[34;1m"a"\x1b[0m: 1\n}')


# --- Tables ---------------------------------------------------------------------------------------

NAMES = "TrainingJobName, TrainingJobStatus"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("TrainingJobName,TrainingJobStatus\ntide,Completed\n", f"CSV with the columns {NAMES}: "),
        ('"TrainingJobName","TrainingJobStatus"\r\n"tide","Completed"\r\n', f"columns {NAMES}: "),
        (",TrainingJobName,TrainingJobStatus\n0,tide,Completed\n", f"columns {NAMES}: "),
        ("TrainingJobName;TrainingJobStatus\ntide;Completed\n", f"CSV with the columns {NAMES}: "),
        (
            "TrainingJobName\tTrainingJobStatus\ntide\tCompleted\n",
            f"TSV with the columns {NAMES}: ",
        ),
        ("\ufeffName,Creation time\nA,2026-03-04\n", "columns Name, Creation time: "),
        (",".join(f"Name{n}" for n in range(99)) + "\n" + "," * 98, "and 91 more: "),
    ],
)
def test_columns(text: str, kind: str) -> None:
    """Are named, with what makes JSON Lines of them."""
    assert kind in reason(text)
    assert "orient='records', lines=True" in reason(text)


@pytest.mark.parametrize(
    "text",
    [
        "TRAININGJOBSUMMARIES\t2026-03-04T05:06:07+00:00\ttide\tCompleted\n",
        "650\tarn:aws:sagemaker:eu-west-1:111122223333:training-job/tide\tFalse\n",
        "tide\tCompleted\nebb\tFailed\n",
        "InProgress\tTraining",
    ],
)
def test_values_without_names(text: str) -> None:
    """As the CLI prints them with --output text."""
    assert "`--output text`" in reason(text)
    assert reason(text).endswith("use `--output json`")


@pytest.mark.parametrize(
    "text",
    [
        "-------------\n|DescribeTrainingJob|\n+-----+-----+\n|  A  |  B  |\n",
        "+------+------+\n| name | state|\n+------+------+\n",
        "| name | status |\n|------|--------|\n| tide | Failed |\n",
        " name | status\n------+--------\n tide | Failed\n",
    ],
)
def test_tables(text: str) -> None:
    """With lines around."""
    assert reason(text) == "is a table, as `--output table` prints one: use `--output json`"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\r\n\r\nTrainingJobName      : tide\r\nTrainingJobStatus    : Completed\r\n", 3),
        ("TrainingJobName : tide\nFailureReason   : \nSecondaryStatus : Failed\n", 1),
        ("TrainingJobName TrainingJobStatus\n--------------- -----------------\ntide  Failed\n", 1),
    ],
)
def test_powershell(text: str, line: int) -> None:
    """Shows lists and tables of what it has as objects."""
    assert "ConvertTo-Json -Depth 8" in reason(text, line)


# --- Errors ---------------------------------------------------------------------------------------

NOT_FOUND = (
    "An error occurred (ValidationException) when calling the DescribeTrainingJob operation:"
    " Requested resource not found."
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (NOT_FOUND, 1),
        (f"\n{NOT_FOUND}\n", 2),
        (f"aws: [ERROR]: {NOT_FOUND}", 1),
        (f"botocore.exceptions.ClientError: {NOT_FOUND}", 1),
        (
            f"Traceback (most recent call last):\n  File 'x', line 1\nx.y.ClientError: {NOT_FOUND}",
            1,
        ),
        (NOT_FOUND.replace("operation", "operation (reached max retries: 4)"), 1),
    ],
)
def test_errors_of_the_service(text: str, line: int) -> None:
    """Are named by code, operation and message, whoever printed them."""
    assert reason(text, line) == (
        "is an error answer of the service: ValidationException (DescribeTrainingJob): Requested"
        " resource not found; mend that, and ask again"
    )


@pytest.mark.parametrize(
    "text",
    [
        'Unable to locate credentials. You can configure credentials by running "aws configure".',
        "usage: aws [options] <command> <subcommand> [parameters]\nTo see help text",
        'Could not connect to the endpoint URL: "https://api.sagemaker.eu-west-9.amazonaws.com/"',
        "Error when retrieving token from sso: Token has expired and refresh failed",
        "bash: aws: command not found",
        "zsh: command not found: aws",
        "Get-SMTrainingJob : Requested resource not found.\nAt line:1 char:1\n+ Get-SMTrainingJob",
    ],
)
def test_errors_of_commands(text: str) -> None:
    """Are told by their first line."""
    first = text.splitlines()[0]
    assert reason(text) == (
        f"is what a command said instead of an answer, “{first}”: mend that, and ask again"
    )


def test_tracebacks() -> None:
    """Are told by their last line."""
    text = "Traceback (most recent call last):\n  File 'x', line 1\nKeyError: 'TrainingJobArn'\n"
    assert "“KeyError: 'TrainingJobArn'”" in reason(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE html>\n<html><head><title>Sign in</title></head>", "HTML titled “Sign in”"),
        ("<html>\r\n<head><title>502\nBad Gateway</title>", "HTML titled “502\\nBad Gateway”"),
        ("<HTML><BODY>x", "is HTML, as of a login or an error: save what the API answers instead"),
        (
            '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>No</Message></Error>',
            "is an error answer of the service: AccessDenied: No; ",
        ),
        (
            "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>",
            "ExpiredToken;",
        ),
        ("<jobs/>", "is XML: use `--output json`"),
    ],
)
def test_markup(text: str, words: str) -> None:
    """Is named with its title, or its code."""
    assert words in reason(text)


# --- Transcripts ----------------------------------------------------------------------------------

COMMAND = "aws sagemaker describe-training-job --training-job-name tide"


@pytest.mark.parametrize(
    "prompt",
    [
        *("$ ", "% ", "➜  ~ ", "~/jobs $ ", "me@host:~/jobs$ ", "root@host:/# ", "me@Mac jobs % "),
        *(
            "(venv) me@host:~$ ",
            "[ec2-user@ip-10-0-0-1 ~]$ ",
            "PS C:\\Users\\me> ",
            "C:\\Users\\me>",
        ),
    ],
)
def test_transcripts(prompt: str) -> None:
    """Say on which line their JSON begins, and how to leave out what stands before."""
    for before in (f"{prompt}{COMMAND}\n", f"{prompt}aws sagemaker \\\n    {COMMAND[14:]}\n"):
        line = before.count("\n") + 1
        for after in ("", f"\n{prompt}exit\n"):
            said = reason(before + PRETTY + after)
            assert said.startswith(f"is a transcript of a shell; its JSON begins on line {line}: ")
            assert f"`tail -n +{line} FILE | jobstate check -`" in said


@pytest.mark.parametrize(
    "before",
    [
        "Found credentials in environment variables.\n",
        "```json\n",
        "HTTP/1.1 200 OK\nContent-Type: application/x-amz-json-1.1\n\n",
        "+ aws sagemaker describe-training-job\n",
    ],
)
def test_other_text_before_json(before: str) -> None:
    """Is told of likewise."""
    line = before.count("\n") + 1
    assert reason(before + PRETTY).startswith(f"is no JSON until line {line}: `tail -n +{line} ")


def test_a_line_of_a_shell_beside_json() -> None:
    """Harms none of the answers that stand on lines of their own, or before it."""
    for text in (f"$ {COMMAND}\n{JSON}\n$ exit\n", f"{PRETTY}\n$ exit\n"):
        ran = jobstate("check", "-", stdin=text)
        assert ran.stdout.startswith("tide  Completed: succeeded\n  created ")
        assert all(
            line.endswith(": is a line of a shell, not what a command prints: leave it out")
            for line in ran.stderr.splitlines()
        )


def test_utf_16() -> None:
    """As PowerShell writes it, has a way out."""
    (found,) = documents(io.BytesIO(PRETTY.encode("utf-16")), "F")
    assert isinstance(found, Unusable)
    assert "UTF-16" in found.reasons[0]
    assert "Out-File -Encoding utf8" in found.reasons[0]


# --- The rest is as it was ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "is no JSON at line 1, column 1: Expecting value"),
        ("Completed", "is no JSON at line 1, column 1: Expecting value"),
        ("hello, world\nhow, now\n", "is no JSON at line 1, column 1: Expecting value"),
        ("[default]\nregion = eu-west-1\n", "is no JSON at line 1, column 2: Expecting value"),
        ("import json\nprint(1)\n", "is no JSON at line 1, column 1: Expecting value"),
        ('{"a": 1,\n "b" 2}', "is no JSON at line 2, column 6: Expecting ':' delimiter"),
        ('[\n{"a" 1},\n{"a": 2}\n]', "is no JSON at line 2, column 6: Expecting ':' delimiter"),
        ('{"a": 1', "ends in the middle of a value at line 1, column 8"),
        ("2026 03 04", "is neither an object nor an array at line 1, column 1, and goes on after"),
        ('"a" b', "is neither an object nor an array at line 1, column 1, and goes on after"),
    ],
)
def test_anything_else(text: str, words: str) -> None:
    """Is told by where it stops being JSON."""
    assert reason(text).startswith(words)


PIECES = st.sampled_from(
    [
        *("{", "[", "'a'", '"a"', "None", "$ aws", ">>> ", "<html>", "<title>", "<Code>x</Code>"),
        *(
            "Name: x\n",
            "- ",
            "Status,",
            "\tx",
            "|---|",
            "-----\n",
            "\n",
            " : ",
            "\x1b[31m",
            "\x1b]8;;",
        ),
        *(
            "2026-03-04 05:06:07 ",
            "Training - ",
            "Traceback (most recent call last)",
            "\u202e",
            "“",
        ),
        *(
            "An error occurred (",
            "X) when calling the Y operation: ",
            "{\n",
            "=>",
            "\x00",
            "\ufeff",
        ),
        *("Error for Training job a: Failed. Reason: ", "training-job with name: a", "---\n", "\r"),
        *(
            "Final Resource Status: Completed",
            "aws: ",
            "\x1f\x8b",
            "PK\x03\x04",
            " " * 99,
            "[" * 70,
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_any_pieces(text: str) -> None:
    """Give documents and reasons, each reason in one line that does nothing to a terminal."""
    outcome = list(documents(io.BytesIO(text.encode("utf-8", "replace")), "F"))
    assert outcome
    for each in outcome:
        if not isinstance(each, Document):
            assert all(said.isprintable() and len(said) < 1000 for said in each.reasons)


@pytest.mark.once
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "\n",
            " ",
            "-",
            "'",
            '"',
            "x",
            "a ",
            "a: ",
            "- ",
            "# \n",
            "a,",
            "|",
            "<",
            "$",
            "(",
            "\x1b",
            "\t",
        ),
        *(
            "An error occurred (",
            "Name: ",
            "Name:\n",
            "a b: ",
            "[\n",
            "> ",
            "me@",
            "\\",
            "aws: ",
            "\x1b[",
        ),
        *(
            "Error for Training job a: Failed. Reason: \n",
            "2026-03-04 05:06:07 ",
            "A.",
            "{'",
            "\r\n",
        ),
    ],
)
def test_much_of_anything_comes_to_an_end(piece: str) -> None:
    """However often something comes again, what is looked at is bounded."""
    for text in (piece * 50_000, f"x{piece * 50_000}", f"{piece * 50_000}{{"):
        assert len(list(documents(io.BytesIO(text.encode()), "F"))) <= 150_001
