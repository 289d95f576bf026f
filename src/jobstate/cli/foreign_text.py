"""What a text is that is no JSON: read where it says something of jobs, else named with a way out.

Only the beginning is looked at, until it is known to be what is read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jobstate.cli import sdk_log, yaml_text
from jobstate.cli.terminal import without_escapes
from jobstate.common.text import cut, listed, printable
from jobstate.finding.strict_json import DefectError

if TYPE_CHECKING:
    from collections.abc import Callable

#: How much is looked at, in characters; for a log more, which may begin with an installation's.
_LOOKED_AT: Final = 64 * 1024
_LOOKED_AT_FOR_LOG: Final = 1024 * 1024
#: How much is told of what stands in it.
_LONGEST: Final = 200
#: Of a traceback's end, and of an error's beginning.
_FEW_LINES: Final = 3

_AGAIN: Final = "mend that, and ask again"
_JSON_LINES: Final = (
    "make JSON Lines of it, as df.to_json(FILE, orient='records', lines=True) of pandas does"
)
_JSON: Final = "use `--output json`"


def documents(
    text: str, source: str, number: int, position: int
) -> list[tuple[int, object]] | None:
    """Return what a text says that is no JSON, with the line of each; None where nobody knows.

    Args:
        text: The text.
        source: What the file is called that has it.
        number: The line in it on which the text begins.
        position: Where the text stops being JSON.

    Raises:
        DefectError: It is nothing that can be read; the error says what it is, and a way out.
    """
    head = without_escapes(text[:_LOOKED_AT]).replace("\r\n", "\n").lstrip("\ufeff")
    if sdk_log.is_log(text[:_LOOKED_AT_FOR_LOG]):
        return sdk_log.documents(text, source, number)
    if said := _python_or_alike(head, text[position : position + _LONGEST]):
        raise DefectError(said)
    for named in _NAMED:
        if said := named(head, number):
            raise DefectError(said)
    return yaml_text.documents(text, number) if yaml_text.is_yaml(head) else None


# --- Errors -------------------------------------------------------------------------------------

_of_service = re.compile(
    r"(?:[\w.\[\]]+:? ){0,3}An error occurred \((?P<code>[\w.:]{1,100})\) when calling the"
    r" (?P<operation>\w{1,100}) operation(?: \([^)\n]{0,60}\))?: *(?P<message>[^\n]*?)\.?$"
).match
_of_command = re.compile(
    r"aws: |usage: aws|Unable to (?:locate|parse)|Partial credentials|Could not connect to|"
    r"You must specify|Error (?:when|loading|parsing)|The (?:SSO|config|source) |Token has expired|"
    r"\w+ timeout on endpoint|SSL validation failed|Parameter validation failed|Unknown options|"
    r"Invalid choice|Bad value|(?:\S+: )+(?:line \d+: )?(?:aws: )?command not found|"
    r"[\w-]+ : [^\n]+\n(?:[^\n]*\n){0,3}?At line:\d"
).match


def _error(head: str, _: int) -> str | None:
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    traceback = bool(lines) and lines[0].startswith("Traceback (most recent call last)")
    for line in lines[-_FEW_LINES:] if traceback else lines[:_FEW_LINES]:
        if found := _of_service(line):
            code, operation, message = found["code"], found["operation"], _short(found["message"])
            return f"is an error answer of the service: {code} ({operation}): {message}; {_AGAIN}"
    if traceback:
        return f"is a traceback of Python, “{_short(lines[-1])}”: {_AGAIN}"
    if _of_command(head.lstrip()):
        return f"is what a command said instead of an answer, “{_short(lines[0])}”: {_AGAIN}"
    return None


def _short(text: str) -> str:
    return cut(printable(text.strip()), _LONGEST)


# --- Markup -------------------------------------------------------------------------------------

_is_html = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE
).match
_is_xml = re.compile(r"\s*<[?!\w]").match
_title_in = re.compile(r"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE).search
_code_in = re.compile(r"<Code>([^<]{1,200})</Code>").search
_message_in = re.compile(r"<Message>([^<]{1,2000})</Message>", re.IGNORECASE).search


def _markup(head: str, _: int) -> str | None:
    if _is_html(head):
        title = _title_in(head)
        titled = f" titled “{_short(title[1])}”" if title else ""
        return f"is HTML{titled}, as of a login or an error: save what the API answers instead"
    if not _is_xml(head):
        return None
    code, message = _code_in(head), _message_in(head)
    if code:
        said = f": {_short(message[1])}" if message else ""
        return f"is an error answer of the service: {_short(code[1])}{said}; {_AGAIN}"
    return f"is XML: {_JSON}"


# --- Values as programs print them --------------------------------------------------------------

_begins_python = re.compile(
    r"\s*(?:>>> |In \[\d+\]:|Out\[\d+\]:|[A-Za-z_]\w* = [\[{(]|<[\w.]+ object at 0x|b?'[\[{]|"
    r"[A-Za-z_][\w.]*\((?:\w+=|[\[{('\"\d])|\([\[{('\"\d])"
).match
_stops_at_python = re.compile(
    r"[bu]?'|(?:None|True|False|nan|inf)\b|datetime\.|[A-Za-z_][\w.]*\(|\(|<[\w.]+ object at"
).match
_stops_at_javascript = re.compile(r"[A-Za-z_$][\w$]*\s*:\s|undefined\b").match
_TYPOGRAPHIC: Final = {"\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\xab"}
_PRINTED: Final = "is {}, as {} shows a value: print {} instead"


def _python_or_alike(head: str, rest: str) -> str | None:
    """Return what a value is that begins like JSON and then is none, or is printed by Python."""
    is_json_so_far = head.lstrip()[:1] in {"{", "["}
    if _begins_python(head) or (is_json_so_far and _stops_at_python(rest)):
        return _PRINTED.format("Python", "print()", "json.dumps(answer, default=str)")
    if is_json_so_far and _stops_at_javascript(rest):
        return _PRINTED.format("JavaScript", "console.log", "JSON.stringify(answer)")
    if rest[:1] in _TYPOGRAPHIC:
        return f"has typographic quotes ({rest[:1]}): copy the answer from where it was printed"
    if is_json_so_far and rest.startswith("\x1b"):
        return "is JSON in colours, as of `jq -C`: print it without them"
    if is_json_so_far and rest.startswith("=>"):
        return _PRINTED.format("Ruby", "p", "answer.to_h.to_json")
    return None


# --- A text before JSON -------------------------------------------------------------------------

_is_prompt = re.compile(
    r"\s*(?!%YAML)(?:\([\w.-]+\) ?)?"  # a virtual environment
    r"(?:[\w.-]+@[^\n$#%>]{1,80}[$#%>]|\[[^\]\n]{1,80}\] ?[$#]|[\w:/~.-]{0,80} ?[$%\u276f\u279c]|"
    r"(?:PS )?[A-Z]:\\[^\n>]{0,200}>|PS [^\n>]{0,200}>|> (?=aws |curl )) *\S"
).match
_json_in = re.compile(r"^(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\"{\[\]]|$))", re.MULTILINE).search


def _before_json(head: str, number: int) -> str | None:
    found = _json_in(head)
    if found and not head[: found.start()].strip():
        return None  # JSON with an error in it
    line = number + head.count("\n", 0, found.start()) if found else 0
    cut_off = f"`tail -n +{line} FILE | jobstate check -` leaves out what stands before"
    if _is_prompt(head):
        if found:
            return f"is a transcript of a shell; its JSON begins on line {line}: {cut_off}"
        return "is a line of a shell, not what a command prints: leave it out"
    return f"is no JSON until line {line}: {cut_off}" if found else None


# --- Tables and lines ---------------------------------------------------------------------------

_is_table = re.compile(
    r"\s*(?:-{5,}\n\|| *[+|][-+| ]{4,}\n|[^|\n]*\|[^\n]*\n *\|?[-+|: ]{5,}\n)"
).match
_is_property = re.compile(r"[A-Za-z_][\w.]*[ \t]*: |[A-Za-z_][\w.]*[ \t]+:$").match
_is_underlined = re.compile(r"\s*[^\n]+\n(?:-{4,}|-+(?: +-+)+) *$", re.MULTILINE).match
_is_column = re.compile(r"\"?[A-Za-z_][\w .:/()-]{0,80}\"?|").fullmatch
#: What columns and keys are called that say something of jobs.
_is_of_jobs = re.compile(r"\w*(?:status|state|arn|name|time|date|reason|job)", re.IGNORECASE).search


def _table(head: str, _: int) -> str | None:
    return f"is a table, as `--output table` prints one: {_JSON}" if _is_table(head) else None


def _powershell(head: str, _: int) -> str | None:
    first, *more = [line for line in head.splitlines() if line.strip()][:_FEW_LINES] or [""]
    aligned = re.match(r"\w[\w.]*[ \t]+:(?: |$)", first)
    if (aligned and any(map(_is_property, more))) or _is_underlined(head):
        return "is what PowerShell shows of an object: print it by ConvertTo-Json -Depth 8 instead"
    return None


def _separated(head: str, _: int) -> str | None:
    """Return what columns a table of commas or tabs has, or that it has none."""
    rows = [line for line in head.splitlines() if line.strip()][:2]
    for separator, name in ((",", "CSV"), (";", "CSV"), ("\t", "TSV")):
        columns = rows[0].split(separator) if rows else []
        alike = len(rows) > 1 and rows[1].count(separator) >= len(columns) - 1 > 0
        named = all(_is_column(each.strip()) for each in columns)
        if alike and named and _is_of_jobs(rows[0]):
            given = listed([each.strip().strip('"') for each in columns if each.strip()])
            return f"is {name} with the columns {cut(given, _LONGEST)}: {_JSON_LINES}"
    if rows and "\t" in rows[0].strip():
        return f"is values without their names, as `--output text` prints them: {_JSON}"
    return None


_NAMED: Final[tuple[Callable[[str, int], str | None], ...]] = (
    *(_error, _markup, _before_json, _table, _powershell, _separated),
)
